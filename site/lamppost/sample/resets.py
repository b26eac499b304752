"""The sample's password resets by channel, and a few people who can try one themselves.

The months have the shares of the bulletin of April 2018: 29, 165 and 6 of each 200.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.people.means import Means
from lamppost.sample.private_files import write_private
from postmaster.access.actors import system
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.credentials.actions import AuditedAs, set_password
from postmaster.credentials.answers.actions import set_answers
from postmaster.credentials.answers.rules import Pair
from postmaster.credentials.resets.rules import Channel, Outcome, Proof
from postmaster.credentials.resets.standing import subject_of
from postmaster.credentials.resets.tables import ResetDay, ResetEvent
from postmaster.credentials.resets.temporary import make_temporary_password
from postmaster.days import add_months, london_day, start_of
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature

FILE = "accounts.json"
ORGANISATION = "RX1"
BY = system("sample")
OF_200 = {Channel.SELF_SERVICE: 29, Channel.LOCAL_ADMIN: 165, Channel.NATIONAL_HELPDESK: 6}
PROOFS = {
    Channel.SELF_SERVICE: Proof.ANSWERS_AND_MOBILE,
    Channel.LOCAL_ADMIN: Proof.KNOWN,
    Channel.NATIONAL_HELPDESK: Proof.ANSWERS,
}
FEBRUARY_2018 = date(2018, 2, 1)
MONTHS = 12
QUESTIONS = ("First street I lived in", "Name of my first teacher", "Favourite walk")
ANSWERS = (
    ("Mill Lane", "Mrs Birch", "Malham Tarn"),
    ("Kirkgate", "Mr Dale", "Rivington"),
    ("Station Rd", "Miss Orme", "Coast path"),
    ("Abbey Close", "Dr Fell", "Skiddaw"),
)
# Which of the four has a mobile, and whose account is locked.
WITHOUT_MOBILE, LOCKED = 2, 3
SHORTEST = 14


def add_resets(session: Session, *, now: datetime) -> None:
    """Add the events of the months once, and the roll-up of exactly these events.

    What the release of April 2018 changed is live in the sample, since after that month.
    """
    if session.scalar(select(ResetEvent.event_id).limit(1)) is not None:
        return
    features = (Feature.SSPR_UNLOCKS, Feature.ANSWERS_CASE_INSENSITIVE)
    live_from = start_of(add_months(FEBRUARY_2018, 3))
    set_features(
        session, source="sample", features=features, live_from=live_from, by=BY.reference, now=now
    )
    accounts = session.execute(
        select(Account.account_id, Account.organisation)
        .where(Account.kind == Kind.PERSON, Account.status == Status.ACTIVE)
        .order_by(Account.account_id)
    ).all()
    first = london_day(now).replace(day=1)
    months = [add_months(first, -back) for back in range(MONTHS, 0, -1)]
    rows = [
        row
        for place, month in enumerate([FEBRUARY_2018, *months])
        for row in _list_events(month, [(one[0], one[1]) for one in accounts], place)
    ]
    session.execute(insert(ResetEvent), rows)
    days = Counter((london_day(row["at"]), row["organisation"], row["channel"]) for row in rows)
    session.execute(
        insert(ResetDay),
        [
            {"day": day, "organisation": code, "channel": channel, "resets": resets}
            for (day, code, channel), resets in sorted(days.items())
        ],
    )


def _list_events(
    month: date, accounts: list[tuple[int, str]], place: int
) -> Iterator[dict[str, Any]]:
    """Two hundred resets spread over a month, in working hours and over the accounts."""
    length = (add_months(month, 1) - month).days
    number = 0
    for channel, count in OF_200.items():
        for _ in range(count):
            number += 1
            account_id, organisation = accounts[(number * 37 + place * 11) % len(accounts)]
            day = month + timedelta(days=number * 7 % length)
            yield {
                "account_id": account_id,
                "organisation": organisation,
                "channel": channel,
                "at": start_of(day) + timedelta(hours=8, minutes=number * 13 % 600),
                "actor": BY.reference,
                "proof": PROOFS[channel],
                "unlocked": False,
                "outcome": Outcome.DONE,
            }


def add_testers(engine: Engine, means: Means, key: bytes, folder: Path, *, now: datetime) -> None:
    """Give four people of one organisation questions and a password, written to accounts.json.

    The file is written first: a load that was cut off finds the passwords it gave out.
    """
    path = folder / FILE
    with read_only(engine) as session:
        rows = session.scalars(
            select(Account)
            .where(
                Account.organisation == ORGANISATION,
                Account.kind == Kind.PERSON,
                Account.status == Status.ACTIVE,
            )
            .order_by(Account.account_id)
            .limit(len(ANSWERS))
        ).all()
        made = [_make_entry(row, place) for place, row in enumerate(rows)]
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else made
    write_private(path, entries)
    for place, entry in enumerate(entries):
        password_hash = means.hasher.hash(entry["password"])
        with unit_of_work(engine) as session:
            _add(session, key, entry, password_hash, place, now=now)


def _make_entry(row: Account, place: int) -> dict[str, Any]:
    return {
        "account_id": row.account_id,
        "email": row.address,
        "mobile": None if place == WITHOUT_MOBILE else row.mobile,
        "password": make_temporary_password(SHORTEST),
        "questions": dict(zip(QUESTIONS, ANSWERS[place], strict=True)),
        "locked": place == LOCKED,
    }


def _add(
    session: Session,
    key: bytes,
    entry: dict[str, Any],
    password_hash: str,
    place: int,
    *,
    now: datetime,
) -> None:
    row = session.get_one(Account, entry["account_id"])
    set_password(
        session,
        subject=subject_of(row.account_id),
        password_hash=password_hash,
        of=AuditedAs("account", str(row.account_id), row.organisation),
        by=BY,
        now=now,
    )
    pairs = [Pair(question, answer) for question, answer in entry["questions"].items()]
    set_answers(session, key, account_id=row.account_id, pairs=pairs, by=BY, now=now)
    if place == WITHOUT_MOBILE:
        row.mobile = None
    if place == LOCKED:
        row.locked_until = now + timedelta(days=30)
