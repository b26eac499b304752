"""The sample's accounts: every kind and state in every organisation, all names invented.

Written by sets, and the same at every load: who stands where follows from the number alone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from postmaster.accounts.rules import HoldKind, Kind, MemberRole, Status, fold_address, fold_name
from postmaster.accounts.tables import Account, AccountHold, MailboxMember
from postmaster.organisations.tables import Organisation

EACH = 36
FIRST = (
    "Ada", "Amir", "Beth", "Callum", "Chidi", "Dilys", "Ewan", "Fatima", "Gareth", "Hana", "Imran",
    "Jess", "Kofi", "Lena", "Mairi", "Niamh", "Owain", "Priya", "Ravi", "Sian", "Tomasz", "Uma",
    "Vera", "Will", "Yusuf", "Zoe",
)  # fmt: skip
LAST = (
    "Alder", "Birch", "Coombe", "Dale", "Elwood", "Fell", "Garth", "Heath", "Ings", "Keld", "Lea",
    "Marsh", "Nab", "Orme", "Pike", "Rigg", "Scar", "Thorpe", "Wold",
)  # fmt: skip
BY = "system:sample load"
# The leavers of the batch of April 2018 and those on its edge, by the moment they were marked.
MARKED = (
    datetime(2017, 8, 1, 9, tzinfo=UTC),
    datetime(2017, 9, 5, 22, 59, tzinfo=UTC),
    datetime(2017, 9, 5, 23, 0, tzinfo=UTC),
    datetime(2018, 3, 9, 12, tzinfo=UTC),
)
DISABLED_AT = datetime(2016, 8, 31, 10, tzinfo=UTC)
MADE = datetime(2015, 6, 1, 9, tzinfo=UTC)
# What the accounts of one organisation are, by their number in it; the others are in daily use.
LEAVERS = {5: 0, 6: 1, 7: 2, 8: 3}
UNUSED, INACTIVE, DISABLED, LONG_DISABLED, PENDING, DELETED, HELD = 9, 10, 11, 12, 13, 14, 15
SHARED, ROOM, APPLICATION = 33, 34, 35
# In every sixth organisation this one has the name of the one before: perhaps one person twice.
AGAIN = 30
JOBS = ("Nurse", "Porter", "Receptionist", "Consultant", "Midwife", "Pharmacist", "Secretary")


def add_accounts(session: Session, *, now: datetime) -> int:
    """Add the accounts once, about forty an organisation; gives how many."""
    if session.scalar(select(Account.account_id).limit(1)) is not None:
        return 0
    codes = session.scalars(select(Organisation.ods_code).order_by(Organisation.ods_code)).all()
    rows = [row for place, code in enumerate(codes) for row in _list_rows(place, code, now)]
    session.execute(insert(Account), rows)
    if session.get_bind().dialect.name == "postgresql":
        # The numbers were given here: the next account of the service takes the one after them.
        own = text("SELECT setval(pg_get_serial_sequence('account', 'account_id'), :last)")
        session.execute(own, {"last": len(rows)})
    session.execute(insert(MailboxMember), list(_list_members(len(codes))))
    session.execute(insert(AccountHold), list(_list_holds(len(codes), now)))
    return len(rows)


def _list_rows(place: int, code: str, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(EACH):
        account_id = place * EACH + number + 1
        kind = {SHARED: Kind.SHARED, ROOM: Kind.RESOURCE, APPLICATION: Kind.APPLICATION}.get(
            number, Kind.PERSON
        )
        namesake = account_id - 1 if number == AGAIN and place % 6 == 0 else account_id
        yield _row(account_id, kind, code, now, namesake) | _stand(place, number, now)


def _name(account_id: int, kind: Kind, code: str, namesake: int) -> tuple[str, str]:
    """A display name and an address; the number in the address makes it the only one."""
    if kind is not Kind.PERSON:
        what = {Kind.SHARED: "Reception", Kind.RESOURCE: "Meeting room", Kind.APPLICATION: "Recall"}
        return f"{what[kind]} {code}", f"{what[kind].split()[0].lower()}.{code.lower()}@nhs.net"
    first, last = FIRST[namesake % len(FIRST)], LAST[namesake % len(LAST)]
    return f"{last.upper()}, {first}", f"{first}.{last}{account_id}@nhs.net".lower()


def _row(account_id: int, kind: Kind, code: str, now: datetime, namesake: int) -> dict[str, Any]:
    """An account in daily use. Mobiles are of the numbers kept free for films and samples."""
    name, address = _name(account_id, kind, code, namesake)
    is_person = kind is Kind.PERSON
    used = now - timedelta(days=account_id % 60)
    return {
        "account_id": account_id,
        "address": address,
        "address_key": fold_address(address),
        "name": name,
        "name_key": fold_name(name),
        "kind": kind,
        "organisation": code,
        "external_id": f"{account_id:06}" if is_person else None,
        "job_title": JOBS[account_id % len(JOBS)] if is_person else None,
        "mobile": f"07700900{account_id % 1000:03}" if is_person else None,
        "disabled_until": None,
        "is_service": False,
        "status": Status.ACTIVE,
        "status_since": MADE,
        "prior_status": None,
        "reason_code": None,
        "created_at": MADE,
        "accepted_at": MADE if is_person else None,
        "last_sign_in_at": used,
        "last_sent_at": used,
        "last_password_at": used,
        "counted_from": MADE,
        "idle_since": used,
        "sign_in_blocked": False,
        "hold_count": 0,
        "revision": 0,
    }


def _stand(place: int, number: int, now: datetime) -> dict[str, Any]:
    """Where the account of this number stands, in what differs from daily use."""
    quiet = now - timedelta(days=400)
    unused = {"last_sign_in_at": quiet, "last_sent_at": quiet, "last_password_at": quiet}
    if number in LEAVERS:
        marked = MARKED[(LEAVERS[number] + place) % len(MARKED)]
        return _since(Status.LEAVER, marked, "left")
    return {
        UNUSED: unused | {"idle_since": quiet},
        INACTIVE: unused | _since(Status.INACTIVE, now - timedelta(days=20 + 3 * place), "idle"),
        DISABLED: _since(Status.DISABLED, now - timedelta(days=40), "long-leave")
        | {"disabled_until": (now + timedelta(days=10 * (place % 9))).date()},
        LONG_DISABLED: _since(Status.DISABLED, DISABLED_AT, "inquiry"),
        PENDING: {
            "status": Status.PENDING, "accepted_at": None, "counted_from": now - timedelta(days=12),
        },
        DELETED: _since(Status.DELETED, now - timedelta(days=10), "leaver-due"),
        HELD: _since(Status.LEAVER, MARKED[0], "left") | {"hold_count": 1},
    }.get(number, {})  # fmt: skip


def _since(status: Status, at: datetime, reason: str) -> dict[str, Any]:
    prior = Status.LEAVER if status is Status.DELETED else Status.ACTIVE
    return {"status": status, "status_since": at, "prior_status": prior, "reason_code": reason}


def _list_members(places: int) -> Iterator[dict[str, Any]]:
    """Each shared mailbox has owners and members; some have a leaver for owner, or nobody."""
    for place in range(places):
        first = place * EACH + 1
        owners = [5] if place % 5 == 0 else [0, 3] if place % 3 else [0]
        if place % 7 == 3:  # noqa: PLR2004 - one in seven
            owners = []
        for number, role in (
            *((owner, MemberRole.OWNER) for owner in owners),
            (1, MemberRole.MEMBER),
            (2, MemberRole.MEMBER),
        ):
            yield {
                "mailbox_id": first + SHARED,
                "account_id": first + number,
                "role": role,
                "since": MADE,
            }


def _list_holds(places: int, now: datetime) -> Iterator[dict[str, Any]]:
    kinds = list(HoldKind)
    for place in range(places):
        yield {
            "account_id": place * EACH + 1 + HELD,
            "kind": kinds[place % len(kinds)],
            "reason": f"A sample of a hold, number {place + 1}",
            "review_on": (now + timedelta(days=15 * (place % 12) - 20)).date(),
            "placed_at": now,
            "placed_by": BY,
        }
