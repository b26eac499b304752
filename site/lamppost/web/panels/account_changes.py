"""What is done to one account: each act a page with its form, at an address of its own."""

from collections.abc import Callable
from typing import Any, TypeAlias

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.web.account_acting import Act, act_on, get_or_404
from lamppost.web.account_forms import ConvertForm, DetailsForm, DisableForm, HoldForm, NameForm
from lamppost.web.context import now
from lamppost.web.forms import SeenForm
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.accounts.actions import (
    accept_terms,
    cancel_leaver,
    disable,
    enable,
    mark_leaver,
)
from postmaster.accounts.activity import keep_account
from postmaster.accounts.changing import change_details
from postmaster.accounts.conversions import ask_conversion
from postmaster.accounts.details import Details
from postmaster.accounts.holds import place_hold
from postmaster.accounts.possible import Deed
from postmaster.accounts.rules import AccountError, HoldKind, Kind
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.keeping import keep_member

blueprint = Blueprint("account_changes", __name__, url_prefix="/admin/accounts/<int:account_id>")
BOTH = ["GET", "POST"]
# What is done, in the transaction given, to the account seen, with what was typed.
Perform: TypeAlias = Callable[[Session, Account, Any], object]
DETAILS = ("name", "external_id", "job_title", "mobile")
CHANGE = Act(
    "Change the name and details",
    "Save",
    "The change is saved.",
    ("The directory shows the new name at once. The address stays.",),
)
LEAVE = Act(
    "Mark as a leaver",
    "Mark as a leaver",
    "The account is marked as a leaver. Its owner is written to.",
    (
        "The owner is written to at once. Roles as an administrator end now and do not come back.",
        "Until the days of a leaver are over it goes on working, and can be accepted elsewhere.",
        "Shared mailboxes stay with the owner. End those yourself if they must not have them.",
    ),
    asks_again=True,
)
CANCEL = Act(
    "Cancel the mark of a leaver",
    "Cancel the mark",
    "The mark is cancelled.",
    ("The account goes back to where it stood before it was marked.",),
)
ACCEPT = Act(
    "Accepted the terms of use",
    "The owner has accepted",
    "The account is active.",
    ("Only when the owner has accepted the terms of use and set their own password.",),
)
DISABLE = Act(
    "Disable the account",
    "Disable",
    "It is disabled.",
    (
        "Nobody signs in. Mail still arrives. Roles as an administrator end.",
        "Somebody on long leave is disabled, so that the account is not taken for unused.",
    ),
)
ENABLE = Act("Enable the account", "Enable", "It is enabled.", ("The owner can sign in again.",))
KEEP = Act(
    "Keep the account",
    "Keep it",
    "No batch takes it before a fresh period is over.",
    ("It leaves the batch it is in, and no batch takes it for a while.",),
)
HOLD = Act(
    "Place a hold",
    "Place the hold",
    "The hold is placed: nothing deletes or purges it until somebody lifts it.",
    ("While a hold stands, nothing deletes or purges the account, whoever asks.",),
)
CONVERT = Act(
    "Ask for another kind of account",
    "Ask for it",
    "It is asked for. A tenant administrator decides.",
    (
        "An application account sends for a program. Its address says what the program does.",
        "A new password is due at once, and mail is gone for good once Deleted Items is emptied.",
    ),
)


@blueprint.route("/change/", methods=BOTH)
@panel(Action.ACCOUNTS_CREATE)
def change(account_id: int) -> ResponseReturnValue:
    """Change its name, and what it says of its person."""
    found = get_or_404(account_id, Action.ACCOUNTS_CREATE)
    form_kind = DetailsForm if found.row.kind == Kind.PERSON else NameForm
    given = {name: getattr(found.row, name) or "" for name in DETAILS}
    return act_on(
        found, form_kind, CHANGE,
        lambda made, form: change_details(
            made, account_id=account_id, is_another=bool(form.data.get("is_another")),
            details=Details(**{name: form.data.get(name) or "" for name in DETAILS}),
            by=actor(), now=now(),
        ),
        given=given,
    )  # fmt: skip


def _by_id(act: Callable[..., object]) -> Perform:
    """An act that needs to be told nothing but whose account it is."""
    return lambda made, row, _: act(made, account_id=row.account_id, by=actor(), now=now())


def _disable(made: Session, row: Account, form: Any) -> None:
    disable(
        made, account_id=row.account_id, reason_code=form.reason_code.data, until=form.until.data,
        by=actor(), now=now(),
    )  # fmt: skip


def _hold(made: Session, row: Account, form: Any) -> None:
    place_hold(
        made, account_id=row.account_id, kind=HoldKind(form.kind.data),
        reason=form.reason.data or "", review_on=form.review_on.data or london_day(now()),
        by=actor(), now=now(),
    )  # fmt: skip


def _convert(made: Session, row: Account, form: Any) -> None:
    ask_conversion(
        made, account_id=row.account_id, owner=form.owner.data or "", why=form.why.data or "",
        by=actor(), now=now(),
    )  # fmt: skip


def _keep(made: Session, row: Account, _form: Any) -> None:
    """Out of its batch at once, if it is in one."""
    if row.batch_id is None:
        keep_account(made, account_id=row.account_id, by=actor(), now=now())
        return
    try:
        keep_member(made, batch_id=row.batch_id, account_id=row.account_id, by=actor(), now=now())
    except BatchError as error:
        raise AccountError(str(error)) from None


# Each has a page of its own: where it is, who may, its form, its words, and what is done.
DEEDS: tuple[tuple[Deed, Action, type[SeenForm], Act, Perform], ...] = (
    (Deed.ACCEPT, Action.ACCOUNTS_CREATE, SeenForm, ACCEPT, _by_id(accept_terms)),
    (Deed.LEAVE, Action.ACCOUNTS_STATE, SeenForm, LEAVE, _by_id(mark_leaver)),
    (Deed.CANCEL, Action.ACCOUNTS_STATE, SeenForm, CANCEL, _by_id(cancel_leaver)),
    (Deed.DISABLE, Action.ACCOUNTS_STATE, DisableForm, DISABLE, _disable),
    (Deed.ENABLE, Action.ACCOUNTS_STATE, SeenForm, ENABLE, _by_id(enable)),
    (Deed.KEEP, Action.ACCOUNTS_STATE, SeenForm, KEEP, _keep),
    (Deed.HOLD, Action.ACCOUNTS_STATE, HoldForm, HOLD, _hold),
    (Deed.CONVERT, Action.ACCOUNTS_STATE, ConvertForm, CONVERT, _convert),
)


def _give_page(
    deed: Deed, action: Action, form_kind: type[SeenForm], act: Act, perform: Perform
) -> None:
    @blueprint.route(f"/{deed.value}/", endpoint=deed.name.lower(), methods=BOTH)
    @panel(action)
    def do(account_id: int) -> ResponseReturnValue:
        found = get_or_404(account_id, action)
        return act_on(found, form_kind, act, lambda made, form: perform(made, found.row, form))


for one in DEEDS:
    _give_page(*one)
