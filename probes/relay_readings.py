"""From a probe mail's story to a reading: found, still awaited, lost, cut short, not sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from probes.faults import ProbeFaultError
from probes.mail_stamps import Stamp, delivery_stamp
from probes.mailbox import Letter
from probes.reading import Expected, JsonValue, Outcome, Reading

SUSPECT_S = 2.0
LOST = "lost"


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that arrived: its copies, when they were seen, and how long before nobody looked."""

    mail: Expected
    copies: Sequence[Letter]
    seen_at: datetime
    poll_s: float | None
    is_overtaken: bool


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose stamps count, and how far their clocks may be from ours."""

    hosts: Collection[str]
    skew_s: float


def found_reading(probe: str, found: Found, trust: Trust) -> Reading:
    """The delay of a mail that arrived.

    The value is delivery: from acceptance to the server's stamp. Where the stamp cannot be true,
    or is coarser than all the time there was, it is the time until we saw the mail: an upper bound.
    """
    mail = found.mail
    began_at = mail.accepted_at or mail.sent_at
    first, stamp = _first_copy(found.copies, trust.hosts)
    delivered_s = (stamp.at - began_at).total_seconds()
    visible_s = max(0.0, (found.seen_at - began_at).total_seconds())
    leeway_s = trust.skew_s + SUSPECT_S
    is_suspect = not -leeway_s <= delivered_s <= visible_s + leeway_s
    is_coarse = visible_s < stamp.resolution_s
    value = visible_s if is_suspect or is_coarse else min(max(0.0, delivered_s), visible_s)
    detail: dict[str, JsonValue] = {
        **_told(mail),
        "key": mail.token,
        "accepted_s": _seconds(mail.sent_at, mail.accepted_at),
        "delivered_s": delivered_s,
        "visible_s": visible_s,
        "folder": first.folder,
        "junk": first.is_junk,
        "copies": len(found.copies),
        "duplicate": len(found.copies) > 1,
        "clock_suspect": is_suspect,
        "late": mail.state == LOST,
        "overtaken": found.is_overtaken,
        "resolution_s": stamp.resolution_s,
        "poll_s": found.poll_s,
    }
    return Reading(probe, found.seen_at, Outcome.OK, value, "s", detail)


def awaited_reading(probe: str, mail: Expected, taken_at: datetime) -> Reading:
    """A mail still on its way: it takes at least as long as it has taken."""
    age_s = (taken_at - (mail.accepted_at or mail.sent_at)).total_seconds()
    detail: dict[str, JsonValue] = {
        **_told(mail),
        "key": f"{mail.token}@{taken_at.isoformat()}",
        "at_least": True,
    }
    return Reading(probe, taken_at, Outcome.OK, age_s, "s", detail)


def lost_reading(probe: str, mail: Expected, taken_at: datetime) -> Reading:
    """A mail that was accepted and is given up."""
    detail = {**_told(mail), "key": f"lost:{mail.token}", "reason": LOST}
    return Reading(probe, taken_at, Outcome.FAILED, None, None, detail)


def interrupted_reading(
    probe: str, mail: Expected, taken_at: datetime, *, is_overtaken: bool
) -> Reading:
    """A mail nobody knows to have left; it says nothing about the relay."""
    detail: dict[str, JsonValue] = {
        **_told(mail),
        "key": f"interrupted:{mail.token}",
        "reason": "interrupted",
        "words": "the probe was interrupted before it knew that the relay took its message",
        "overtaken": is_overtaken,
    }
    return Reading(probe, taken_at, Outcome.UNKNOWN, None, None, detail)


def unsent_reading(
    probe: str, mail: Expected, taken_at: datetime, fault: ProbeFaultError
) -> Reading:
    """A mail that the relay did not take, or that could not leave this machine."""
    detail = {**_told(mail), "key": mail.token, **fault.detail(), "words": _words(fault)}
    return Reading(probe, taken_at, fault.outcome, None, None, detail)


def unfit_reading(probe: str, taken_at: datetime, fault: ProbeFaultError) -> Reading:
    """The probe could not look into its mailbox: nothing is known."""
    detail: dict[str, JsonValue] = {
        "key": f"unfit@{taken_at.isoformat()}",
        **fault.detail(),
        "words": _words(fault),
    }
    return Reading(probe, taken_at, Outcome.UNKNOWN, None, None, detail)


def age_of(mail: Expected, now: datetime) -> timedelta:
    """How long a mail has been on its way."""
    return now - (mail.accepted_at or mail.sent_at)


def _told(mail: Expected) -> dict[str, JsonValue]:
    return {"token": mail.token, "sent_at": mail.sent_at.isoformat()}


def _words(fault: ProbeFaultError) -> str:
    """A sentence as a clause: `the relay refused the connection`."""
    return (fault.text[:1].lower() + fault.text[1:]).rstrip(".")


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else max(0.0, (end - start).total_seconds())


def _first_copy(copies: Sequence[Letter], hosts: Collection[str]) -> tuple[Letter, Stamp]:
    stamped = [(copy, delivery_stamp(copy.content, copy.arrived, hosts)) for copy in copies]
    return min(stamped, key=lambda pair: pair[1].at)
