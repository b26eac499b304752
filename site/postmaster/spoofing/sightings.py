"""What the milter wrote down of one message, checked on its way into the register."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from postmaster.spoofing.values import Action, Network, SpoofKind, Stage
from postmaster.spoofing.verdict import Verdict

LONGEST_CLAIM = 254
MOST_RECIPIENTS = 1000
MOST_REASONS = 40


class SightingError(ValueError):
    """A record is none of ours, or cut off; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One message that bears the protected name, or is noted: what was asked and why.

    `record` is an id of its own: stored twice, it counts once.
    """

    record: str
    received_at: datetime
    queue_id: str
    claimed: str
    infrastructure: tuple[str, ...]
    kind: SpoofKind
    network: Network
    stage: Stage
    action: Action
    reasons: tuple[tuple[str, str], ...]
    leave: str | None
    policy_version: str
    recipients: tuple[str, ...]
    signed_by: tuple[str, ...]
    helo: str
    is_forwarded: bool
    list_id: str

    @property
    def first_infrastructure(self) -> str:
        """The key the message is registered under."""
        return self.infrastructure[0] if self.infrastructure else "unknown"

    def as_text(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self) | {"received_at": self.received_at.isoformat()})


def make_sighting(verdict: Verdict, *, record: str, queue_id: str, helo: str) -> Sighting | None:
    """What is kept of a verdict; None for a message nothing is noted of."""
    if verdict.kind is None:
        return None
    claimed = verdict.claimed or next(iter(verdict.header_from), "") or "nobody"
    return Sighting(
        record=record,
        received_at=verdict.received_at,
        queue_id=queue_id,
        claimed=_clean(claimed).lower(),
        infrastructure=tuple(_clean(one) for one in verdict.infrastructure),
        kind=verdict.kind,
        network=verdict.network,
        stage=verdict.stage,
        action=verdict.action,
        reasons=tuple((one.code, one.text[:500]) for one in verdict.reasons[:MOST_REASONS]),
        leave=verdict.exception,
        policy_version=verdict.policy_version,
        recipients=tuple(_clean(one) for one in verdict.recipients[:MOST_RECIPIENTS]),
        signed_by=tuple(_clean(one) for one in verdict.checks.signed_by[:10]),
        helo=_clean(helo),
        is_forwarded=verdict.is_forwarded,
        list_id=_clean(verdict.list_id),
    )


def read_sighting(text: str) -> Sighting:
    """A sighting from its line.

    Raises:
        SightingError: it is none.
    """
    try:
        given = json.loads(text)
        return _read(given)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SightingError(f"{error.__class__.__name__}: {error}") from None


def _read(given: Mapping[str, object]) -> Sighting:
    received_at = datetime.fromisoformat(_text(given["received_at"]))
    if received_at.tzinfo is None:
        raise SightingError("its moment has no time zone")
    leave = given["leave"]
    return Sighting(
        record=_text(given["record"])[:40],
        received_at=received_at,
        queue_id=_text(given["queue_id"])[:32],
        claimed=_clean(_text(given["claimed"])),
        infrastructure=_texts(given["infrastructure"]),
        kind=SpoofKind(_text(given["kind"])),
        network=Network(_text(given["network"])),
        stage=Stage(_text(given["stage"])),
        action=Action(_text(given["action"])),
        reasons=tuple((code, text) for code, text in _list(given["reasons"])),
        leave=None if leave is None else _text(leave)[:40],
        policy_version=_text(given["policy_version"])[:80],
        recipients=_texts(given["recipients"]),
        signed_by=_texts(given["signed_by"]),
        helo=_clean(_text(given["helo"])),
        is_forwarded=given["is_forwarded"] is True,
        list_id=_clean(_text(given["list_id"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise SightingError(f"{value!r} is no text")
    return value


def _list(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        raise SightingError(f"{value!r} is no list")
    return [(_text(one[0]), _text(one[1])) for one in value]


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise SightingError(f"{value!r} is no list")
    return tuple(_clean(_text(one)) for one in value)


def _clean(text: str) -> str:
    """Cut, and without what no database stores or no page should show."""
    kept = text.encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in kept)[:LONGEST_CLAIM]
