"""Accounts in closed organisations: the report, and one worklist with its outcomes."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from lamppost.web.closure_forms import OutcomeForm, put_error
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form, read_number, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from postmaster.access.acting import RefusedError
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.rules import KIND_WORDS, STATUS_WORDS, Kind, display_name
from postmaster.closures import report, worklist
from postmaster.closures.actions import decide_outcome, make_choice
from postmaster.closures.belongings import list_belongings
from postmaster.closures.lists import list_features_here, list_lists_here
from postmaster.closures.members import Choice
from postmaster.closures.reads import list_plans, preview_choice
from postmaster.closures.roles import settle_roles
from postmaster.closures.rules import OUTCOME_WORDS, STANDING_WORDS, ClosureError, Outcome, Standing
from postmaster.closures.words import say_preview
from postmaster.days import london_day
from postmaster.organisations.reads import get_organisation, list_heirs
from postmaster.organisations.records import OrganisationPage
from postmaster.organisations.rules import fold_code
from postmaster.organisations.tables import Organisation

blueprint = Blueprint("closures", __name__, url_prefix="/admin/organisations")
HOME = "/admin/organisations/"
REPORT = "/admin/organisations/closed/"
# A page has fewer boxes than this; a longer list is made by hand and is cut.
MOST_PICKED = 200


@blueprint.get("/closed/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """Organisations that close and still have something, the longest closed first."""
    orphans = request.args.get("orphans") == "yes"
    cursors, today = Cursors(settings()), london_day(now())
    page = page_by_key(
        session(),
        report.select_closed(reader=actor(), orphans=orphans),
        report.KEY,
        cursors.read(request.args.get("cursor")),
        cursors=cursors,
    )
    rows = [report.to_row(row, today) for row in page.rows]
    return render_page_or_block(
        "closures/index.html",
        "closed_list",
        page=KeysetPage(rows, page.next_cursor, page.previous_cursor),
        filters={"orphans": "yes" if orphans else ""},
        back=(HOME, "Organisations"),
    )


@blueprint.get("/<ods_code>/worklist/")
@panel(Action.ACCOUNTS_READ)
def show(ods_code: str) -> str:
    """Everything an organisation still has, and what was decided for it."""
    found = _get(ods_code)
    heirs = list_heirs(session(), ods_code=found.ods_code)
    only = heirs[0].ods_code if len(heirs) == 1 else ""
    return _render(found, read_form(OutcomeForm, target=only))


@blueprint.post("/<ods_code>/worklist/outcome")
@panel(Action.CLOSURES_SETTLE)
def decide(ods_code: str) -> ResponseReturnValue:
    """Show what an outcome would do; confirmed, decide it."""
    found, form = _get(ods_code), read_form(OutcomeForm)
    if not form.validate():
        return _render(found, form), 422
    try:
        choice = _choose(found, form)
        if "confirmed" not in request.form:
            return _ask(found, form, choice)
        with writing() as made:
            plan_id = decide_outcome(made, choice=choice, by=actor(), now=now())
    except ClosureError as error:
        put_error(form, error)
        return _render(found, form), 422
    flash("Decided. This page follows it.")
    return redirect(f"{HOME}outcomes/{plan_id}/", code=303)


@blueprint.post("/<ods_code>/worklist/roles")
@panel(Action.ROLES_LOCAL)
def settle(ods_code: str) -> ResponseReturnValue:
    """End the roles held for it, or hold them for who took over."""
    found = _get(ods_code)
    try:
        with writing() as made:
            count = settle_roles(
                made,
                organisation=found.ods_code,
                grant_ids=_granted(),
                target=strip_text(request.form.get("target")) or None,
                by=actor(),
                now=now(),
            )
        flash("1 role is settled." if count == 1 else f"{count:,} roles are settled.")
    except (ClosureError, RefusedError) as error:
        flash(str(error))
    return redirect(f"{HOME}{found.ods_code}/worklist/", code=303)


def _granted() -> list[UUID]:
    """The role picked; none picked is every one, and what is no role's number is none of them."""
    given = request.form.get("grant", "")
    try:
        return [UUID(given)] if given else []
    except ValueError:
        raise ClosureError("There is no such role.") from None


