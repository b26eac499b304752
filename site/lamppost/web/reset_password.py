"""A mail password reset by oneself, in steps that say the same whoever asks.

The browser holds a token between the steps; no address carries anything of a person.
"""

from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from wtforms import Form

from lamppost.keys import answers_key
from lamppost.people.outcomes import TRY_LATER, SignInBusy, SignInRefused
from lamppost.people.rules import fold_source
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import open_to_all
from lamppost.web.means import means
from lamppost.web.peers import client_address
from lamppost.web.refusing import refuse
from lamppost.web.reset_checks import check_password, judge_new, make_temporary
from lamppost.web.reset_forms import (
    NewPasswordForm,
    SignInForm,
    StartForm,
    make_answers_form,
    make_questions_form,
    name_of,
    put_faults,
    read_characters,
    read_pairs,
)
from postmaster.accounts.rules import Kind
from postmaster.credentials.answers.rules import AnswersError
from postmaster.credentials.hashing import HashingBusyError
from postmaster.credentials.resets.choosing import (
    choose_password,
    find_changing,
    set_own_questions,
)
from postmaster.credentials.resets.signing import finish_sign_in, look_for_sign_in
from postmaster.credentials.resets.steps import (
    Answered,
    Texts,
    Waits,
    answer_reset,
    begin_reset,
    list_asked,
)
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

blueprint = Blueprint("reset_password", __name__, url_prefix="/reset-password")
BOTH = ["GET", "POST"]
HOME = "/reset-password/"
SIGN_IN = f"{HOME}sign-in/"
STEP, ENDED = "reset_step", "reset_ended"
WHY_OPEN = "whoever forgot their password cannot sign in"
WRONG = "The address or the password is wrong, or the time of the password is over."
BUSY = SignInBusy("Too many people are signing in at this moment. Try again in a few seconds.")
# Long enough for every kind that has a mobile.
SHORTEST = 14


@blueprint.route("/", methods=BOTH)
@open_to_all(WHY_OPEN)
def start() -> ResponseReturnValue:
    """Address and digits; what comes next is the same whatever they are."""
    if settings().sms_domain() is None:
        return render_template("reset_password/closed.html")
    form = read_form(StartForm)
    if request.method == "GET" or not form.validate():
        return _show("reset_password/start.html", form)
    with writing() as made:
        begun = begin_reset(
            made,
            answers_key(settings()),
            address=form.address.data or "",
            digits=form.digits.data or "",
            source=_source(),
            now=now(),
        )
    if isinstance(begun, Waits):
        return _wait("reset_password/start.html", form, begun.retry_after)
    cookie[STEP] = begun
    return redirect(f"{HOME}answers/", code=303)


@blueprint.route("/answers/", methods=BOTH)
@open_to_all(WHY_OPEN)
def answers() -> ResponseReturnValue:
    """The characters asked for; taken once, right or wrong."""
    asked = list_asked(session(), answers_key(settings()), token=_token(), now=now())
    if asked is None:
        return redirect(HOME, code=303)
    form = read_form(make_answers_form(asked))
    names = [name_of(one) for one in asked]
    if request.method == "GET" or not form.validate():
        return _show("reset_password/answers.html", form, names=names)
    try:
        temporary = make_temporary(SHORTEST)
    except HashingBusyError:
        return _refuse("reset_password/answers.html", form, BUSY, names=names)
    with writing() as made:
        outcome = answer_reset(
            made,
            answers_key(settings()),
            token=_token(),
            given=read_characters(form, asked),
            temporary=temporary,
            texts=Texts(f"{settings().base_url}{SIGN_IN}"),
            now=now(),
        )
    if outcome is Answered.NO_MOBILE:
        return render_template("reset_password/no_mobile.html")
    return redirect(HOME if outcome is Answered.OVER else f"{HOME}sent/", code=303)


@blueprint.get("/sent/")
@open_to_all(WHY_OPEN)
def sent() -> str:
    """The same words after right answers and wrong ones."""
    minutes = get_policy(session(), on=london_day(now()))[Key.RESET_TEMPORARY_MINUTES]
    return render_template("reset_password/sent.html", minutes=minutes)


