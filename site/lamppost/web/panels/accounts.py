"""The accounts panel: a search as one types, one account with why and when, a new one, a joiner."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.people.naming import name_references
from lamppost.web.account_acting import HOME, address_of, get_or_404, put_error
from lamppost.web.account_forms import JoinForm, NewForm
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, KeysetPage, page_of_branches
from lamppost.web.reset_overview import list_reset_links, read_overview
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.actions import join
from postmaster.accounts.criteria import BAND_WORDS, Narrowing, select_accounts
from postmaster.accounts.effects import say_effects
from postmaster.accounts.making import make_account
from postmaster.accounts.possible import DISABLE_REASONS, Deed, list_deeds
from postmaster.accounts.reads import find_account, to_row
from postmaster.accounts.records import AccountPage, AccountRow
from postmaster.accounts.rules import (
    KIND_WORDS,
    STATUS_WORDS,
    AccountError,
    Kind,
    Status,
    is_locked,
)
from postmaster.days import london_day
from postmaster.entitlements.explaining import explain_access
from postmaster.lifecycle.batch_reads import list_memberships
from postmaster.lifecycle.explaining import Explanation, explain
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.words import WORDS
from postmaster.organisations.rules import fold_code
from postmaster.policy.reads import get_policy

blueprint = Blueprint("accounts", __name__, url_prefix="/admin/accounts")
LONGEST_SEARCH = 100
DEED_WORDS = {
    Deed.CHANGE: "Change the name and details",
    Deed.ACCEPT: "The owner has accepted the terms of use",
    Deed.LEAVE: "Mark as a leaver",
    Deed.CANCEL: "Cancel the mark of a leaver",
    Deed.DISABLE: "Disable",
    Deed.ENABLE: "Enable",
    Deed.KEEP: "Keep: no batch takes it for a while",
    Deed.RESTORE: "Restore",
    Deed.HOLD: "Place a hold",
    Deed.CONVERT: "Ask for another kind",
}
CREATES = {Deed.CHANGE, Deed.ACCEPT, Deed.RESTORE}


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """The reader's accounts, searched by the beginning of an address or a name."""
    filters = {
        "q": "".join(filter(str.isprintable, request.args.get("q", "")))[:LONGEST_SEARCH],
        "organisation": fold_code(request.args.get("organisation", ""))[:LONGEST_SEARCH],
        "kind": request.args.get("kind", ""),
        "status": request.args.get("status", ""),
        "band": request.args.get("band", ""),
    }
    return render_page_or_block(
        "accounts/index.html",
        "account_list",
        page=_page(filters),
        filters=filters,
        kind_words=KIND_WORDS,
        status_words=STATUS_WORDS,
        bands=BAND_WORDS,
        may_create=may(actor(), Action.ACCOUNTS_CREATE).is_allowed,
        may_state=may(actor(), Action.ACCOUNTS_STATE).is_allowed,
        may_upload=may(actor(), Action.UPLOADS_APPLY).is_allowed,
        may_decide=may(actor(), Action.APPLICATIONS_CONVERT).is_allowed,
    )


