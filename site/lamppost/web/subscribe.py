"""Subscribing by email: asked for, confirmed and ended by the mailbox's reader, on POST only."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from lamppost.bulletins.reads import list_topics
from lamppost.bulletins.rules import AUDIENCE_NAMES
from lamppost.keys import stop_key
from lamppost.status.reads import get_service_status
from lamppost.subscribers import actions, reads
from lamppost.subscribers.rules import Choice, Kind, read_stop_token
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form
from lamppost.web.guard import open_to_all
from postmaster.outbox.rules import UnsendableError

blueprint = Blueprint("subscribe", __name__)
LINK = "the link in the letter is the proof that the mailbox is theirs"


class SubscribeForm(Form):
    """Where to write to, and about what."""

    email = StringField("Email address", [InputRequired("Enter an email address"), Length(max=254)])
    audiences = SelectMultipleField("Bulletins for")
    topics = SelectMultipleField("Bulletins about")
    components = SelectMultipleField("Incidents of")

    def choices(self) -> list[tuple[Choice, str]]:
        """What was ticked, with its words."""
        ticked = []
        for kind, field in self.groups():
            chosen = set(field.data or ())
            for value, words, _is_ticked, _more in field.iter_choices():
                if value in chosen:
                    ticked.append((Choice(kind, value), f"{field.label.text} {words}"))
        return ticked

    def groups(self) -> list[tuple[Kind, SelectMultipleField]]:
        """The three groups of boxes."""
        return [
            (Kind.AUDIENCE, self.audiences),
            (Kind.TOPIC, self.topics),
            (Kind.COMPONENT, self.components),
        ]


@blueprint.route("/subscribe/", methods=["GET", "POST"])
@open_to_all("anybody may ask to be written to; only the mailbox's owner can confirm")
def ask() -> ResponseReturnValue:
    """The form, and the same answer to whatever address is given."""
    form = read_form(SubscribeForm)
    form.audiences.choices = [(one.value, words) for one, words in AUDIENCE_NAMES.items()]
    form.topics.choices = [(one.value, one.words) for one in list_topics(session())]
    components = get_service_status(session(), now=now()).components
    form.components.choices = [(one.slug, one.name) for one in components]
    if request.method == "POST" and _is_good(form):
        return render_template("subscribe/asked.html")
    return render_template("subscribe/ask.html", form=form), 422 if form.errors else 200


def _is_good(form: SubscribeForm) -> bool:
    """Whether the letter is owed; otherwise the form says what is wrong."""
    if not form.validate():
        return False
    ticked = form.choices()
    if not ticked:
        form.audiences.errors = ["Choose at least one thing to be told about"]
        return False
    try:
        with writing() as made:
            actions.ask(
                made,
                address=(form.email.data or "").strip(),
                wanted=[choice for choice, _ in ticked],
                words=[words for _, words in ticked],
                service=settings().service_name,
                confirm_at=f"{settings().base_url}/subscribe/confirm/",
                now=now(),
            )
    except UnsendableError:
        form.email.errors = ["Enter an email address in the correct format, like name@example.com"]
        return False
    return True


@blueprint.route("/subscribe/confirm/<token>", methods=["GET", "POST"])
@open_to_all(LINK)
def confirm(token: str) -> ResponseReturnValue:
    """A mail scanner that follows the link changes nothing; the button does."""
    if request.method == "POST":
        with writing() as made:
            is_done = actions.confirm(made, token=token, now=now())
        if is_done:
            return render_template("subscribe/confirmed.html")
    elif reads.is_open(session(), token=token, now=now()):
        return render_template("subscribe/confirm.html")
    return render_template("subscribe/over.html"), 410


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@open_to_all(LINK)
def stop(token: str) -> ResponseReturnValue:
    """A button for people; for mail programs the same address takes one click (RFC 8058)."""
    subscriber_id = read_stop_token(stop_key(settings()), token)
    if subscriber_id is None:
        abort(404)
    if request.method == "POST":
        with writing() as made:
            actions.let_go(made, subscriber_id=subscriber_id)
        return render_template("subscribe/stopped.html")
    if not reads.is_subscribed(session(), subscriber_id=subscriber_id):
        return render_template("subscribe/stopped.html")
    return render_template("subscribe/stop.html")
