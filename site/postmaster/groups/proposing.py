"""What a list or a change of one would come to: recipients, faults, approvals. Writes nothing.

The panel shows it before anybody decides, and the action does it anew before it writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.days import london_day
from postmaster.groups.conditions import (
    Condition,
    find_condition_fault,
    read_condition,
)
from postmaster.groups.criteria import reached_lists, start_at
from postmaster.groups.entering import Entry, find_entries, without_present
from postmaster.groups.reaching import Reach, find_seats, gather, measure
from postmaster.groups.rules import (
    ChangeState,
    Facts,
    GroupError,
    Limits,
    ListKind,
    Needed,
    Needs,
    Seat,
    decide_needs,
)
from postmaster.groups.seats import may_give
from postmaster.groups.tables import (
    DistributionList,
    ListApproval,
    ListChange,
    ListMember,
    ListSender,
)
from postmaster.groups.wanted import Wanted, check_words
from postmaster.organisations.tables import Organisation
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy


@dataclass(frozen=True, slots=True)
class Draft:
    """What a change comes to. `given` are the approvals that are the asker's own to give."""

    kind: ListKind
    organisation: str
    before: int
    reach: Reach
    seats: Mapping[str, Sequence[str]]
    entries: Sequence[Entry]
    given: tuple[Needed, ...]
    waits_for: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """The list a change is about, as far as the change matters to it; 0 is one yet to be made."""

    list_id: int
    kind: ListKind
    organisation: str
    condition: Condition | None = None
    before: int = 0


def get_limits(session: Session, *, now: datetime, is_administrator: bool) -> Limits:
    """The numbers in force; whoever is no administrator has a shorter name."""
    policy = get_policy(session, on=london_day(now))
    name = Key.LIST_NAME_MAX_LENGTH if is_administrator else Key.LIST_USER_NAME_MAX_LENGTH
    return Limits(
        policy[Key.LIST_NAMED_SENDERS_OVER], policy[Key.LIST_TENANT_APPROVAL_OVER], policy[name]
    )


def make_base(session: Session, row: DistributionList, *, now: datetime) -> Base:
    """A list as it is in force, counted now."""
    condition = None if row.condition is None else read_condition(row.condition)
    held = gather(session, list_id=row.list_id, condition=condition, now=now)
    before = measure(session, held, now=now).total if row.status == "active" else 0
    return Base(row.list_id, ListKind(row.kind), row.organisation, condition, before)


def draft_change(
    session: Session,
    base: Base,
    wanted: Wanted,
    *,
    is_tenants: bool = False,
    by: Actor,
    now: datetime,
) -> Draft:
    """What a list would be once the change is applied.

    `is_tenants`: a tenant administrator has looked at it, whoever asks now.

    Raises:
        GroupError: it cannot be at all; the words say what to mend.
    """
    check_words(wanted)
    entries = _check_recipients(session, base, wanted, now)
    condition = wanted.condition or base.condition
    recipients = gather(
        session, list_id=base.list_id, condition=condition, add=entries, end=wanted.end, now=now
    )
    reach = measure(session, recipients, now=now)
    seats = find_seats(session, reach.organisations, owner=base.organisation)
    needs = _decide(session, base, wanted, reach, seats, is_tenants=is_tenants, by=by, now=now)
    given = tuple(one for one in needs.approvals if may_give(session, one, by))
    waits_for = tuple(one for one in needs.approvals if one not in given)
    return Draft(base.kind, base.organisation, base.before, reach, seats, entries, given, waits_for)


def _decide(
    session: Session,
    base: Base,
    wanted: Wanted,
    reach: Reach,
    seats: Mapping[str, Sequence[str]],
    *,
    is_tenants: bool,
    by: Actor,
    now: datetime,
) -> Needs:
    facts = Facts(
        kind=base.kind,
        before=base.before,
        after=reach.total,
        has_senders=_has_senders(session, base, wanted),
        is_everyone=reach.is_everyone,
        seats=set(seats) - _approved_seats(session, base.list_id),
        is_settled=base.list_id != 0 and wanted.is_members_only,
        asker_is_tenant=is_tenants or may(by, Action.LIFECYCLE_RUN).is_allowed,
    )
    limits = get_limits(
        session, now=now, is_administrator=may(by, Action.GROUPS_APPROVE).is_allowed
    )
    needs = decide_needs(facts, base.organisation, limits)
    if needs.fault is not None:
        raise GroupError(needs.fault, field=needs.field)
    return needs


def get_short_code(session: Session, organisation: str) -> str:
    """The beginning of the addresses of an organisation's lists: its own, or of one over it.

    Raises:
        GroupError: there is none.
    """
    at: str | None = organisation
    while at is not None:
        row = session.get(Organisation, at)
        if row is None:
            break
        if row.short_code:
            return row.short_code
        at = row.parent
    words = f"{organisation} has no short code, with which the address begins. Give it one first."
    raise GroupError(words, field="organisation")


def _check_recipients(
    session: Session, base: Base, wanted: Wanted, now: datetime
) -> Sequence[Entry]:
    if base.kind is ListKind.DYNAMIC:
        if wanted.add or wanted.end:
            raise GroupError("A dynamic list finds its members by its rule.", field="add")
        condition = wanted.condition or base.condition
        fault = find_condition_fault(condition or Condition())
        if fault is not None:
            raise GroupError(fault[0], field=fault[1])
        if wanted.condition is not None:
            _check_codes(session, wanted.condition)
        return ()
    if wanted.condition is not None:
        raise GroupError("A static list has no rule.", field="organisations")
    entries = without_present(session, base.list_id, find_entries(session, wanted.add))
    for entry in entries:
        if entry.nested_id is not None:
            _check_no_circle(session, base.list_id, entry.nested_id, now)
    return entries


def _check_codes(session: Session, condition: Condition) -> None:
    rows = select(Organisation.ods_code).where(Organisation.ods_code.in_(condition.organisations))
    missing = sorted(set(condition.organisations) - set(session.scalars(rows)))
    if missing:
        words = f"There is no organisation {', '.join(missing)}. Check the code."
        raise GroupError(words, field="organisations")


def _check_no_circle(session: Session, list_id: int, nested_id: int, now: datetime) -> None:
    reached = reached_lists(start_at(nested_id), now)
    if list_id in set(session.scalars(select(reached.c.list_id))):
        address = session.get_one(DistributionList, nested_id).address
        words = f"{address} leads back to this list. Leave it out."
        raise GroupError(words, field="add")


def _has_senders(session: Session, base: Base, wanted: Wanted) -> bool:
    if wanted.senders is not None:
        return bool(wanted.senders)
    held = select(func.count()).where(
        ListSender.list_id == base.list_id, ListSender.ended_at.is_(None)
    )
    return bool(session.scalar(held))


def _approved_seats(session: Session, list_id: int) -> set[str]:
    """Whose approval the list has already, from what was applied."""
    rows = session.scalars(
        select(ListApproval.organisation)
        .join(ListChange, ListChange.change_id == ListApproval.change_id)
        .where(
            ListChange.list_id == list_id,
            ListChange.state == ChangeState.APPLIED,
            ListApproval.seat == Seat.ORGANISATION,
            ListApproval.is_given.is_(True),
        )
    )
    return {code for code in rows if code is not None}


def find_open_members(session: Session, list_id: int, numbers: Sequence[int]) -> Sequence[int]:
    """Which of the memberships are this list's and in force."""
    return session.scalars(
        select(ListMember.member_id).where(
            ListMember.list_id == list_id,
            ListMember.member_id.in_(numbers),
            ListMember.ended_at.is_(None),
        )
    ).all()
