"""What is done to one account; every write is audited, none commits."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.addresses import (
    check_organisation,
    leave_alias,
    refuse,
    take_address,
)
from postmaster.accounts.changes import (
    Step,
    check_alive,
    check_in_time,
    get_for,
    make_row,
    move_to,
    note,
)
from postmaster.accounts.going_back import find_before_leaving
from postmaster.accounts.letters import owe_leaver_letter
from postmaster.accounts.losing import change_disabled_day, end_own_roles
from postmaster.accounts.rules import (
    AccountError,
    Kind,
    Status,
    find_name_fault,
    fold_address,
)
from postmaster.accounts.tables import Account
from postmaster.days import add_months, london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy


@acts(Action.ACCOUNTS_CREATE)
def add_account(
    session: Session,
    *,
    address: str,
    name: str,
    kind: Kind,
    organisation: str,
    external_id: str | None = None,
    owner_id: int | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Make an account; gives its id. A person is pending until they accept the terms of use.

    Raises:
        AccountError: the address is not free, or something given cannot be.
    """
    above = get_above(session, organisation=organisation)
    ensure(by, Action.ACCOUNTS_CREATE, Target("account", "new", organisation, above))
    check_organisation(session, organisation)
    refuse(find_name_fault(name.strip(), kind), "name")
    take_address(session, address, today=london_day(now))
    status = Status.PENDING if kind is Kind.PERSON else Status.ACTIVE
    row = make_row(address, name, kind=kind, organisation=organisation, status=status, now=now)
    row.external_id, row.owner_id = external_id, owner_id
    session.add(row)
    session.flush()
    changes = {"status": (None, row.status), "kind": (None, kind)}
    personal = {"address": row.address, "name": row.name}
    note(session, row, "accounts.add", changes, personal=personal, by=by, now=now)
    return row.account_id


@acts(Action.ACCOUNTS_CREATE)
def accept_terms(session: Session, *, account_id: int, by: Actor, now: datetime) -> None:
    """The owner accepted the terms of use: a pending account becomes active.

    Raises:
        AccountError: it is not pending.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_CREATE, by)
    row.accepted_at = row.counted_from = row.idle_since = now
    move_to(session, row, Status.ACTIVE, Step("accounts.accept"), by=by, now=now)


@acts(Action.ACCOUNTS_STATE)
def mark_leaver(
    session: Session, *, account_id: int, reason_code: str = "left", by: Actor, now: datetime
) -> None:
    """Say that the owner leaves, and write to them. Their roles end at once; shared access stays.

    Raises:
        AccountError: it cannot leave from where it stands.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    check_alive(row, Kind.PERSON, Kind.APPLICATION)
    policy = get_policy(session, on=london_day(now))
    step = Step("accounts.leave", reason_code, policy.version)
    end_own_roles(session, row, why="leaver", now=now)
    move_to(session, row, Status.LEAVER, step, by=by, now=now)
    owe_leaver_letter(session, row, policy, now=now)


@acts(Action.ACCOUNTS_STATE)
def cancel_leaver(session: Session, *, account_id: int, by: Actor, now: datetime) -> None:
    """The mark was a mistake: the account goes back to where it came from.

    A disabled one keeps the clock it had: marks and their cancelling must not lengthen it.

    Raises:
        AccountError: it is no leaver.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    if row.status != Status.LEAVER:
        raise AccountError("It is not marked as a leaver, so there is nothing to cancel.")
    row.counted_from = row.idle_since = now
    back = Status(row.prior_status or Status.ACTIVE)
    before = find_before_leaving(session, row)
    move_to(session, row, back, Step("accounts.stay"), by=by, now=now)
    if before is not None and back is Status.DISABLED:
        row.status_since, row.prior_status = before.before_since, before.before_prior


@acts(Action.ACCOUNTS_STATE)
def join(
    session: Session,
    *,
    account_id: int,
    organisation: str,
    new_address: str | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Accept a leaver into an organisation: the same account, its shared access with it.

    A new address leaves the old one as an alias that receives for a while and never sends.

    Raises:
        AccountError: it is no leaver, its time is over, or the organisation takes nobody.
    """
    above = get_above(session, organisation=organisation)
    ensure(by, Action.ACCOUNTS_STATE, Target("account", str(account_id), organisation, above))
    row = session.scalar(select(Account).where(Account.account_id == account_id).with_for_update())
    if row is None or row.status != Status.LEAVER:
        raise AccountError("Only an account marked as a leaver can join. Ask its administrator.")
    check_organisation(session, organisation)
    policy, today = get_policy(session, on=london_day(now)), london_day(now)
    check_in_time(row, policy, today)
    if new_address is not None and fold_address(new_address) != row.address_key:
        key = take_address(session, new_address, today=today)
        leave_alias(session, row, until=today + timedelta(days=policy[Key.JOINER_ALIAS_DAYS]))
        row.address, row.address_key = new_address.strip(), key
    back = Status.ACTIVE if row.prior_status == Status.INACTIVE else row.prior_status
    row.counted_from = row.idle_since = now
    step, wanted = Step("accounts.join", None, policy.version), Status(back or Status.ACTIVE)
    move_to(session, row, wanted, step, organisation=organisation, by=by, now=now)


@acts(Action.ACCOUNTS_STATE)
def disable(
    session: Session,
    *,
    account_id: int,
    reason_code: str,
    until: date | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Disable an account: nobody signs in, it still receives. A leaver stays one, blocked.

    One that is disabled already is given another day: its clock goes on from when it began.

    Raises:
        AccountError: it cannot be, or not until that day.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    check_alive(row)
    policy, today = get_policy(session, on=london_day(now)), london_day(now)
    is_disabled = row.status == Status.DISABLED and row.status_since is not None
    began = london_day(row.status_since) if is_disabled and row.status_since else today
    latest = add_months(began, policy[Key.DISABLED_KEPT_MONTHS])
    if until is not None and not today <= until <= latest:
        refuse(f"Give a day from today to {latest.isoformat()}.", "until")
    if row.status == Status.LEAVER:
        changes = {"sign_in_blocked": (row.sign_in_blocked, True)}
        row.sign_in_blocked = True
        note(session, row, "accounts.block", changes, by=by, now=now)
        return
    if row.status == Status.DISABLED:
        change_disabled_day(session, row, until, by=by, now=now)
        return
    row.disabled_until = until
    end_own_roles(session, row, why="disabled", now=now)
    step = Step("accounts.disable", reason_code, policy.version)
    move_to(session, row, Status.DISABLED, step, by=by, now=now)


@acts(Action.ACCOUNTS_STATE)
def enable(session: Session, *, account_id: int, by: Actor, now: datetime) -> None:
    """The reason is gone: a disabled account is what it was before; a blocked leaver may sign in.

    Its clock begins afresh: one that was inactive is inactive from now on.

    Raises:
        AccountError: it is neither.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    if row.sign_in_blocked:
        row.sign_in_blocked = False
        changes = {"sign_in_blocked": (True, False)}
        note(session, row, "accounts.unblock", changes, by=by, now=now)
        return
    if row.status != Status.DISABLED:
        raise AccountError("It is not disabled.")
    row.disabled_until = None
    row.counted_from = row.idle_since = now
    back = Status.INACTIVE if row.prior_status == Status.INACTIVE else Status.ACTIVE
    move_to(session, row, back, Step("accounts.enable"), by=by, now=now)
