"""A move into a container, step by step; each step is durable and none strands the account.

Asked for by the container, agreed by the old administrator, joined by the container. Until then
the account works where it is, and the lifecycle leaves it alone (`criteria.is_moving`).
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import RefusedError, acts
from postmaster.access.actors import Actor, system
from postmaster.access.matrix import Action
from postmaster.accounts.actions import cancel_leaver, join, mark_leaver
from postmaster.accounts.rules import Status, fold_address
from postmaster.accounts.sponsors import keep_sponsor
from postmaster.accounts.tables import Account, AccountAlias
from postmaster.closures.actions import ensure_over
from postmaster.closures.letters import tell_asked
from postmaster.closures.move_rows import (
    check_askable,
    check_container,
    check_next,
    find_trouble_of,
    get_move_for,
    note_move,
    step_move,
)
from postmaster.closures.rules import ClosureError
from postmaster.closures.stages import TROUBLE_WORDS, Stage, Trouble
from postmaster.closures.tables import ContainerMove
from postmaster.days import london_day
from postmaster.organisations.rules import find_reason_fault, fold_code
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

_BACK = system("container move")


@acts(Action.CLOSURES_SETTLE)
def ask_move(
    session: Session,
    *,
    address: str,
    target: str,
    why: str,
    new_address: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Ask the old administrator for an account; gives the move's number. Nothing changes yet.

    Raises:
        ClosureError: the account cannot be asked for, or the target is in no container.
    """
    code = fold_code(target)
    ensure_over(session, code, by)
    _check_why(why)
    check_container(session, code)
    row = session.scalar(select(Account).where(Account.address_key == fold_address(address)))
    if row is None:
        raise ClosureError("No account has this address. Check it.", field="address")
    check_askable(session, row, code)
    move = ContainerMove(
        account_id=row.account_id,
        from_organisation=row.organisation,
        target=code,
        new_address=new_address.strip() or None,
        why=why.strip(),
        state=Stage.ASKED,
        asked_at=now,
        asked_by=by.reference,
        tries=0,
    )
    session.add(move)
    session.flush()
    note_move(session, move, "moves.ask", {"state": (None, Stage.ASKED)}, by=by, now=now)
    tell_asked(session, move, row.address, now=now)
    return move.move_id


@acts(Action.CLOSURES_SETTLE)
def agree_move(session: Session, *, move_id: int, by: Actor, now: datetime) -> None:
    """The old administrator marks the leaver; the clock of a mark set before is kept.

    Raises:
        ClosureError: it was not asked for, or the account is elsewhere by now.
        postmaster.accounts.rules.AccountError: the account cannot leave from where it stands.
    """
    move, account = get_move_for(session, move_id)
    ensure_over(session, move.from_organisation, by)
    check_next(move, Stage.LEAVING)
    trouble = find_trouble_of(move, account, london_day(now))
    if trouble is not None:
        raise ClosureError(TROUBLE_WORDS[trouble])
    if account.status != Status.LEAVER:
        mark_leaver(session, account_id=account.account_id, reason_code="moving", by=by, now=now)
        move.marked_by = by.reference
    _begin_clock(session, move, account, now)
    step_move(session, move, Stage.LEAVING, "moves.agree", by=by, now=now)


@acts(Action.CLOSURES_SETTLE)
def refuse_move(session: Session, *, move_id: int, why: str, by: Actor, now: datetime) -> None:
    """The old administrator says no, and why. The container can ask again.

    Raises:
        ClosureError: it was not asked for, or there is no reason.
    """
    move, _ = get_move_for(session, move_id)
    ensure_over(session, move.from_organisation, by)
    check_next(move, Stage.REFUSED)
    _check_why(why)
    move.ended_at, move.ended_by, move.ended_why = now, by.reference, why.strip()
    step_move(session, move, Stage.REFUSED, "moves.refuse", by=by, now=now)


