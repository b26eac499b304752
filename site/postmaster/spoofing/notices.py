"""Tell the intended recipients of blocked mail: who it claimed to be from, how often, no content.

At most one letter a recipient and day, or one for each sender and day; never more, whoever floods.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from postmaster.accounts.rules import find_address_fault
from postmaster.days import london_day, say_day, start_of
from postmaster.outbox.actions import owe
from postmaster.spoofing.steps import Manner, Notice
from postmaster.spoofing.tables import SpoofNotices, SpoofPair, SpoofRecipient, SpoofSighting

# Sightings looked at in one transaction.
AT_ONCE = 2000
MOST_NAMED = 10
# With a letter for each sender, so many a day: the rest waits in the next day's list.
MOST_EACH = 5


@dataclass(frozen=True, slots=True)
class _Letter:
    """Whom a letter is to, about which day, and of which sender alone ("" for all of them)."""

    recipient: str
    day: date
    sender: str


def owe_notices(session: Session, *, now: datetime) -> int:
    """Owe the notices of days that are over (in London); gives how many messages were told of.

    Organisations that chose a letter for each sender get theirs within the hour instead.
    """
    rows = _list_owed(session, now)
    day_begins = start_of(london_day(now))
    told: dict[_Letter, dict[str, int]] = {}
    done: set[int] = set()
    waits: set[int] = set()
    for sighting_id, received_at, recipient, claimed, chosen in rows:
        manner = Manner(chosen) if chosen else Manner.DAILY
        if manner is Manner.DAILY and received_at >= day_begins:
            waits.add(sighting_id)
            continue
        done.add(sighting_id)
        if manner is not Manner.OFF:
            sender = _digest(claimed) if manner is Manner.EACH else ""
            letter = _Letter(recipient, london_day(received_at), sender)
            counts = told.setdefault(letter, {})
            counts[claimed] = counts.get(claimed, 0) + 1
    if len(rows) == AT_ONCE:
        # The last message may have recipients beyond these; it comes again.
        waits.add(rows[-1][0])
    _owe_all(session, told, now)
    _mark(session, done - waits)
    _pass_over(session, now)
    return len(done - waits)


def _list_owed(
    session: Session, now: datetime
) -> Sequence[Row[int, datetime, str, str, str | None]]:
    return session.execute(
        select(
            SpoofSighting.sighting_id, SpoofSighting.received_at, SpoofRecipient.address_key,
            SpoofPair.claimed, SpoofNotices.manner,
        )
        .join(SpoofRecipient, SpoofRecipient.sighting_id == SpoofSighting.sighting_id)
        .join(SpoofPair, SpoofPair.pair_id == SpoofSighting.pair_id)
        .outerjoin(SpoofNotices, SpoofNotices.ods_code == SpoofRecipient.organisation)
        .where(SpoofSighting.notice == Notice.OWED, SpoofRecipient.organisation != "")
        .where(SpoofSighting.received_at < now)
        .order_by(SpoofSighting.received_at, SpoofSighting.sighting_id)
        .limit(AT_ONCE)
    ).all()  # fmt: skip


def _mark(session: Session, sighting_ids: set[int]) -> None:
    session.execute(
        update(SpoofSighting)
        .where(SpoofSighting.sighting_id.in_(sighting_ids))
        .values(notice=Notice.TOLD)
        .execution_options(synchronize_session=False)
    )


def write_notice(counts: Mapping[str, int], day: str) -> str:
    """The letter's text: claimed senders and numbers, nothing of any message."""
    lines = [
        f"- {_say_claim(claimed)}: {count:,} message{'s' if count != 1 else ''}"
        for claimed, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_NAMED]
    ]
    more = len(counts) - MOST_NAMED
    lines += [f"- and {more:,} other senders"] if more > 0 else []
    return (
        f"On {day} mail to you was blocked because it claimed to come from an address of the "
        "service and did not. It was deleted; nobody can get it back.\n\n"
        "It claimed to be from:\n\n" + "\n".join(lines) + "\n\n"
        "If you were expecting something from one of them, ask the sender to send it again from an "
        "address of their own, and tell your local administrator, who can see which system sent "
        "it. If you were not, you need do nothing.\n"
    )


def _owe_all(session: Session, told: Mapping[_Letter, Mapping[str, int]], now: datetime) -> None:
    each: dict[tuple[str, date], int] = {}
    for letter, counts in told.items():
        if find_address_fault(letter.recipient) is not None:
            continue
        if letter.sender:
            place = (letter.recipient, letter.day)
            each[place] = each.get(place, 0) + 1
            if each[place] > MOST_EACH:
                continue
        words = say_day(letter.day)
        owe(
            session,
            cause="spoofing.notice",
            cause_key=f"{_digest(letter.recipient)}-{letter.day.isoformat()}-{letter.sender}",
            recipient=letter.recipient,
            subject=f"Mail to you was blocked on {words}",
            text=write_notice(counts, words),
            template="spoof-notice-1",
            is_secret=False,
            now=now,
        )


def _pass_over(session: Session, now: datetime) -> None:
    """Messages for nobody with an account have nobody to tell."""
    known = select(SpoofRecipient.sighting_id).where(SpoofRecipient.organisation != "")
    session.execute(
        update(SpoofSighting)
        .where(SpoofSighting.notice == Notice.OWED, SpoofSighting.sighting_id.not_in(known))
        .where(SpoofSighting.received_at < now - timedelta(days=1))
        .values(notice=Notice.NONE)
        .execution_options(synchronize_session=False)
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _say_claim(claimed: str) -> str:
    """A claimed sender in a letter: a plain address, or a word for what is none."""
    return claimed if find_address_fault(claimed) is None else "an address that is none"


def list_manners(session: Session) -> Sequence[tuple[str, Manner]]:
    """What organisations chose other than once a day."""
    rows = session.execute(
        select(SpoofNotices.ods_code, SpoofNotices.manner).order_by(SpoofNotices.ods_code)
    )
    return [(code, Manner(manner)) for code, manner in rows]
