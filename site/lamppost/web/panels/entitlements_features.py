"""Features of organisations: asked for, decided, suspended, in use again, ended; with why."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.people.naming import name_references
from lamppost.web.context import now, session, settings, writing
from lamppost.web.entitlement_forms import AskFeatureForm, StepForm
from lamppost.web.forms import read_form, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.entitlements.feature_reads import FEATURE_KEY, get_feature, select_features
from postmaster.entitlements.feature_rules import (
    FEATURE_WORDS,
    STATE_WORDS,
    FeatureError,
    FeatureState,
    OrgFeature,
    list_dependants,
)
from postmaster.entitlements.features import (
    ask_feature,
    decide_feature,
    end_feature,
    resume_feature,
    suspend_feature,
)
from postmaster.entitlements.tables import OrganisationFeature
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("entitlements_features", __name__, url_prefix="/admin/entitlements/features")
HOME = "/admin/entitlements/features/"
_LARGEST = 2**63 - 1
LONGEST_SEARCH = 100


@blueprint.get("/")
@panel(Action.GROUPS_READ)
def index() -> str:
    """The features of the reader's organisations, the newest request first."""
    filters = {
        "organisation": fold_code(request.args.get("organisation", ""))[:LONGEST_SEARCH],
        "state": request.args.get("state", ""),
    }
    state = FeatureState(filters["state"]) if filters["state"] in set(FeatureState) else None
    statement = select_features(
        reader=actor(), organisation=filters["organisation"].replace("\x00", ""), state=state
    )
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, FEATURE_KEY, place, cursors=cursors, descending=True)
    return render_template(
        "entitlements/features.html",
        page=page,
        rows=[row[1] for row in page.rows],
        filters=filters,
        feature_words=FEATURE_WORDS,
        state_words=STATE_WORDS,
        may_ask=may(actor(), Action.ENTITLEMENTS_ASK).is_allowed,
        back=("/admin/entitlements/", "Protocols and features"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.ENTITLEMENTS_ASK)
def add() -> ResponseReturnValue:
    """Ask for a feature."""
    form = read_form(AskFeatureForm, organisation=actor().organisation or "")
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                feature_id = ask_feature(
                    made, organisation=form.organisation.data or "",
                    feature=OrgFeature(form.feature.data), evidence=form.evidence.data or "",
                    by=actor(), now=now(),
                )  # fmt: skip
        except FeatureError as error:
            show_fault(form, error, error.field)
        else:
            flash("It is asked for. A tenant administrator decides.")
            return redirect(f"{HOME}{feature_id}/", code=303)
    page = render_template(
        "accounts/form.html",
        form=form,
        page_title="Ask for a feature",
        words=("File sharing needs instant messaging in use; recording needs conferencing.",),
        button="Ask for it",
        back=(HOME, "Features"),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<int:feature_id>/")
@panel(Action.GROUPS_READ)
def show(feature_id: int) -> str:
    """One feature of an organisation and what may be done with it."""
    return _render(_get(feature_id), read_form(StepForm))


@blueprint.post("/<int:feature_id>/decide")
@panel(Action.ENTITLEMENTS_DECIDE)
def decide(feature_id: int) -> ResponseReturnValue:
    """Activate what was asked for, or refuse it."""
    is_granted = request.form.get("answer") == "activate"
    return _step(
        feature_id,
        lambda made, why: decide_feature(
            made, feature_id=feature_id, is_granted=is_granted, why=why, by=actor(), now=now()
        ),
    )


@blueprint.post("/<int:feature_id>/suspend")
@panel(Action.ENTITLEMENTS_DECIDE)
def suspend(feature_id: int) -> ResponseReturnValue:
    """Suspend a feature and what needs it."""
    return _step(
        feature_id,
        lambda made, why: suspend_feature(
            made, feature_id=feature_id, why=why, by=actor(), now=now()
        ),
    )


@blueprint.post("/<int:feature_id>/resume")
@panel(Action.ENTITLEMENTS_DECIDE)
def resume(feature_id: int) -> ResponseReturnValue:
    """Let a suspended feature be in use again."""
    return _step(
        feature_id,
        lambda made, why: resume_feature(
            made, feature_id=feature_id, why=why, by=actor(), now=now()
        ),
    )


@blueprint.post("/<int:feature_id>/end")
@panel(Action.ENTITLEMENTS_ASK)
def end(feature_id: int) -> ResponseReturnValue:
    """End a feature and what needs it."""
    return _step(
        feature_id,
        lambda made, why: end_feature(made, feature_id=feature_id, why=why, by=actor(), now=now()),
    )


def _step(feature_id: int, act: Callable[[Session, str], object]) -> ResponseReturnValue:
    found, form = _get(feature_id), read_form(StepForm)
    try:
        with writing() as made:
            act(made, form.why.data or "")
    except FeatureError as error:
        show_fault(form, error, error.field)
        return _render(found, form), 422
    flash("It is done.")
    return redirect(f"{HOME}{feature_id}/", code=303)


def _render(found: OrganisationFeature, form: StepForm) -> str:
    feature, state = OrgFeature(found.feature), FeatureState(found.state)
    needs_it = [FEATURE_WORDS[one].lower() for one in list_dependants(feature)]
    return render_template(
        "entitlements/feature.html",
        found=found,
        form=form,
        words=FEATURE_WORDS[feature],
        state_words=STATE_WORDS,
        needs_it=needs_it if state is not FeatureState.ENDED else [],
        may_decide=may(actor(), Action.ENTITLEMENTS_DECIDE).is_allowed,
        may_end=may(actor(), Action.ENTITLEMENTS_ASK).is_allowed,
        people=name_references(session(), {found.asked_by, found.state_by}),
        here=f"{HOME}{found.feature_id}/",
        back=(HOME, "Features"),
    )


def _get(feature_id: int) -> OrganisationFeature:
    if feature_id > _LARGEST:
        abort(404)
    return get_feature(session(), reader=actor(), feature_id=feature_id) or abort(404)
