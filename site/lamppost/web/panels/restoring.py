"""Deleted accounts brought back: one's own, and those of closed organisations one took over."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.web.account_acting import HOME, Act, act_on, get_or_404
from lamppost.web.account_forms import RestoreForm
from lamppost.web.context import now, session, settings
from lamppost.web.forms import SeenForm
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.accounts.restorable import (
    KEY,
    Restorable,
    get_restorable,
    get_restore_days,
    select_restorable,
    to_row,
)
from postmaster.accounts.restoring import restore
from postmaster.accounts.rules import KIND_WORDS
from postmaster.organisations.reads import can_take_accounts, list_heirs

blueprint = Blueprint("restoring", __name__, url_prefix="/admin/accounts")
LIST = f"{HOME}restorable/"
LONGEST_SEARCH = 100
_LARGEST = 2**63 - 1
RESTORE = Act(
    "Restore the account",
    "Restore",
    "It is restored, with its shared mailboxes.",
    (
        "Its mail and the shared mailboxes its deletion took come back. Roles do not.",
        "Its owner is written to.",
    ),
)


@blueprint.get("/restorable/")
@panel(Action.ACCOUNTS_CREATE)
def index() -> str:
    """Deleted accounts of closed organisations that the reader's took over from."""
    filters = {"q": "".join(filter(str.isprintable, request.args.get("q", "")))[:LONGEST_SEARCH]}
    days, cursors = get_restore_days(session(), now=now()), Cursors(settings())
    statement = select_restorable(reader=actor(), days=days, now=now(), prefix=filters["q"])
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, KEY, place, cursors=cursors)
    return render_template(
        "accounts/restorable.html",
        page=page,
        rows=[to_row(row, days) for row in page.rows],
        filters=filters,
        kind_words=KIND_WORDS,
        back=(HOME, "Accounts"),
    )


@blueprint.route("/restorable/<int:deleted_id>/", methods=["GET", "POST"])
@panel(Action.ACCOUNTS_CREATE)
def take_over(deleted_id: int) -> ResponseReturnValue:
    """Bring one of them back into the organisation that took over."""
    return _restore_into(_get(deleted_id), back_to=LIST)


@blueprint.route("/<int:account_id>/restore/", methods=["GET", "POST"])
@panel(Action.ACCOUNTS_CREATE)
def bring_back(account_id: int) -> ResponseReturnValue:
    """Bring back a deleted account of one's own; where its organisation closed, into another."""
    found = get_or_404(account_id, Action.ACCOUNTS_CREATE)
    code = found.row.organisation
    heirs = [one.ods_code for one in list_heirs(session(), ods_code=code)]
    if heirs and not can_take_accounts(session(), ods_code=code):
        return _restore_into(Restorable(found.row, found.organisation_name, heirs))
    return act_on(
        found, SeenForm, RESTORE,
        lambda made, _: restore(made, account_id=account_id, by=actor(), now=now()),
    )  # fmt: skip


def _restore_into(found: Restorable, *, back_to: str | None = None) -> ResponseReturnValue:
    row = found.row
    where = f"{found.organisation_name} ({row.organisation}) takes no accounts: it comes back into "
    act = Act(
        RESTORE.title, RESTORE.button, RESTORE.done,
        (f"{where}{' or '.join(found.into)}, which took over.", *RESTORE.consequences),
    )  # fmt: skip
    only = found.into[0] if len(found.into) == 1 else ""
    return act_on(
        found, RestoreForm, act,
        lambda made, form: restore(
            made, account_id=row.account_id, organisation=form.organisation.data or "",
            by=actor(), now=now(),
        ),
        back_to=back_to,
        given={"organisation": only},
    )  # fmt: skip


def _get(account_id: int) -> Restorable:
    if account_id > _LARGEST:
        abort(404)
    return get_restorable(session(), reader=actor(), account_id=account_id, now=now()) or abort(404)
