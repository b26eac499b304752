"""The letters of closures to administrators, in plain words, owed to the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant, ScopeLink
from postmaster.accounts.rules import KIND_WORDS, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.closures.rules import ItemState
from postmaster.closures.tables import ClosureItem, ClosurePlan, ContainerMove
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from postmaster.outbox.rules import UnsendableError, check_recipient

LOCAL = (Role.LOCAL_ADMINISTRATOR, Role.PRIMARY_LOCAL_ADMINISTRATOR)
# A letter for each is enough; an organisation with more has lists of its own.
MOST_READERS = 20


def list_readers(session: Session, *, organisation: str, roles: Sequence[Role]) -> Sequence[str]:
    """The addresses of those who look after an organisation, or what stands over it."""
    rows = session.scalars(
        select(RoleGrant.address_key)
        .join(ScopeLink, ScopeLink.above == RoleGrant.scope)
        .where(
            ScopeLink.below == organisation,
            RoleGrant.ended_at.is_(None),
            RoleGrant.role.in_(roles),
        )
        .distinct()
        .order_by(RoleGrant.address_key)
        .limit(MOST_READERS)
    )
    return [address for address in rows if _can_be_written_to(address)]


def tell_receivers(session: Session, plan: ClosurePlan, *, now: datetime) -> None:
    """Tell the administrators of every organisation that received accounts what came.

    Notices and tasks about these accounts are theirs from now on: leavers keep their clock.
    """
    done = (ClosureItem.plan_id == plan.plan_id, ClosureItem.state == ItemState.DONE)
    rows = session.execute(
        select(ClosureItem.target, ClosureItem.kind, func.count())
        .where(*done)
        .group_by(ClosureItem.target, ClosureItem.kind)
        .order_by(ClosureItem.target, ClosureItem.kind)
    ).all()
    leavers = {
        code: count
        for code, count in session.execute(
            select(ClosureItem.target, func.count())
            .join(Account, Account.account_id == ClosureItem.account_id)
            .where(*done, Account.status == Status.LEAVER)
            .group_by(ClosureItem.target)
        )
    }
    for target in sorted({target for target, _, _ in rows if target is not None}):
        kinds = [(Kind(kind), count) for code, kind, count in rows if code == target]
        subject, text = _write(session, plan, target, kinds, leavers.get(target, 0))
        for address in list_readers(session, organisation=target, roles=LOCAL):
            owe(
                session,
                cause="closures.moved",
                cause_key=f"{plan.plan_id}-{target}",
                recipient=address,
                subject=subject,
                text=text,
                template="closure-moved-1",
                is_secret=False,
                now=now,
            )


def _write(
    session: Session,
    plan: ClosurePlan,
    target: str,
    kinds: Sequence[tuple[Kind, int]],
    leavers: int,
) -> tuple[str, str]:
    name = session.get_one(Organisation, plan.organisation).name
    total = sum(count for _, count in kinds)
    accounts = "1 account" if total == 1 else f"{total:,} accounts"
    lines = "\n".join(f"  {KIND_WORDS[kind]}: {count:,}" for kind, count in kinds)
    text = (
        f"{accounts} of {name} ({plan.organisation}) came to {target}.\n\n{lines}\n\n"
        "Their addresses stay as they are. Display names now carry the name of "
        f"{target}. States and clocks stay too: {leavers:,} of them are leavers, whose days run "
        "on, and notices about them now name your organisation.\n"
    )
    return f"{accounts} came to {target} from {plan.organisation}", text


def _can_be_written_to(address: str) -> bool:
    try:
        check_recipient(address)
    except UnsendableError:
        return False
    return True


def tell_asked(session: Session, move: ContainerMove, address: str, *, now: datetime) -> None:
    """Ask the administrators of the old organisation to let an account go into a container.

    Where there are none, it is a task of the tenant administrator's.
    """
    name = session.get_one(Organisation, move.target).name
    text = (
        f"{name} ({move.target}) asks for the account {address} of {move.from_organisation}.\n\n"
        f"Why: {move.why}\n\n"
        "If you agree, it is marked as a leaver and the container accepts it; the account, its "
        "mail and its shared mailboxes stay as they are. Agree or refuse in the panel "
        "Organisations, under Moves into a container. Until you do, nothing changes.\n"
    )
    for reader in list_readers(session, organisation=move.from_organisation, roles=LOCAL):
        owe(
            session,
            cause="closures.move_asked",
            cause_key=f"{move.move_id}-{now:%Y%m%d%H%M%S}",
            recipient=reader,
            subject=f"{move.target} asks for an account of {move.from_organisation}",
            text=text,
            template="move-asked-1",
            is_secret=False,
            now=now,
        )
