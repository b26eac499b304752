"""A worklist, a preview and an outcome, as a terminal or a program reads them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click
from sqlalchemy.orm import Session

from lamppost.cli.context import EXIT_FINDINGS, print_json
from postmaster.access.actors import Actor
from postmaster.closures.members import Choice
from postmaster.closures.reads import ChoicePreview, PlanPage, list_plans
from postmaster.closures.rules import ClosureError, ItemState, PlanState
from postmaster.closures.tables import ClosurePlan
from postmaster.closures.words import say_preview
from postmaster.closures.worklist import (
    KEY,
    Group,
    HeldHere,
    WorklistRow,
    list_groups,
    list_held_here,
    select_worklist,
    to_row,
)
from postmaster.days import say_day
from postmaster.organisations.reads import get_organisation, list_heirs
from postmaster.organisations.records import Named, OrganisationPage

_PLAN = (
    "plan_id", "organisation", "outcome", "target", "state", "state_note", "created_at",
    "finished_at", "undo_until", "policy_version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worklist:
    """What one organisation that closes still has, and what was decided for it."""

    organisation: OrganisationPage
    heirs: Sequence[Named]
    groups: Sequence[Group]
    accounts: Sequence[WorklistRow]
    roles: Sequence[HeldHere]
    plans: Sequence[ClosurePlan]


def read_worklist(session: Session, *, ods_code: str, reader: Actor) -> Worklist:
    """The worklist of an organisation.

    Raises:
        ClosureError: there is no such organisation.
    """
    found = get_organisation(session, reader=reader, ods_code=ods_code)
    if found is None:
        raise ClosureError(f"There is no organisation {ods_code}. Check the code.")
    rows = select_worklist(reader=reader, ods_code=ods_code).order_by(*KEY)
    return Worklist(
        found,
        list_heirs(session, ods_code=ods_code),
        list_groups(session, reader=reader, ods_code=ods_code),
        [to_row(row) for row in session.execute(rows)],
        list_held_here(session, reader=reader, ods_code=ods_code),
        list_plans(session, reader=reader, ods_code=ods_code),
    )


def document_of(page: Worklist) -> dict[str, object]:
    """The worklist as one JSON document."""
    one = page.organisation
    return {
        "ods_code": one.ods_code,
        "name": one.name,
        "status": one.status,
        "closed_on": one.closed_on,
        "ods_closed_on": one.ods_closed_on,
        "took_over": [heir.ods_code for heir in page.heirs],
        "elsewhere": list(one.elsewhere),
        "groups": [asdict(group) for group in page.groups],
        "accounts": [asdict(row) for row in page.accounts],
        "roles": [asdict(role) for role in page.roles],
        "plans": [_columns(plan) for plan in page.plans],
    }


def print_worklist(page: Worklist) -> None:
    """The worklist for people."""
    one = page.organisation
    click.echo(f"{one.name} ({one.ods_code}), {one.status}")
    heirs = ", ".join(heir.ods_code for heir in page.heirs) or "nobody on the service"
    click.echo(f"  Took over, or is to: {heirs}")
    for group in page.groups:
        click.echo(f"  {group.kind:<12} {group.standing:<10} {group.accounts:>7,}")
    for row in page.accounts:
        click.echo(f"    {row.address:<40} {row.kind:<12} {row.status:<10} {row.standing}")
    for role in page.roles:
        click.echo(f"  Role {role.role}: {role.address}")
    for plan in page.plans:
        to = f" to {plan.target}" if plan.target else ""
        note = f". {plan.state_note}" if plan.state_note else ""
        click.echo(f"  Outcome {plan.plan_id}: {plan.outcome}{to}, {plan.state}{note}")


def print_preview(choice: Choice, preview: ChoicePreview, *, as_json: bool) -> None:
    """What an outcome would do; nothing of it is written."""
    if as_json:
        print_json({**asdict(preview), "total": preview.total, "is_written": False})
        return
    for sentence in say_preview(choice, preview):
        click.echo(sentence)
    click.echo("Nothing is written yet; add --yes.")


def print_plan(page: PlanPage, *, as_json: bool) -> None:
    """Where an outcome stands."""
    if as_json:
        states = {state.value: count for state, count in page.states.items()}
        print_json(_columns(page.row) | {"states": states, "left_out": dict(page.left_out)})
        return
    row = page.row
    click.echo(f"Outcome {row.plan_id}: {row.outcome}, {row.state}. {row.state_note or ''}".strip())
    for state, count in page.states.items():
        if count:
            click.echo(f"  {state:<14} {count:>7,}")
    for why, count in page.left_out:
        click.echo(f"    left out, {why:<12} {count:>7,}")
    if row.undo_until is not None and row.state == PlanState.DONE:
        click.echo(f"  It can be taken back until {say_day(row.undo_until)}.")


def stop_unless_settled(page: PlanPage) -> None:
    """Exit 1 where something of an outcome is still to be done."""
    if page.states[ItemState.WAITING] or page.row.state == PlanState.UNDOING:
        raise SystemExit(EXIT_FINDINGS)


def _columns(plan: ClosurePlan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in _PLAN}
