"""Where the growth sectors' pilots and roll-outs stand: rows by region, added, moved on, ended."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from lamppost.web.context import now, session, writing
from lamppost.web.forms import plain_line, read_form, show_fault, strip_text
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.days import london_day
from postmaster.registrations.reads import (
    RolloutPage,
    get_rollout,
    list_own_sectors,
    list_rollouts,
)
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import REGION_WORDS, Region
from postmaster.registrations.rollouts import (
    LONGEST_SOURCE,
    NEW,
    add_rollout,
    end_rollout,
    move_rollout,
)
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.stages import LONGEST_WORDS, STAGE_WORDS, Span, Stage

blueprint = Blueprint("rollouts", __name__, url_prefix="/admin/registrations/rollouts")
HOME = "/admin/registrations/rollouts/"
STAGES = [SelectChoice(one.value, STAGE_WORDS[one]) for one in Stage]
REGIONS = [SelectChoice(one.value, REGION_WORDS[one]) for one in Region]


class StageForm(Form):
    """A stage and from when."""

    stage = SelectField("Stage", choices=STAGES)
    from_on = DateField(
        "From", [Optional()], description="The first day; only a plan may have none yet"
    )
    from_words = StringField(
        "As announced",
        [Optional(), plain_line(LONGEST_WORDS)],
        filters=[strip_text],
        description="Where no day was announced, such as summer or autumn 2018",
    )
    source = StringField(
        "Where it was announced",
        [InputRequired("Enter where it was announced."), plain_line(LONGEST_SOURCE)],
        filters=[strip_text],
        description="Such as the LA bulletin of 9 April 2018",
    )


class NewForm(StageForm):
    """A row of a sector and a region."""

    sector = SelectField("Sector")
    region = SelectField("Region", choices=REGIONS)
    to_on = DateField("To", [Optional()], description="The last day, if it is known")


class EndForm(Form):
    """When a row ends."""

    to_on = DateField("Last day", [InputRequired("Enter the last day.")])


@blueprint.get("/")
@panel(Action.REGISTRATIONS_READ)
def index() -> str:
    """The rows of one's own sectors."""
    return render_template(
        "rollouts/index.html",
        rows=list_rollouts(session(), reader=actor()),
        sectors=SECTORS,
        regions=REGION_WORDS,
        stages=STAGE_WORDS,
        today=london_day(now()),
        may_write=bool(list_own_sectors(session(), reader=actor())),
        back=("/admin/registrations/", "Registrations"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.ROLLOUTS_WRITE)
def add() -> ResponseReturnValue:
    """Add a row."""
    form = read_form(NewForm)
    own = list_own_sectors(session(), reader=actor())
    form.sector.choices = [SelectChoice(one.value, SECTORS[one].words) for one in own]
    if request.method == "POST" and form.validate():
        span = Span(
            NEW, Sector(form.sector.data), Region(form.region.data), Stage(form.stage.data),
            form.from_on.data, form.from_words.data or None, form.to_on.data,
        )  # fmt: skip
        source = form.source.data or ""
        done = "The row is added. The register pages and bulletins say so from now on."
        if _is_done(
            form, lambda made: add_rollout(made, span=span, source=source, by=actor(), now=now())
        ):
            flash(done)
            return redirect(HOME, code=303)
    page = render_template("rollouts/new.html", form=form, back=(HOME, "Roll-outs"))
    return page, 422 if form.errors else 200


@blueprint.get("/<int:rollout_id>/")
@panel(Action.REGISTRATIONS_READ)
def show(rollout_id: int) -> ResponseReturnValue:
    """One row, and what may be done to it."""
    found = _get(rollout_id)
    return _page(found, StageForm(stage=found.span.stage.value), EndForm())


@blueprint.post("/<int:rollout_id>/move")
@panel(Action.ROLLOUTS_WRITE)
def move(rollout_id: int) -> ResponseReturnValue:
    """Take its region to the next stage."""
    found = _get(rollout_id)
    form = StageForm(request.form)
    stage = Stage(form.stage.data) if form.validate() else Stage.PLANNED
    if not form.errors and _is_done(
        form,
        lambda made: move_rollout(
            made, rollout_id=rollout_id, stage=stage, from_on=form.from_on.data,
            from_words=form.from_words.data or "", source=form.source.data or "",
            by=actor(), now=now(),
        ),
    ):  # fmt: skip
        flash("It is moved on.")
        return redirect(HOME, code=303)
    return _page(found, form, EndForm())


@blueprint.post("/<int:rollout_id>/end")
@panel(Action.ROLLOUTS_WRITE)
def end(rollout_id: int) -> ResponseReturnValue:
    """Give a row its last day."""
    found = _get(rollout_id)
    form = EndForm(request.form)
    last = form.to_on.data
    if (
        form.validate()
        and last is not None
        and _is_done(
            form,
            lambda made: end_rollout(
                made, rollout_id=rollout_id, to_on=last, by=actor(), now=now()
            ),
        )
    ):
        flash("It has a last day.")
        return redirect(HOME, code=303)
    return _page(found, StageForm(), form)


def _page(found: RolloutPage, form: StageForm, ending: EndForm) -> ResponseReturnValue:
    page = render_template(
        "rollouts/show.html",
        found=found,
        span=found.span,
        sector=SECTORS[found.span.sector],
        region=REGION_WORDS[found.span.region],
        stage=STAGE_WORDS[found.span.stage],
        form=ending if ending.errors else form,
        moving=form,
        ending=ending,
        here=f"{HOME}{found.span.rollout_id}/",
        back=(HOME, "Roll-outs"),
    )
    return page, 422 if form.errors or ending.errors else 200


def _is_done(form: Form, act: Callable[[Session], object]) -> bool:
    """Whether it was written; otherwise the form says why not."""
    try:
        with writing() as made:
            act(made)
    except RegistrationError as error:
        show_fault(form, error, error.field)
        return False
    return True


def _get(rollout_id: int) -> RolloutPage:
    found = None
    if rollout_id < 2**63:
        found = get_rollout(session(), reader=actor(), rollout_id=rollout_id)
    return found or abort(404)