@blueprint.get("/<int:account_id>/")
@panel(Action.ACCOUNTS_READ)
def show(account_id: int) -> str:
    """One account: where it stands, why, what comes next, and what hangs on it."""
    found = get_or_404(account_id)
    row = found.row
    told = _explain(account_id)
    is_due = told.verdict.reason is Reason.LEAVER_DUE
    references = {change.changed_by for change in found.changes}
    references |= {hold.placed_by for hold in found.holds}
    access = explain_access(session(), reader=actor(), account_id=account_id, at=now(), now=now())
    references |= {one.granted_by for one in access.sources} if access is not None else set()
    has_lock = is_locked(row.locked_until, now())
    password = read_overview(row)
    return render_template(
        "accounts/show.html",
        found=found,
        account=row,
        told=told,
        effects=say_effects(
            Status(row.status), Kind(row.kind), is_blocked=row.sign_in_blocked,
            is_locked=has_lock, is_due=is_due,
        ),
        is_locked=has_lock,
        access=access,
        batches=list_memberships(session(), account_id=account_id),
        deeds=_list_deeds(found) + list_reset_links(row, password["overview"]),
        **password,
        may_members=may(actor(), Action.MAILBOXES_MEMBERS).is_allowed,
        may_state=may(actor(), Action.ACCOUNTS_STATE).is_allowed,
        may_audit=may(actor(), Action.AUDIT_READ).is_allowed,
        names=name_references(session(), references),
        kind_words=KIND_WORDS,
        status_words=STATUS_WORDS,
        reasons={**WORDS, **DISABLE_REASONS},
        here=address_of(account_id),
        back=(HOME, "Accounts"),
    )  # fmt: skip


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.ACCOUNTS_CREATE)
def add() -> ResponseReturnValue:
    """Make a person, a shared mailbox or a room."""
    form = read_form(NewForm, organisation=actor().organisation or "")
    if request.method == "POST" and form.validate():
        try:
            account_id = _make(form)
        except AccountError as error:
            put_error(form, error)
        else:
            flash("The account is made.")
            return redirect(address_of(account_id), code=303)
    page = render_template(
        "accounts/form.html",
        form=form,
        page_title="Make an account",
        words=("To bring in somebody of another organisation, accept them as a joiner instead.",),
        button="Make the account",
        back=(HOME, "Accounts"),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/join/", methods=["GET", "POST"])
@panel(Action.ACCOUNTS_STATE)
def accept_joiner() -> ResponseReturnValue:
    """Accept a leaver of another organisation, who keeps account, mail and shared mailboxes."""
    form = read_form(
        JoinForm, organisation=actor().organisation or "", address=request.args.get("address", "")
    )
    if request.method == "POST" and form.validate():
        leaver = find_account(session(), address=form.address.data or "")
        try:
            account_id = _join(form, leaver)
        except AccountError as error:
            put_error(form, error)
        else:
            flash("The account is yours now.")
            return redirect(address_of(account_id), code=303)
    page = render_template(
        "accounts/form.html",
        form=form,
        page_title="Accept a joiner",
        words=(
            "The organisation it comes from marks the account as a leaver first.",
            "The person keeps the account, its mail and their shared mailboxes.",
        ),
        button="Accept the joiner",
        back=(HOME, "Accounts"),
    )
    return page, 422 if form.errors else 200


def _make(form: NewForm) -> int:
    names = ("name", "address", "owner", "external_id", "job_title", "mobile")
    with writing() as made:
        return make_account(
            made,
            kind=Kind(form.kind.data),
            organisation=fold_code(form.organisation.data or ""),
            is_another=bool(form.is_another.data),
            **{name: str(form.data[name] or "") for name in names},
            by=actor(),
            now=now(),
        )


def _join(form: JoinForm, leaver: AccountRow | None) -> int:
    """Join; an address nobody has is answered like one that is no leaver."""
    with writing() as made:
        account_id = leaver.account_id if leaver is not None else 0
        join(
            made,
            account_id=account_id,
            organisation=fold_code(form.organisation.data or ""),
            new_address=form.new_address.data or None,
            by=actor(),
            now=now(),
        )
    return account_id


def _explain(account_id: int) -> Explanation:
    policy = get_policy(session(), on=london_day(now()))
    told = explain(session(), reader=actor(), account_id=account_id, policy=policy, as_of=now())
    assert told is not None  # nosec B101 # noqa: S101 - the account was read just before
    return told


def _list_deeds(found: AccountPage) -> list[tuple[str, str]]:
    """Address and words of what the reader may do here, and the account lets be done."""
    row = found.row
    may_state = may(actor(), Action.ACCOUNTS_STATE).is_allowed
    may_create = may(actor(), Action.ACCOUNTS_CREATE).is_allowed
    return [
        (f"{address_of(row.account_id)}{deed.value}/", DEED_WORDS[deed])
        for deed in list_deeds(Kind(row.kind), Status(row.status), is_blocked=row.sign_in_blocked)
        if (may_create if deed in CREATES else may_state)
    ]


def _page(filters: dict[str, str]) -> KeysetPage[AccountRow]:
    narrowing = Narrowing(
        prefix=filters["q"],
        organisation=filters["organisation"] or None,
        kind=Kind(filters["kind"]) if filters["kind"] in set(Kind) else None,
        status=Status(filters["status"]) if filters["status"] in set(Status) else None,
        band=filters["band"] if filters["band"] in BAND_WORDS else None,
    )
    branches = select_accounts(reader=actor(), narrowing=narrowing, as_of=now())
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_of_branches(session(), branches, place, cursors=cursors)
    rows = [to_row(row) for row in page.rows]
    return KeysetPage(rows, page.next_cursor, page.previous_cursor)