@blueprint.route("/sign-in/", methods=BOTH)
@open_to_all(WHY_OPEN)
def sign_in() -> ResponseReturnValue:
    """Sign in with a password that was sent or given, or with one's own to set questions."""
    form = read_form(SignInForm)
    page = "reset_password/sign_in.html"
    if request.method == "GET" or not form.validate():
        return _show(page, form)
    address, source = form.address.data or "", _source()
    found = look_for_sign_in(session(), address=address, source=source, now=now())
    if isinstance(found, Waits):
        return _wait(page, form, found.retry_after)
    try:
        signed_in_by = check_password(found, form.password.data or "")
    except HashingBusyError:
        return _refuse(page, form, BUSY)
    with writing() as made:
        token = finish_sign_in(
            made,
            address=address,
            source=source,
            account_id=found.account_id,
            signed_in_by=signed_in_by,
            now=now(),
        )
    if token is None or signed_in_by is None:
        return _refuse(page, form, SignInRefused(WRONG))
    cookie[STEP] = token
    return redirect(f"{HOME}{'new' if signed_in_by.must_change else 'questions'}/", code=303)


@blueprint.route("/new/", methods=BOTH)
@open_to_all(WHY_OPEN)
def new() -> ResponseReturnValue:
    """The new password, judged by the policy of the account's kind."""
    changing = find_changing(session(), token=_token(), now=now())
    if changing is None:
        return redirect(SIGN_IN, code=303)
    form = read_form(NewPasswordForm)
    page = "reset_password/new.html"
    if request.method == "GET" or not form.validate():
        return _show(page, form, asked=changing.asked)
    password = form.password.data or ""
    try:
        faults = judge_new(changing, password)
        password_hash = "" if faults else means().hasher.hash(password)
    except HashingBusyError:
        return _refuse(page, form, BUSY, asked=changing.asked)
    if faults:
        form.password.errors = list(faults)
        return _show(page, form, asked=changing.asked)
    with writing() as made:
        chosen = choose_password(made, token=_token(), password_hash=password_hash, now=now())
    if chosen is None:
        return redirect(SIGN_IN, code=303)
    cookie[ENDED] = "unlocked" if chosen.unlocked else "locked" if chosen.still_locked else "plain"
    return redirect(f"{HOME}done/", code=303)


@blueprint.get("/done/")
@open_to_all(WHY_OPEN)
def done() -> ResponseReturnValue:
    """That it is done, and whether a lock still holds."""
    changing = find_changing(session(), token=_token(), now=now())
    if changing is None or ENDED not in cookie:
        return redirect(SIGN_IN, code=303)
    return render_template("reset_password/done.html", changing=changing, ended=cookie[ENDED])


@blueprint.route("/questions/", methods=BOTH)
@open_to_all(WHY_OPEN)
def questions() -> ResponseReturnValue:
    """Set three questions with their answers, once the password is one's own."""
    changing = find_changing(session(), token=_token(), now=now())
    if changing is None or changing.signed_in_by.must_change:
        return redirect(SIGN_IN, code=303)
    if changing.kind is not Kind.PERSON:
        return redirect(f"{HOME}new/", code=303)
    policy = get_policy(session(), on=london_day(now()))
    many = policy[Key.ANSWERS_PAIRS]
    lengths = (policy[Key.ANSWERS_MIN_LENGTH], policy[Key.ANSWERS_MAX_LENGTH])
    form = read_form(make_questions_form(many))
    page = "reset_password/questions.html"
    if request.method == "GET" or not form.validate():
        return _show(page, form, lengths=lengths, changing=changing)
    try:
        with writing() as made:
            set_own_questions(
                made,
                answers_key(settings()),
                token=_token(),
                pairs=read_pairs(form, many),
                now=now(),
            )
    except AnswersError as error:
        put_faults(form, error)
        return _show(page, form, lengths=lengths, changing=changing)
    cookie[ENDED] = "questions"
    return redirect(f"{HOME}done/", code=303)


def _token() -> str:
    return str(cookie.get(STEP, ""))


def _source() -> str:
    return fold_source(str(client_address()))


def _show(template: str, form: Form, **values: object) -> ResponseReturnValue:
    return render_template(template, form=form, **values), 422 if form.errors else 200


def _wait(template: str, form: Form, wait: timedelta) -> Response:
    return _refuse(template, form, SignInRefused(TRY_LATER, retry_after=wait))


def _refuse(
    template: str, form: Form, outcome: SignInRefused | SignInBusy, **values: object
) -> Response:
    form.form_errors = [*form.form_errors, outcome.words]
    return refuse(render_template(template, form=form, **values), outcome)
