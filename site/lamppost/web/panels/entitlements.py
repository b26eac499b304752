"""Who may use SMTP, POP and IMAP over the internet: given, ended, and why for one account."""

from datetime import date, datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.people.naming import name_references
from lamppost.web.context import now, session, settings, writing
from lamppost.web.entitlement_forms import EndForm, GrantForm
from lamppost.web.forms import read_form, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from lamppost.wording import say_count
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.reads import find_account
from postmaster.days import start_of
from postmaster.entitlements.actions import end_grant, grant_list_protocol, grant_protocol
from postmaster.entitlements.explaining import explain_access
from postmaster.entitlements.reads import (
    GRANT_KEY,
    get_grant,
    list_grants,
    select_grants,
    to_grant,
)
from postmaster.entitlements.rules import GrantError, Protocol
from postmaster.groups.reads import find_list, get_list
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("entitlements", __name__, url_prefix="/admin/entitlements")
HOME = "/admin/entitlements/"
BOTH = ["GET", "POST"]
_LARGEST = 2**63 - 1
LONGEST_SEARCH = 100


@blueprint.get("/")
@panel(Action.GROUPS_READ)
def index() -> str:
    """Leave of the reader's accounts and lists, the newest first."""
    filters = {
        "organisation": fold_code(request.args.get("organisation", ""))[:LONGEST_SEARCH],
        "protocol": request.args.get("protocol", ""),
        "over": "yes" if request.args.get("over") == "yes" else "",
    }
    statement = select_grants(
        reader=actor(),
        now=now(),
        organisation=filters["organisation"].replace("\x00", ""),
        protocol=Protocol(filters["protocol"]) if filters["protocol"] in set(Protocol) else None,
        is_over=bool(filters["over"]),
    )
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, GRANT_KEY, place, cursors=cursors, descending=True)
    rows = [to_grant(row) for row in page.rows]
    return render_template(
        "entitlements/index.html",
        page=page,
        rows=rows,
        filters=filters,
        protocols=list(Protocol),
        names=name_references(session(), {row.granted_by for row in rows}),
        may_grant=may(actor(), Action.GROUPS_APPROVE).is_allowed,
    )


@blueprint.route("/new/", methods=BOTH)
@panel(Action.GROUPS_APPROVE)
def add() -> ResponseReturnValue:
    """Give leave to an account, or to a list once it was shown how many that is."""
    form = read_form(GrantForm, address=request.args.get("address", ""))
    if request.method == "POST" and form.validate():
        try:
            asked = _ask_about_list(form)
            if asked is not None:
                return asked
            _grant(form)
        except GrantError as error:
            show_fault(form, error, error.field)
        else:
            flash("The leave is given.")
            return redirect(HOME, code=303)
    page = render_template(
        "accounts/form.html",
        form=form,
        page_title="Give leave for a protocol",
        words=("It helps only while the account is active and not locked.",
               "Addresses outside the service on a list get nothing."),
        button="Give leave",
        back=(HOME, "Protocols and features"),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.route("/grants/<int:grant_id>/end/", methods=BOTH)
@panel(Action.GROUPS_APPROVE)
def end(grant_id: int) -> ResponseReturnValue:
    """End leave, with why."""
    found = get_grant(session(), reader=actor(), grant_id=grant_id) if _fits(grant_id) else None
    if found is None:
        abort(404)
    form = read_form(EndForm)
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                end_grant(made, grant_id=grant_id, why=form.why.data or "", by=actor(), now=now())
        except GrantError as error:
            show_fault(form, error)
        else:
            flash("The leave is ended.")
            return redirect(HOME, code=303)
    whom = "every member of it" if found.list_id else "whoever uses it"
    page = render_template(
        "accounts/form.html",
        form=form,
        page_title=f"End {found.protocol.upper()} for {found.address}",
        words=(f"It stops for {whom} at once. Whatever sends by it is refused.",),
        button="End the leave",
        back=(HOME, "Protocols and features"),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/accounts/<int:account_id>/")
@panel(Action.GROUPS_READ)
def account(account_id: int) -> str:
    """What one account may use on a day, because of what; and leave it had of its own."""
    day = _read_day(request.args.get("on", ""))
    at = now() if day is None else min(now(), start_of(day + timedelta(days=1)) - _MOMENT)
    access = None
    if _fits(account_id):
        access = explain_access(session(), reader=actor(), account_id=account_id, at=at, now=now())
    if access is None:
        abort(404)
    held = list_grants(session(), reader=actor(), account_id=account_id)
    people = {one.granted_by for one in access.sources} | {one.granted_by for one in held}
    return render_template(
        "entitlements/account.html",
        access=access,
        held=held,
        day=day,
        names=name_references(session(), people),
        may_grant=may(actor(), Action.GROUPS_APPROVE).is_allowed,
        here=f"{HOME}accounts/{account_id}/",
        back=(f"/admin/accounts/{account_id}/", access.address),
    )


_MOMENT = timedelta(microseconds=1)


def _ask_about_list(form: GrantForm) -> str | None:
    """The page that asks once more where it is a list; None for an account, or once confirmed."""
    found = find_list(session(), address=form.address.data or "")
    if found is None or "confirmed" in request.form:
        return None
    page = get_list(session(), reader=actor(), list_id=found.list_id, now=now())
    if page is None:
        return None
    protocol = (form.protocol.data or "").upper()
    return render_template(
        "shared/confirm.html",
        page_title=f"Give {protocol} to the members of {found.address}?",
        consequences=(
            f"It is {say_count(page.reach.accounts, 'account')} now, and whoever joins it later.",
            f"{say_count(page.reach.externals, 'address', 'addresses')} outside get nothing.",
            "Members of other organisations get it only from a tenant administrator.",
        ),
        address=request.path,
        words="Give leave",
        fields={name: request.form.get(name, "") for name in form.data},
        back=(f"{HOME}new/", "Give leave"),
    )


def _grant(form: GrantForm) -> None:
    address, protocol = form.address.data or "", Protocol(form.protocol.data)
    last = form.to_at.data
    to_at = start_of(last + timedelta(days=1)) if last is not None else None
    reason = form.reason.data or ""
    with writing() as made:
        found = find_account(made, address=address)
        listed = find_list(made, address=address) if found is None else None
        if found is not None:
            grant_protocol(
                made, account_id=found.account_id, protocol=protocol, reason=reason, to_at=to_at,
                by=actor(), now=now(),
            )  # fmt: skip
        elif listed is not None:
            grant_list_protocol(
                made, list_id=listed.list_id, protocol=protocol, reason=reason, to_at=to_at,
                by=actor(), now=now(),
            )  # fmt: skip
        else:
            words = "No account and no list has this address. Check it."
            raise GrantError(words, field="address")


def _read_day(text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a civil day
    except ValueError:
        return None
    return day if date(2000, 1, 1) < day < date(9000, 1, 1) else None


def _fits(number: int) -> bool:
    return number <= _LARGEST
