"""What a simulation found, as it is kept beside a proposed era and shown to whoever signs it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from postmaster.eras.rules import NewEra
from postmaster.lifecycle.comparing import Comparison
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

# The organisations named in a record; how many there are beside them is counted.
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Simulation:
    """Who would move by a proposed era: `more` who would not move now, `less` who no longer would.

    The mappings count `more` but for `less_by_reason`; `more_ids` and `less_ids` are a sample.
    """

    as_of: datetime
    before: str
    after: str
    estate: int
    more: int
    less: int
    by_reason: Mapping[str, int]
    by_kind: Mapping[str, int]
    by_age: Mapping[str, int]
    by_organisation: Mapping[str, int]
    organisations: int
    less_by_reason: Mapping[str, int]
    estate_permille: int
    worst_permille: int
    worst_organisation: str | None
    more_ids: Sequence[int]
    less_ids: Sequence[int]

    @property
    def highest(self) -> int:
        """The larger of the two shares, in thousandths."""
        return max(self.estate_permille, self.worst_permille)


def make_simulation(found: Comparison) -> Simulation:
    """The record of a comparison."""
    organisations = found.count(lambda move: move.organisation)
    shares = found.list_shares()
    worst, code = shares[0] if shares else (0, None)
    return Simulation(
        as_of=found.as_of,
        before=found.before.version,
        after=found.after.version,
        estate=found.estate,
        more=found.more,
        less=found.less,
        by_reason=found.count(lambda move: move.reason),
        by_kind=found.count(lambda move: move.kind),
        by_age=found.count(lambda move: move.band),
        by_organisation=dict(list(organisations.items())[:MOST_NAMED]),
        organisations=len(organisations),
        less_by_reason=found.count(lambda move: move.reason, is_more=False),
        estate_permille=found.estate_permille,
        worst_permille=worst,
        worst_organisation=code,
        more_ids=list(found.more_ids),
        less_ids=list(found.less_ids),
    )


def say_tripped(found: Comparison, policy: Policy) -> str | None:
    """Which thresholds of the policy in force a proposed era passes, in sentences."""
    estate = policy[Key.THRESHOLD_ESTATE_PERMILLE]
    own = policy[Key.THRESHOLD_ORGANISATION_PERMILLE]
    words = []
    if found.estate_permille > estate:
        words.append(
            f"The era would move {found.estate_permille}‰ of all accounts; the limit is {estate}‰."
        )
    over = [(share, code) for share, code in found.list_shares() if share > own]
    if over:
        share, code = over[0]
        words.append(
            f"Organisations it would move more than {own}‰ of: {len(over):,}, the most "
            f"{share}‰ of {code}."
        )
    return " ".join(words) or None


def write_simulation(found: Simulation) -> str:
    """A record as canonical JSON."""
    document = asdict(found) | {"as_of": found.as_of.isoformat()}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_simulation(text: str) -> Simulation:
    """A record from its JSON."""
    document: dict[str, Any] = json.loads(text)
    return Simulation(**document | {"as_of": datetime.fromisoformat(document["as_of"])})


def digest_era(new: NewEra, simulation: str) -> str:
    """SHA-256 over the words, the numbers and what they would do: what a signature is bound to."""
    document = {
        "era": new.era,
        "holds_from": new.holds_from.isoformat(),
        "reason": new.reason,
        "numbers": sorted([one.key.value, one.value, one.source] for one in new.numbers),
        "simulation": simulation,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
