"""A deleted account brought back: where it was, or into what took over. None commits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.rules import may
from postmaster.accounts.addresses import check_organisation, refuse
from postmaster.accounts.changes import Step, find_days, move_to, target_of
from postmaster.accounts.going_back import check_not_anew, give_back_mailboxes
from postmaster.accounts.letters import owe_restored_letter
from postmaster.accounts.rules import AccountError, Status
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.organisations.reads import get_final_successors, list_heirs
from postmaster.organisations.rules import fold_code
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy


@acts(Action.ACCOUNTS_CREATE)
def restore(
    session: Session, *, account_id: int, organisation: str = "", by: Actor, now: datetime
) -> None:
    """Bring a deleted account back while it can be, with a fresh period before it is idle.

    Where its organisation closed, into the one named, which took over: by whoever looks after the
    closed one, or after the one that took over. The shared mailboxes its deletion took from it
    come back with it, and its owner is written to.

    Raises:
        AccountError: it cannot be; the words say why.
        postmaster.access.acting.RefusedError: the actor looks after neither.
    """
    row = session.scalar(select(Account).where(Account.account_id == account_id).with_for_update())
    if row is None:
        raise AccountError("There is no such account. It may have been purged.")
    into = fold_code(organisation) or row.organisation
    _ensure_either(session, row, into, by)
    if row.status != Status.DELETED:
        raise AccountError("It is not deleted.")
    policy, deleted_at = get_policy(session, on=london_day(now)), row.status_since
    days = policy[Key.RESTORE_WINDOW_DAYS]
    if find_days(row, london_day(now)) > days:
        raise AccountError(f"It was deleted more than {days} days ago and cannot be restored.")
    check_organisation(session, into)
    if into != row.organisation:
        _check_heir(session, row.organisation, into)
    check_not_anew(session, row, into)
    give_back_mailboxes(session, row)
    row.counted_from = row.idle_since = now
    back = Status.DISABLED if row.prior_status == Status.DISABLED else Status.ACTIVE
    step = Step("accounts.restore", None, policy.version)
    move_to(session, row, back, step, organisation=into, by=by, now=now)
    owe_restored_letter(session, row, deleted_at, now=now)


def _ensure_either(session: Session, row: Account, into: str, by: Actor) -> None:
    """The owning organisation's administrator may, and that of one that took over from it."""
    here = target_of(session, row)
    if may(by, Action.ACCOUNTS_CREATE, here).is_allowed:
        return
    finals = get_final_successors(session, ods_code=row.organisation)
    mine = [code for code in finals if _looks_after(session, row, code, by)]
    if not mine:
        ensure(by, Action.ACCOUNTS_CREATE, here)
    if into not in mine:
        refuse(f"Yours that took over: {' or '.join(mine)}. Restore it there.", "organisation")


def _looks_after(session: Session, row: Account, code: str, by: Actor) -> bool:
    above = get_above(session, organisation=code)
    there = Target("account", str(row.account_id), code, above)
    return may(by, Action.ACCOUNTS_CREATE, there).is_allowed


def _check_heir(session: Session, code: str, into: str) -> None:
    heirs = [one.ods_code for one in list_heirs(session, ods_code=code)]
    way = f"Use {' or '.join(heirs)}." if heirs else "Nobody on the service did."
    if into not in heirs:
        refuse(f"{into} did not take over from {code}. {way}", "organisation")
