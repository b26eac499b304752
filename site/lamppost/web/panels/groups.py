"""The groups panel: lists searched, one list whole, what waits for the reader's approval."""

from flask import Blueprint, render_template, request

from lamppost.people.naming import name_references
from lamppost.web.context import now, session, settings
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from lamppost.web.list_finding import HOME, get_list_or_404
from lamppost.web.list_previews import list_counts, say_needed
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.rules import STATUS_WORDS as ACCOUNT_STATES
from postmaster.entitlements.reads import select_grants, to_grant
from postmaster.groups.conditions import say_condition
from postmaster.groups.reads import KEY, select_lists, to_row
from postmaster.groups.records import ListPage
from postmaster.groups.rules import CHANGE_WORDS, KIND_WORDS, STATUS_WORDS, ListKind, ListStatus
from postmaster.groups.waiting import WAITING_KEY, select_waiting, to_waiting
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("groups", __name__, url_prefix="/admin/groups")
LONGEST_SEARCH = 100


@blueprint.get("/")
@panel(Action.GROUPS_READ)
def index() -> str:
    """The reader's lists, searched by the beginning of their address."""
    filters = {
        "q": "".join(filter(str.isprintable, request.args.get("q", "")))[:LONGEST_SEARCH],
        "organisation": fold_code(request.args.get("organisation", ""))[:LONGEST_SEARCH],
        "kind": request.args.get("kind", ""),
        "status": request.args.get("status", ""),
    }
    statement = select_lists(
        reader=actor(),
        prefix=filters["q"],
        organisation=filters["organisation"].replace("\x00", ""),
        kind=ListKind(filters["kind"]) if filters["kind"] in set(ListKind) else None,
        status=ListStatus(filters["status"]) if filters["status"] in set(ListStatus) else None,
    )
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, KEY, place, cursors=cursors)
    rows = [to_row(row) for row in page.rows]
    return render_page_or_block(
        "groups/index.html",
        "list_of_lists",
        page=KeysetPage(rows, page.next_cursor, page.previous_cursor),
        filters=filters,
        kind_words=KIND_WORDS,
        status_words=STATUS_WORDS,
        may_ask=may(actor(), Action.GROUPS_ASK).is_allowed,
    )


@blueprint.get("/waiting/")
@panel(Action.GROUPS_READ)
def waiting() -> str:
    """Lists and changes that wait for the reader's approval, the oldest first."""
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    statement = select_waiting(reader=actor())
    page = page_by_key(session(), statement, WAITING_KEY, place, cursors=cursors)
    return render_template(
        "groups/waiting.html",
        page=page,
        rows=[to_waiting(row) for row in page.rows],
        change_words=CHANGE_WORDS,
        back=(HOME, "Groups"),
    )


@blueprint.get("/<int:list_id>/")
@panel(Action.GROUPS_READ)
def show(list_id: int) -> str:
    """One list: whom it reaches now, who is on it, owns it, and what was asked of it."""
    found = get_list_or_404(list_id)
    grants = select_grants(reader=actor(), now=now(), list_id=list_id)
    references = {one.asked_by for one in found.changes} | {
        approval.decided_by or "" for one in found.changes for approval in one.approvals
    }
    is_free = found.row.status == ListStatus.ACTIVE and found.waiting is None
    return render_template(
        "groups/show.html",
        found=found,
        row=found.row,
        rule=say_condition(found.condition) if found.condition else None,
        counts=list_counts(session(), found.reach),
        people=name_references(session(), references),
        grants=[to_grant(row) for row in session().execute(grants)],
        may_change=is_free and may(actor(), Action.GROUPS_ASK).is_allowed,
        may_own=may(actor(), Action.GROUPS_ASK).is_allowed,
        deeds=_list_deeds(found),
        account_states=ACCOUNT_STATES,
        kind_words=KIND_WORDS,
        status_words=STATUS_WORDS,
        change_words=CHANGE_WORDS,
        say_needed=lambda one: say_needed((one.seat, one.organisation)),
        here=f"{HOME}{list_id}/",
        back=(HOME, "Groups"),
    )


def _list_deeds(found: ListPage) -> list[tuple[str, str]]:
    """Address and words of what the reader may do with the list as it stands."""
    here, status = f"{HOME}{found.row.list_id}/", ListStatus(found.row.status)
    is_static = found.row.kind == ListKind.STATIC
    deeds = []
    is_free = status is ListStatus.ACTIVE and found.waiting is None
    if is_free and may(actor(), Action.GROUPS_ASK).is_allowed:
        deeds.append((f"{here}edit/", "Change its settings" if is_static else "Change it"))
        deeds += [(f"{here}members/new/", "Add members")] if is_static else []
    if may(actor(), Action.GROUPS_APPROVE).is_allowed:
        if status is ListStatus.ACTIVE:
            deeds.append((f"{here}disable/", "Disable it"))
            grant = f"/admin/entitlements/new/?address={found.row.address}"
            deeds += [(grant, "Grant a protocol to its members")] if is_static else []
        if status is ListStatus.DISABLED:
            deeds.append((f"{here}enable/", "Let it be active again"))
    return deeds
