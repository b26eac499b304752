"""Questions about proposed eras: the history, one with what it would do, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.eras.actions import read_new_era
from postmaster.eras.records import Simulation, read_simulation
from postmaster.eras.rules import EditStatus, NewEra, apply_era
from postmaster.eras.tables import PolicyEdit
from postmaster.policy.reads import list_numbers
from postmaster.policy.rules import NumberChange, list_changes, policy_on

HOME = "/admin/policy/"
# The newest are listed; the audit has them all.
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class EditPage:
    """One proposal, what it changes against what would hold on its first day, and who would move.

    `more` and `less` are the sample's accounts with their address and status as they are now.
    """

    row: PolicyEdit
    new: NewEra
    changes: Sequence[NumberChange]
    simulation: Simulation
    more: Sequence[tuple[int, str, str]]
    less: Sequence[tuple[int, str, str]]


def list_edits(session: Session) -> Sequence[PolicyEdit]:
    """The newest proposals, whatever became of them."""
    return session.scalars(
        select(PolicyEdit).order_by(PolicyEdit.edit_id.desc()).limit(MOST_LISTED)
    ).all()


def get_edit(session: Session, *, reader: Actor, edit_id: int) -> EditPage | None:
    """One proposal; None when there is none or the reader may see none."""
    row = session.get(PolicyEdit, edit_id)
    if row is None or not may(reader, Action.POLICY_EDITS).is_allowed:
        return None
    new, simulation = read_new_era(session, row), read_simulation(row.simulation)
    held = [one for one in list_numbers(session) if not _is_own(row, one.era, one.holds_from)]
    before = policy_on(held, row.holds_from)
    return EditPage(
        row=row,
        new=new,
        changes=list_changes(before, apply_era(held, new)),
        simulation=simulation,
        more=_list_sample(session, reader, simulation.more_ids),
        less=_list_sample(session, reader, simulation.less_ids),
    )


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Proposals of others that wait to be signed while their first day is to come."""
    if not may(reader, Action.POLICY_WRITE).is_allowed:
        return []
    count, since = session.execute(
        select(func.count(), func.min(PolicyEdit.proposed_at)).where(
            PolicyEdit.status == EditStatus.PROPOSED,
            PolicyEdit.proposed_by != reader.reference,
            PolicyEdit.holds_from > london_day(now),
        )
    ).one()
    if not count:
        return []
    words = "1 change of policy waits" if count == 1 else f"{count:,} changes of policy wait"
    return [Task(count, f"{words} for a second person", HOME, since)]


def _is_own(row: PolicyEdit, era: str, holds_from: object) -> bool:
    """Whether a number of the register came from this very edit, once it was signed."""
    return row.status == EditStatus.SIGNED and (era, holds_from) == (row.era, row.holds_from)


def _list_sample(
    session: Session, reader: Actor, ids: Sequence[int]
) -> Sequence[tuple[int, str, str]]:
    rows = session.execute(
        select(Account.account_id, Account.address, Account.status)
        .where(
            Account.account_id.in_(ids),
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
        .order_by(Account.account_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]
