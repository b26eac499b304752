"""Where accounts of an organisation that closes may go, and who may send them there."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.closures.rules import ClosureError
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.reads import list_heirs
from postmaster.organisations.rules import fold_code
from postmaster.organisations.tables import Organisation


def check_target(session: Session, *, ods_code: str, target: str, by: Actor) -> str:
    """Check that accounts may go there: it took over, or the actor looks after it too.

    Raises:
        ClosureError: it is closing or closed, or out of reach; who took over is named.
    """
    code = fold_code(target)
    heirs = [one.ods_code for one in list_heirs(session, ods_code=ods_code)]
    way = f"Use {' or '.join(heirs)}, which took over." if heirs else "Choose an open one."
    if not code:
        raise ClosureError(f"Name where the accounts go. {way}", field="target")
    if code == ods_code:
        raise ClosureError(f"{code} is where they are. {way}", field="target")
    able = select(Organisation.ods_code).where(
        Organisation.ods_code == code,
        takes_accounts(),
        or_(
            Organisation.ods_code.in_(heirs),
            in_scope(by, Action.CLOSURES_SETTLE, Organisation.ods_code),
        ),
    )
    if session.scalar(able) is None:
        words = f"{code} takes no accounts, or is none you may send them to. {way}"
        raise ClosureError(words, field="target")
    return code


def list_reach(session: Session, *, ods_code: str, by: Actor) -> tuple[str, ...] | None:
    """The organisations the actor may send accounts to; None when it is any that is open."""
    everywhere = session.scalar(
        select(Organisation.ods_code)
        .where(~in_scope(by, Action.CLOSURES_SETTLE, Organisation.ods_code))
        .limit(1)
    )
    if everywhere is None:
        return None
    mine = select(Organisation.ods_code).where(
        in_scope(by, Action.CLOSURES_SETTLE, Organisation.ods_code), takes_accounts()
    )
    heirs = [one.ods_code for one in list_heirs(session, ods_code=ods_code)]
    return tuple(sorted({*session.scalars(mine), *heirs}))
