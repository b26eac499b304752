"""What staff do after an identity check: reset a password, unlock, clear the questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.keys import answers_key
from lamppost.web.account_acting import address_of, get_or_404, put_error
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import SeenForm, read_form
from lamppost.web.guard import actor, panel
from lamppost.web.reset_checks import make_temporary
from lamppost.web.reset_desk import make_desk_form, read_check
from postmaster.access.matrix import Action
from postmaster.accounts.changes import check_unchanged
from postmaster.accounts.records import AccountPage
from postmaster.accounts.rules import WITHOUT_SIGN_IN, AccountError, Kind, is_locked
from postmaster.credentials.answers.reads import list_questions
from postmaster.credentials.answers.rules import Asked
from postmaster.credentials.hashing import HashingBusyError
from postmaster.credentials.kinds import password_policy
from postmaster.credentials.resets.identity import list_desk_characters
from postmaster.credentials.resets.rules import DEED_WORDS, Deed, find_deed_fault
from postmaster.credentials.resets.staff import (
    Checked,
    Given,
    clear_questions,
    reset_password,
    unlock_account,
)
from postmaster.credentials.resets.standing import read_standing
from postmaster.credentials.resets.steps import Texts
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

blueprint = Blueprint("account_resets", __name__, url_prefix="/admin/accounts/<int:account_id>")
BOTH = ["GET", "POST"]
FAILED = "The characters are not right. Nothing was changed, and the try is on record."
BUSY = "Too many passwords are being set at this moment. Try again in a few seconds."
CONSEQUENCES = {
    Deed.RESET: (
        "The old password is over at once. The owner chooses their own after a temporary one.",
        "It is sent to the registered mobile. You see it only where there is none.",
    ),
    Deed.UNLOCK: (
        "The lock ends now.",
        "Ask the owner to change the old password on every device, or it will lock again.",
    ),
    Deed.CLEAR: ("The owner cannot reset the password themselves until they set new questions.",),
}
DONE = {
    Deed.RESET: "A temporary password is on its way to the registered mobile.",
    Deed.UNLOCK: "It is unlocked.",
    Deed.CLEAR: "The security questions are cleared.",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One identity check: for what, on which account, by which question."""

    deed: Deed
    found: AccountPage
    fault: str | None
    questions: Sequence[tuple[int, str]]
    place: int
    asked: Sequence[Asked]

    @property
    def account_id(self) -> int:
        """The account's number."""
        return self.found.row.account_id


@blueprint.route("/reset-password/", methods=BOTH)
@panel(Action.ACCOUNTS_RESET)
def reset(account_id: int) -> ResponseReturnValue:
    """Give the account a temporary password."""
    return _act(account_id, Deed.RESET)


@blueprint.route("/unlock/", methods=BOTH)
@panel(Action.ACCOUNTS_RESET)
def end_lock(account_id: int) -> ResponseReturnValue:
    """End its lock."""
    return _act(account_id, Deed.UNLOCK)


@blueprint.route("/clear-questions/", methods=BOTH)
@panel(Action.ACCOUNTS_RESET)
def clear(account_id: int) -> ResponseReturnValue:
    """Take its security questions away."""
    return _act(account_id, Deed.CLEAR)


def _act(account_id: int, deed: Deed) -> ResponseReturnValue:
    """The check, the form again with what was wrong, or the way back once it is done."""
    desk = _open_desk(account_id, deed)
    row = desk.found.row
    can_unlock = deed is Deed.RESET and is_locked(row.locked_until, now())
    kind = make_desk_form(desk.asked, can_unlock=can_unlock)
    form = read_form(kind, revision=str(row.revision), question=str(desk.place))
    if request.method == "POST" and form.validate():
        try:
            given = _make_given(desk, form, can_unlock=can_unlock)
            outcome = _perform(desk, form, given)
        except AccountError as error:
            put_error(form, error)
        except HashingBusyError:
            form.form_errors.append(BUSY)
        else:
            if outcome.is_done:
                return _tell(desk, outcome, given)
            form.form_errors.append(FAILED)
    page = render_template(
        "resets/act.html",
        desk=desk,
        form=form,
        title=DEED_WORDS[deed],
        consequences=CONSEQUENCES[deed],
        here=request.path,
        back=(address_of(account_id), row.address),
    )
    return page, 422 if form.errors else 200


def _open_desk(account_id: int, deed: Deed) -> Desk:
    found = get_or_404(account_id, Action.ACCOUNTS_RESET)
    policy = get_policy(session(), on=london_day(now()))
    standing = read_standing(session(), found.row, policy=policy, now=now())
    questions = list_questions(session(), account_id=account_id)
    typed = request.values.get("question", "1")
    places = {str(place): place for place, _ in questions}
    place = places.get(typed, 1)
    asked = list_desk_characters(
        answers_key(settings()), account_id=account_id, place=place, policy=policy, now=now()
    )
    fault = find_deed_fault(deed, standing)
    return Desk(deed, found, fault, questions, place, asked if questions else ())


def _make_given(desk: Desk, form: SeenForm, *, can_unlock: bool) -> Given | None:
    """The temporary password of a reset, hashed before the transaction begins."""
    kind = Kind(desk.found.row.kind)
    if desk.deed is not Deed.RESET or kind in WITHOUT_SIGN_IN:
        return None
    policy = get_policy(session(), on=london_day(now()))
    temporary = make_temporary(password_policy(kind, policy).shortest)
    has_gateway = settings().sms_domain() is not None
    texts = Texts(f"{settings().base_url}/reset-password/sign-in/") if has_gateway else None
    return Given(temporary, texts, unlocks=can_unlock and bool(form["unlocks"].data))


def _perform(desk: Desk, form: SeenForm, given: Given | None) -> Checked:
    if desk.fault is not None:
        raise AccountError(desk.fault)
    key, check, by = answers_key(settings()), read_check(form, desk.asked), actor()
    with writing() as made:
        check_unchanged(made, desk.account_id, form.seen)
        if desk.deed is Deed.UNLOCK:
            return unlock_account(
                made, key, account_id=desk.account_id, check=check, by=by, now=now()
            )
        if desk.deed is Deed.CLEAR or given is None:
            return clear_questions(
                made, key, account_id=desk.account_id, check=check, by=by, now=now()
            )
        return reset_password(
            made, key, account_id=desk.account_id, check=check, given=given, by=by, now=now()
        )


def _tell(desk: Desk, outcome: Checked, given: Given | None) -> ResponseReturnValue:
    """Back to the account; a password that went by no message is shown once, and kept nowhere."""
    back = address_of(desk.account_id)
    if given is None or outcome.is_sent:
        flash(DONE[desk.deed])
        return redirect(back, code=303)
    hours = get_policy(session(), on=london_day(now()))[Key.RESET_GIVEN_HOURS]
    return render_template(
        "resets/given.html",
        desk=desk,
        password=given.temporary.password,
        hours=hours,
        sign_in_at=f"{settings().base_url}/reset-password/sign-in/",
        back=(back, desk.found.row.address),
    )
