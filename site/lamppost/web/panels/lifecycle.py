"""The lifecycle panel: what is due, the batches, and the switch that stops them all."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.web.context import now, session, writing
from lamppost.web.forms import strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.previews import previews
from postmaster.access.criteria import sees_everything
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.days import london_day
from postmaster.lifecycle.batch_reads import get_switch, list_batches
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.guards import find_obstacle
from postmaster.lifecycle.probing import count_due_today
from postmaster.lifecycle.reads import Preview, Summary, summarise
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.switching import go_on, stop_everything
from postmaster.lifecycle.words import WORDS
from postmaster.policy.numbers import list_presets
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy

blueprint = Blueprint("lifecycle", __name__, url_prefix="/admin/lifecycle")
HOME = "/admin/lifecycle/"
MOST_ORGANISATIONS = 20


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> str:
    """The batches with members of one's own, and what holds them."""
    return render_template(
        "lifecycle/index.html",
        batches=list_batches(session(), reader=actor()),
        words=WORDS,
        obstacle=find_obstacle(session(), now=now()),
        switch=get_switch(session()),
        may_run=may(actor(), Action.LIFECYCLE_RUN).is_allowed,
    )


@blueprint.get("/preview/")
@panel(Action.ACCOUNTS_READ)
def show_preview() -> str:
    """What is due at this moment by the policy in force, or by another."""
    names = {one.name: one.holds_from for one in list_presets()}
    chosen = request.args.get("policy", "")
    day = names.get(chosen, london_day(now()))
    found, today = _look(get_policy(session(), on=day))
    return render_template(
        "lifecycle/preview.html",
        found=found.counts,
        tables=_tables(found.counts, found.organisations),
        today=[(WORDS[reason], f"{count:,}") for reason, count in today.items() if count],
        names=list(names),
        chosen=chosen if chosen in names else "",
        back=(HOME, "Lifecycle"),
    )


@blueprint.post("/switch")
@panel(Action.LIFECYCLE_RUN)
def switch() -> ResponseReturnValue:
    """Stop every batch, or let them go on."""
    is_stopping = request.form.get("to") == "stop"
    act = stop_everything if is_stopping else go_on
    try:
        with writing() as made:
            act(made, why=strip_text(request.form.get("why")), by=actor(), now=now())
        flash("Every batch stops after its chunk." if is_stopping else "Batches may run again.")
    except BatchError as error:
        flash(str(error))
    return redirect(HOME, code=303)


def _look(policy: Policy) -> tuple[Summary, Mapping[Reason, int]]:
    """What is due and what falls due today; of the whole service it is kept for a while."""
    moment, reader = now(), actor()

    def make() -> tuple[Summary, Mapping[Reason, int]]:
        return (
            summarise(session(), reader=reader, policy=policy, as_of=moment),
            count_due_today(session(), reader=reader, policy=policy, as_of=moment),
        )

    if not sees_everything(reader, Action.ACCOUNTS_READ):
        return make()
    key = (policy.version, policy.on)
    found: tuple[Summary, Mapping[Reason, int]] = previews().get(key, make, now=moment)
    return found


def _tables(
    found: Preview, organisations: Mapping[str, int]
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Caption, first heading and rows of each table of the preview."""
    counts = (
        ("Due, by reason", "Reason", found.count(lambda one: one.reason)),
        ("Due, by how long it has stood so", "Since", found.count(lambda one: one.band)),
        ("Due, by kind", "Kind", found.count(lambda one: one.kind)),
        ("Due, and what holds them back", "Held back by",
         found.count(lambda one: one.blocker, blocked=True)),
        (f"Due, by organisation, the {MOST_ORGANISATIONS} with most", "Organisation",
         dict(list(organisations.items())[:MOST_ORGANISATIONS])),
    )  # fmt: skip
    return [
        (caption, head, [(WORDS.get(name, name), f"{count:,}") for name, count in rows.items()])
        for caption, head, rows in counts
        if rows
    ]
