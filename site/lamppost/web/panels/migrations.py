"""Organisations moving in by themselves: plan, run, pause; a test that runs stops them."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import DateField, Form, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired

from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, read_number, show_fault, strip_text
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.onboarding.actions import (
    drop_migration,
    end_migration,
    pause_migration,
    plan_migration,
    run_migration,
)
from postmaster.onboarding.reads import list_migrations
from postmaster.onboarding.rules import MigrationError, Route
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("migrations", __name__, url_prefix="/admin/migrations")
HOME = "/admin/migrations/"


class PlanForm(Form):
    """A batch of mailboxes on a day."""

    organisation = StringField(
        "Organisation",
        [InputRequired("Enter the organisation.")],
        filters=[strip_text],
        description="Its ODS code",
    )
    route = SelectField(
        "Who moves them",
        choices=[
            SelectChoice(Route.SELF.value, "We ourselves"),
            SelectChoice(Route.SUPPORTED.value, "We, supported"),
            SelectChoice(Route.MANAGED.value, "The supplier"),
        ],
    )
    run_on = DateField("Day", [InputRequired("Enter the day.")], description="Such as 2018-09-20")
    mailboxes = IntegerField("Mailboxes", [InputRequired("Enter how many mailboxes.")])


@blueprint.route("/", methods=["GET", "POST"])
@panel(Action.WINDOWS_ANSWER)
def index() -> ResponseReturnValue:
    """One's own migrations, and a form that plans another."""
    form = read_form(PlanForm)
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                warnings = _plan(made, form)
        except MigrationError as error:
            show_fault(form, error, error.field)
        else:
            flash(" ".join(["It is planned.", *warnings]))
            return redirect(HOME, code=303)
    page = render_template(
        "migrations/index.html",
        form=form,
        page_title="Migrations",
        migrations=list_migrations(session(), reader=actor(), now=now()),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/run")
@panel(Action.WINDOWS_ANSWER)
def run() -> ResponseReturnValue:
    """Begin one, or go on with it."""
    override = request.form.get("override", "")
    return _do(
        lambda made, which: run_migration(
            made, migration_id=which, override=override, by=actor(), now=now()
        ),
        "It runs.",
    )


@blueprint.post("/pause")
@panel(Action.WINDOWS_ANSWER)
def pause() -> ResponseReturnValue:
    """Pause one."""
    return _do(
        lambda made, which: pause_migration(made, migration_id=which, by=actor(), now=now()),
        "It is paused.",
    )


@blueprint.post("/end")
@panel(Action.WINDOWS_ANSWER)
def end() -> ResponseReturnValue:
    """Say that its mailboxes are moved."""
    return _do(
        lambda made, which: end_migration(made, migration_id=which, by=actor(), now=now()),
        "It has ended.",
    )


@blueprint.post("/drop")
@panel(Action.WINDOWS_ANSWER)
def drop() -> ResponseReturnValue:
    """Drop one."""
    return _do(
        lambda made, which: drop_migration(made, migration_id=which, by=actor(), now=now()),
        "It is dropped.",
    )


def _plan(made: Session, form: PlanForm) -> list[str]:
    assert form.run_on.data is not None  # nosec B101 # noqa: S101 - the form asks for it
    return plan_migration(
        made,
        organisation=fold_code(form.organisation.data or ""),
        route=Route(form.route.data),
        run_on=form.run_on.data,
        mailboxes=form.mailboxes.data or 0,
        by=actor(),
        now=now(),
    )


def _do(act: Callable[[Session, int], None], done: str) -> ResponseReturnValue:
    which = read_number(request.form.get("migration_id")) or 0
    try:
        with writing() as made:
            act(made, which)
        flash(done)
    except MigrationError as error:
        flash(str(error))
    return redirect(HOME, code=303)