def _choose(found: OrganisationPage, form: OutcomeForm) -> Choice:
    if request.form.get("account") and not _picked():
        raise ClosureError("What was ticked is no account. Tick the accounts again.")
    return make_choice(
        session(),
        organisation=found.ods_code,
        outcome=Outcome(form.outcome.data),
        target=form.target.data or "",
        owner=form.owner.data or "",
        kinds=(Kind(form.whom.data),) if form.whom.data and not _picked() else (),
        account_ids=_picked(),
        by=actor(),
    )


def _picked() -> tuple[int, ...]:
    """The accounts ticked one by one; what is no number is nobody's account."""
    given = " ".join(request.form.getlist("account")).split()[:MOST_PICKED]
    return tuple(number for one in given if (number := read_number(one)) is not None)


def _ask(found: OrganisationPage, form: OutcomeForm, choice: Choice) -> str:
    preview = preview_choice(session(), choice=choice)
    fields = {name: value for name, value in form.data.items() if value}
    if choice.account_ids:
        fields["account"] = " ".join(str(one) for one in choice.account_ids)
    return render_template(
        "shared/confirm.html",
        page_title=f"Decide this for {preview.total:,} of {found.name}?",
        consequences=say_preview(choice, preview),
        address=f"{HOME}{found.ods_code}/worklist/outcome",
        words="Decide it",
        fields=fields,
        back=(f"{HOME}{found.ods_code}/worklist/", "Worklist"),
    )


def _render(found: OrganisationPage, form: OutcomeForm) -> str:
    kind, standing = request.args.get("kind", ""), request.args.get("standing", "")
    filters = {
        "kind": kind if kind in set(Kind) else "",
        "standing": standing if standing in set(Standing) else "",
    }
    code = found.ods_code
    return render_template(
        "closures/worklist.html",
        organisation=found,
        form=form,
        here=f"{HOME}{code}/worklist/",
        groups=worklist.list_groups(session(), reader=actor(), ods_code=code),
        held=worklist.list_held_here(session(), reader=actor(), ods_code=code),
        lists=list_lists_here(session(), reader=actor(), ods_code=code),
        features=list_features_here(session(), reader=actor(), ods_code=code),
        plans=list_plans(session(), reader=actor(), ods_code=code),
        heirs=list_heirs(session(), ods_code=code),
        belongings=list_belongings(session(), codes=_only(code), now=now()),
        page=_page(code, filters),
        filters=filters,
        words={"kind": KIND_WORDS, "standing": STANDING_WORDS, "outcome": OUTCOME_WORDS,
               "status": STATUS_WORDS},
        display_name=display_name,
        may_settle=may(actor(), Action.CLOSURES_SETTLE).is_allowed,
        may_roles=may(actor(), Action.ROLES_LOCAL).is_allowed,
        back=(REPORT, "Closed organisations"),
    )  # fmt: skip


def _only(code: str) -> Select[str]:
    return select(Organisation.ods_code).where(Organisation.ods_code == code)


def _page(code: str, filters: dict[str, str]) -> KeysetPage[worklist.WorklistRow]:
    statement = worklist.select_worklist(
        reader=actor(),
        ods_code=code,
        kind=Kind(filters["kind"]) if filters["kind"] else None,
        standing=Standing(filters["standing"]) if filters["standing"] else None,
    )
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, worklist.KEY, place, cursors=cursors)
    rows = [worklist.to_row(row) for row in page.rows]
    return KeysetPage(rows, page.next_cursor, page.previous_cursor)


def _get(ods_code: str) -> OrganisationPage:
    found = get_organisation(session(), reader=actor(), ods_code=fold_code(ods_code))
    return found or abort(404)