@acts(Action.CLOSURES_SETTLE)
def join_move(session: Session, *, move_id: int, by: Actor, now: datetime) -> None:
    """The container joins the account: same account and mail, its sponsor remembered.

    An old address that changes receives for its days and never sends.

    Raises:
        ClosureError: it was not marked, or its days are over: begin them again.
        postmaster.accounts.rules.AccountError: the new address is not free.
    """
    move, account = get_move_for(session, move_id)
    ensure_over(session, move.target, by)
    check_next(move, Stage.JOINED)
    trouble = find_trouble_of(move, account, london_day(now))
    if trouble is not None:
        raise ClosureError(TROUBLE_WORDS[trouble])
    old_key, number = account.address_key, account.account_id
    join(
        session,
        account_id=number,
        organisation=move.target,
        new_address=move.new_address,
        by=by,
        now=now,
    )
    keep_sponsor(session, account_id=number, sponsor=move.from_organisation, by=by, now=now)
    alias = select(AccountAlias.receives_until).where(AccountAlias.address_key == old_key)
    move.alias_until = session.scalar(alias)
    move.joined_at, move.joined_by = now, by.reference
    step_move(session, move, Stage.JOINED, "moves.join", by=by, now=now)


@acts(Action.CLOSURES_SETTLE)
def begin_again(session: Session, *, move_id: int, by: Actor, now: datetime) -> None:
    """Begin the clock anew: a fresh mark by the old administrator, its days from the start.

    For a move nobody joined in time, or whose mark was taken back.

    Raises:
        ClosureError: it can simply go on, or the account is deleted or elsewhere.
    """
    move, account = get_move_for(session, move_id)
    ensure_over(session, move.from_organisation, by)
    if move.state != Stage.LEAVING:
        raise ClosureError("Only a move whose leaver was marked has a clock to begin again.")
    trouble = find_trouble_of(move, account, london_day(now))
    if trouble is None:
        raise ClosureError("Its days are not over. The container can join it now.")
    if trouble not in {Trouble.OVERDUE, Trouble.MARK_GONE}:
        raise ClosureError(TROUBLE_WORDS[trouble])
    if account.status == Status.LEAVER:
        cancel_leaver(session, account_id=account.account_id, by=by, now=now)
    mark_leaver(session, account_id=account.account_id, reason_code="moving", by=by, now=now)
    move.marked_by = by.reference
    _begin_clock(session, move, account, now)
    step_move(session, move, Stage.LEAVING, "moves.begin_again", by=by, now=now)


@acts(Action.CLOSURES_SETTLE)
def ask_again(session: Session, *, move_id: int, by: Actor, now: datetime) -> None:
    """Ask once more after a refusal.

    Raises:
        ClosureError: it was not refused, or the account cannot be asked for any more.
    """
    move, account = get_move_for(session, move_id)
    ensure_over(session, move.target, by)
    check_next(move, Stage.ASKED)
    check_container(session, move.target)
    check_askable(session, account, move.target)
    move.from_organisation, move.asked_at, move.asked_by = account.organisation, now, by.reference
    move.ended_at = move.ended_by = move.ended_why = None
    step_move(session, move, Stage.ASKED, "moves.ask", by=by, now=now)
    tell_asked(session, move, account.address, now=now)


@acts(Action.CLOSURES_SETTLE)
def call_off_move(session: Session, *, move_id: int, why: str, by: Actor, now: datetime) -> None:
    """Either side calls it off. A leaver marked for it goes back to where it came from.

    Raises:
        ClosureError: it is joined or called off, or there is no reason.
    """
    move, account = get_move_for(session, move_id)
    _ensure_either(session, move, by)
    check_next(move, Stage.CANCELLED)
    _check_why(why)
    is_ours = move.marked_by is not None and account.organisation == move.from_organisation
    if move.state == Stage.LEAVING and account.status == Status.LEAVER and is_ours:
        # The container has no right over the old organisation's account: the service takes its
        # own mark back. Whoever called it off is in the entry of the move.
        cancel_leaver(session, account_id=account.account_id, by=_BACK, now=now)
    move.ended_at, move.ended_by, move.ended_why = now, by.reference, why.strip()
    step_move(session, move, Stage.CANCELLED, "moves.call_off", by=by, now=now)


def _begin_clock(session: Session, move: ContainerMove, account: Account, now: datetime) -> None:
    session.refresh(account)
    days = get_policy(session, on=london_day(now))[Key.LEAVER_KEPT_DAYS]
    marked = account.status_since or now
    move.marked_at = marked
    move.due_on = date.fromordinal(london_day(marked).toordinal() + days)
    move.tries += 1


def _ensure_either(session: Session, move: ContainerMove, by: Actor) -> None:
    try:
        ensure_over(session, move.target, by)
    except RefusedError:
        ensure_over(session, move.from_organisation, by)


def _check_why(why: str) -> None:
    fault = find_reason_fault(why)
    if fault is not None:
        raise ClosureError(fault, field="why")
