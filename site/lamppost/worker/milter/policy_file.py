"""The policy as the milter last knew it, in one file: it goes by that without the database."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from postmaster.spoofing.values import (
    Action,
    Network,
    RelaySource,
    SenderStanding,
    SpoofException,
    SpoofKind,
    SpoofPolicy,
    Stage,
    StageRow,
)

FORMAT = 1


class PolicyFileError(Exception):
    """The file is none of ours, or cut off."""


@dataclass(frozen=True, slots=True)
class Known:
    """A policy, the accounts that may submit, and when they were read."""

    policy: SpoofPolicy
    submitters: dict[str, SenderStanding]
    read_at: datetime


def write_known(path: Path, known: Known) -> None:
    """Replace the file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(_document(known), file)
        file.flush()
        os.fsync(file.fileno())
    aside.chmod(0o600)
    aside.replace(path)


def read_known(path: Path) -> Known:
    """What was known when the file was written.

    Raises:
        PolicyFileError: there is none, or it cannot be read.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if given["format"] != FORMAT:
            raise PolicyFileError(f"{path} has format {given['format']}")
        return _known(given)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyFileError(f"{path}: {error.__class__.__name__}") from None


def _document(known: Known) -> dict[str, object]:
    policy = known.policy
    return {
        "format": FORMAT,
        "read_at": known.read_at.isoformat(),
        "version": policy.version,
        "authserv_id": policy.authserv_id,
        "protected": policy.protected_domains,
        "sisters": policy.sister_domains,
        "brands": policy.brand_words,
        "stages": [_stage_row(one) for one in policy.stage_rows],
        "exceptions": [_exception_row(one) for one in policy.exceptions],
        "relays": [[one.domain, one.network] for one in policy.relay_sources],
        "submitters": {
            key: [one.kind, one.is_active, one.is_granted, one.is_locked]
            for key, one in known.submitters.items()
        },
    }  # fmt: skip


def _stage_row(one: StageRow) -> dict[str, object]:
    return {
        "network": one.network,
        "stage": one.stage,
        "from": _out(one.from_at),
        "kind": one.kind,
        "action": one.action,
        "to": _out(one.to_at),
        "rolled_back_at": _out(one.rolled_back_at),
        "is_approved": one.is_approved,
        "source": one.source,
    }


def _exception_row(one: SpoofException) -> dict[str, object]:
    return {
        "id": one.id,
        "claimed": one.claimed,
        "infrastructure": one.infrastructure,
        "from": _out(one.from_at),
        "to": _out(one.to_at),
        "network": one.network,
    }


def _known(given: Any) -> Known:
    policy = SpoofPolicy(
        protected_domains=tuple(given["protected"]),
        sister_domains=tuple(given["sisters"]),
        brand_words=tuple(given["brands"]),
        stage_rows=tuple(_stage(one) for one in given["stages"]),
        version=given["version"],
        exceptions=tuple(_exception(one) for one in given["exceptions"]),
        relay_sources=tuple(RelaySource(*one) for one in given["relays"]),
        authserv_id=given["authserv_id"],
    )
    submitters = {key: SenderStanding(*one) for key, one in given["submitters"].items()}
    return Known(policy, submitters, datetime.fromisoformat(given["read_at"]))


def _stage(row: dict[str, Any]) -> StageRow:
    return StageRow(
        network=Network(row["network"]),
        stage=Stage(row["stage"]),
        from_at=_in(row["from"]),
        kind=SpoofKind(row["kind"]) if row["kind"] else None,
        action=Action(row["action"]) if row["action"] else None,
        to_at=_in(row["to"]),
        rolled_back_at=_in(row["rolled_back_at"]),
        is_approved=row["is_approved"],
        source=row["source"],
    )


def _exception(row: dict[str, Any]) -> SpoofException:
    return SpoofException(
        id=row["id"],
        claimed=row["claimed"],
        infrastructure=row["infrastructure"],
        from_at=datetime.fromisoformat(row["from"]),
        to_at=datetime.fromisoformat(row["to"]),
        network=Network(row["network"]) if row["network"] else None,
    )


def _out(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _in(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
