"""One change of one account, the same way each time: look, ask, check that nothing moved, do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeVar

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from lamppost.web.context import session, writing
from lamppost.web.forms import SeenForm, read_form
from lamppost.web.guard import actor
from postmaster.access.acting import ensure
from postmaster.access.matrix import Action
from postmaster.accounts.changes import check_unchanged, target_of
from postmaster.accounts.reads import get_account
from postmaster.accounts.records import AccountPage
from postmaster.accounts.rules import AccountError
from postmaster.accounts.tables import Account

HOME = "/admin/accounts/"
_LARGEST = 2**63 - 1
A = TypeVar("A", bound=SeenForm)


@dataclass(frozen=True, slots=True)
class Act:
    """What an act's page says: the question, the button, what follows, and what is done.

    `asks_again`: it cannot be undone as a whole, so a page asks once more.
    """

    title: str
    button: str
    done: str
    consequences: tuple[str, ...] = ()
    asks_again: bool = False


class Looked(Protocol):
    """What an act is about: an account, as the page that was looked at read it."""

    @property
    def row(self) -> Account:
        """The account."""


def get_or_404(account_id: int, action: Action = Action.ACCOUNTS_READ) -> AccountPage:
    """The account, if the reader may do this to it; 404 for another organisation's."""
    if account_id > _LARGEST:
        abort(404)
    found = get_account(session(), reader=actor(), account_id=account_id)
    if found is None:
        abort(404)
    ensure(actor(), action, target_of(session(), found.row))
    return found


def address_of(account_id: int) -> str:
    """Where an account's page is."""
    return f"{HOME}{account_id}/"


def act_on(
    found: Looked,
    form_kind: type[A],
    act: Act,
    perform: Callable[[Session, A], object],
    *,
    back_to: str | None = None,
    given: Mapping[str, str] = MappingProxyType({}),
) -> ResponseReturnValue:
    """The form of an act, the form again with its faults, or the way back once it is done.

    `given`: what the form shows before anybody typed.
    """
    account_id = found.row.account_id
    form = read_form(form_kind, revision=str(found.row.revision), **given)
    back = (back_to or address_of(account_id), found.row.address)
    if request.method == "POST" and form.validate():
        if act.asks_again and "confirmed" not in request.form:
            return _ask(found, form, act, back)
        try:
            with writing() as made:
                check_unchanged(made, account_id, form.seen)
                perform(made, form)
        except AccountError as error:
            put_error(form, error)
        else:
            flash(act.done)
            return redirect(back[0], code=303)
    page = render_template("accounts/act.html", found=found, form=form, act=act, back=back)
    return page, 422 if form.errors else 200


def put_error(form: Form, error: AccountError) -> None:
    """A refusal beside its field, or over the form where it has none."""
    field = getattr(form, error.field or "", None)
    if field is None:
        form.form_errors.append(str(error))
    else:
        field.errors = [str(error)]


def _ask(found: Looked, form: SeenForm, act: Act, back: tuple[str, str]) -> str:
    typed = {name: request.form[name] for name in form.data if name in request.form}
    return render_template(
        "shared/confirm.html",
        page_title=f"{act.title}: {found.row.address}?",
        consequences=act.consequences,
        address=request.path,
        words=act.button,
        fields=typed,
        back=back,
    )
