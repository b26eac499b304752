"""Ask for a list or for a change of one; what needs nobody's approval is done at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.addresses import check_organisation, hold_address, take_address
from postmaster.accounts.rules import AccountError
from postmaster.days import london_day
from postmaster.groups.applying import apply_change
from postmaster.groups.finding import ensure_over, get_list_for
from postmaster.groups.noting import note_list
from postmaster.groups.owning import find_owner
from postmaster.groups.proposing import (
    Base,
    Draft,
    draft_change,
    find_open_members,
    get_limits,
    get_short_code,
    make_base,
)
from postmaster.groups.reads import find_list
from postmaster.groups.rules import (
    ChangeKind,
    ChangeState,
    GroupError,
    ListKind,
    ListStatus,
    find_name_fault,
    make_address,
)
from postmaster.groups.tables import DistributionList, ListApproval, ListChange, ListOwner
from postmaster.groups.wanted import Wanted, write_wanted
from postmaster.organisations.rules import fold_code


@acts(Action.GROUPS_ASK)
def draft_list(
    session: Session,
    *,
    kind: ListKind,
    organisation: str,
    name: str,
    owners: Sequence[str],
    wanted: Wanted,
    by: Actor,
    now: datetime,
) -> tuple[str, Draft]:
    """The address and what a new list would come to; writes nothing.

    Raises:
        GroupError: it cannot be at all.
    """
    code = fold_code(organisation)
    ensure_over(session, code, by)
    try:
        check_organisation(session, code)
    except AccountError as error:
        raise GroupError(str(error), field="organisation") from None
    is_administrator = may(by, Action.GROUPS_APPROVE).is_allowed
    limits = get_limits(session, now=now, is_administrator=is_administrator)
    if (fault := find_name_fault(name, limits.name_max_length)) is not None:
        raise GroupError(fault, field="name")
    if not owners:
        raise GroupError("Enter the address of an owner. A list without one is nobody's.",
                         field="owners")  # fmt: skip
    for owner in owners:
        find_owner(session, owner, code)
    address = make_address(get_short_code(session, code), name)
    if find_list(session, address=address) is not None:
        raise GroupError(f"There is a list {address} already. Choose another name.", field="name")
    return address, draft_change(session, Base(0, kind, code), wanted, by=by, now=now)


@acts(Action.GROUPS_ASK)
def make_list(
    session: Session,
    *,
    kind: ListKind,
    organisation: str,
    name: str,
    owners: Sequence[str],
    wanted: Wanted,
    by: Actor,
    now: datetime,
) -> int:
    """Ask for a list; gives its number. It is pending until every approval it needs is given.

    Raises:
        GroupError: it cannot be; the words say what to mend.
    """
    address, draft = draft_list(
        session, kind=kind, organisation=organisation, name=name, owners=owners, wanted=wanted,
        by=by, now=now,
    )  # fmt: skip
    try:
        key = take_address(session, address, today=london_day(now))
    except AccountError as error:
        raise GroupError(str(error), field="name") from None
    row = _add_row(session, kind, draft.organisation, name, (address, key), by=by, now=now)
    for owner in owners:
        account_id = find_owner(session, owner, draft.organisation)
        session.add(ListOwner(list_id=row.list_id, account_id=account_id, since=now))
    note_list(session, row, "groups.ask", {"kind": (None, kind)}, by=by, now=now)
    whole = replace(wanted, description=wanted.description or "")
    _ask(session, row, ChangeKind.CREATE, whole, draft, by=by, now=now)
    return row.list_id


@acts(Action.GROUPS_ASK)
def draft_of(session: Session, *, list_id: int, wanted: Wanted, by: Actor, now: datetime) -> Draft:
    """What a change of a list would come to; writes nothing.

    Raises:
        GroupError: it cannot be at all.
    """
    row = get_list_for(session, list_id, Action.GROUPS_ASK, by, is_locked=False)
    return _draft(session, row, wanted, by=by, now=now)


@acts(Action.GROUPS_ASK)
def change_list(
    session: Session,
    *,
    list_id: int,
    wanted: Wanted,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Ask for a change; gives its number. Done at once where nobody's approval is needed.

    Until then the list stays in force as it is.

    Raises:
        GroupError: it cannot be, another change waits, or the list was changed since `revision`.
    """
    row = get_list_for(session, list_id, Action.GROUPS_ASK, by)
    if revision is not None and revision != row.revision:
        raise GroupError(
            "Somebody changed this list since you opened the page. Nothing was done: look at it "
            "again, and decide anew."
        )
    draft = _draft(session, row, wanted, by=by, now=now)
    kind = ChangeKind.MEMBERS if wanted.is_members_only else ChangeKind.SETTINGS
    return _ask(session, row, kind, wanted, draft, by=by, now=now)


def _add_row(
    session: Session,
    kind: ListKind,
    organisation: str,
    name: str,
    address: tuple[str, str],
    *,
    by: Actor,
    now: datetime,
) -> DistributionList:
    """The row of a list that is pending; its address, as written and as key, is held for it."""
    written, key = address
    row = DistributionList(
        kind=kind,
        organisation=organisation,
        name=name,
        address=written,
        address_key=key,
        description="",
        is_hidden=False,
        status=ListStatus.PENDING,
        status_since=now,
        is_large=False,
        recipients=0,
        created_at=now,
        created_by=by.reference,
        revision=0,
    )
    session.add(row)
    session.flush()
    hold_address(session, key, holder=f"list {row.list_id}")
    return row


def _draft(
    session: Session, row: DistributionList, wanted: Wanted, *, by: Actor, now: datetime
) -> Draft:
    if row.status != ListStatus.ACTIVE:
        raise GroupError("Only an active list is changed.")
    waiting = select(ListChange.change_id).where(
        ListChange.list_id == row.list_id, ListChange.state == ChangeState.WAITING
    )
    if session.scalar(waiting) is not None:
        raise GroupError("A change of this list waits for approval. Withdraw it first.")
    numbers = find_open_members(session, row.list_id, wanted.end)
    if len(numbers) < len(wanted.end):
        raise GroupError("Somebody is no longer on the list. Look at it again.", field="end")
    draft = draft_change(session, make_base(session, row, now=now), wanted, by=by, now=now)
    if wanted.is_members_only and not wanted.end and not draft.entries:
        raise GroupError("Enter somebody who is not on the list yet.", field="add")
    return draft


def _ask(
    session: Session,
    row: DistributionList,
    kind: ChangeKind,
    wanted: Wanted,
    draft: Draft,
    *,
    by: Actor,
    now: datetime,
) -> int:
    change = ListChange(
        list_id=row.list_id,
        kind=kind,
        wanted=write_wanted(wanted),
        before=draft.before,
        after=draft.reach.total,
        state=ChangeState.WAITING,
        asked_at=now,
        asked_by=by.reference,
    )
    session.add(change)
    session.flush()
    for needed in (*draft.given, *draft.waits_for):
        approval = ListApproval(
            change_id=change.change_id, seat=needed.seat, organisation=needed.organisation
        )
        if needed in draft.given:
            approval.is_given, approval.decided_at, approval.decided_by = True, now, by.reference
        session.add(approval)
    session.flush()
    if draft.waits_for:
        changes = {"recipients": (draft.before, draft.reach.total)}
        note_list(session, row, "groups.wait", changes, by=by, now=now)
    else:
        apply_change(session, row, change, by=by, now=now)
    return change.change_id
