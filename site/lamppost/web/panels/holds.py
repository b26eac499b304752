"""Every hold in force by the day somebody looks at it again, and the lifting of one."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.people.naming import name_references
from lamppost.web.account_acting import HOME, Act, act_on, get_or_404
from lamppost.web.account_forms import ReviewForm
from lamppost.web.context import now, session, settings
from lamppost.web.forms import SeenForm
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.holds import lift_hold, review_hold
from postmaster.accounts.reads import HOLD_KEY, get_hold, select_holds, to_hold
from postmaster.accounts.records import HoldRow
from postmaster.accounts.rules import HOLD_WORDS, STATUS_WORDS, HoldKind
from postmaster.days import london_day

blueprint = Blueprint("holds", __name__, url_prefix="/admin/accounts/holds")
_LARGEST = 2**63 - 1


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """The holds on the reader's accounts, the one to look at next first."""
    asked = request.args.get("kind", "")
    kind = HoldKind(asked) if asked in set(HoldKind) else None
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    statement = select_holds(reader=actor(), kind=kind)
    page = page_by_key(session(), statement, HOLD_KEY, place, cursors=cursors)
    rows = [to_hold(row) for row in page.rows]
    return render_template(
        "accounts/holds.html",
        page=page,
        rows=rows,
        filters={"kind": kind.value if kind else ""},
        today=london_day(now()),
        hold_words=HOLD_WORDS,
        status_words=STATUS_WORDS,
        names=name_references(session(), {row.placed_by for row in rows}),
        may_lift=may(actor(), Action.ACCOUNTS_STATE).is_allowed,
        back=(HOME, "Accounts"),
    )


@blueprint.route("/<int:hold_id>/review/", methods=["GET", "POST"])
@panel(Action.ACCOUNTS_STATE)
def review(hold_id: int) -> ResponseReturnValue:
    """Keep a hold that was looked at until another day."""
    row = _get(hold_id)
    found = get_or_404(row.account_id, Action.ACCOUNTS_STATE)
    act = Act(
        f"Keep the hold: {HOLD_WORDS[row.kind].lower()}",
        "Keep the hold",
        "The hold stays, and is looked at again on that day.",
        (f"It was placed because: {row.reason}",),
    )
    return act_on(
        found, ReviewForm, act,
        lambda made, form: review_hold(
            made, hold_id=hold_id, review_on=form.review_on.data or london_day(now()),
            by=actor(), now=now(),
        ),
        back_to=f"{HOME}holds/",
    )  # fmt: skip


@blueprint.route("/<int:hold_id>/lift/", methods=["GET", "POST"])
@panel(Action.ACCOUNTS_STATE)
def lift(hold_id: int) -> ResponseReturnValue:
    """Lift a hold, after asking once more."""
    row = _get(hold_id)
    found = get_or_404(row.account_id, Action.ACCOUNTS_STATE)
    others = len(found.holds) - 1
    after = (
        f"{others} more stand on the account, so it still stays."
        if others
        else "No other hold stands on the account: a batch may take it when it is due."
    )
    act = Act(
        f"Lift the hold: {HOLD_WORDS[row.kind].lower()}",
        "Lift the hold",
        "The hold is lifted.",
        (f"It was placed because: {row.reason}", after),
        asks_again=True,
    )
    return act_on(
        found, SeenForm, act,
        lambda made, _: lift_hold(made, hold_id=hold_id, by=actor(), now=now()),
        back_to=f"{HOME}{row.account_id}/",
    )  # fmt: skip


def _get(hold_id: int) -> HoldRow:
    row = get_hold(session(), reader=actor(), hold_id=hold_id) if hold_id <= _LARGEST else None
    return row or abort(404)
