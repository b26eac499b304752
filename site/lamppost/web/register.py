"""Register a site, one thing a page: where it is, which it is, who works there, then the code.

What is typed is kept in the database under a random key; the cookie has the key alone, and no
address has anything personal in it. Nothing here is kept by any cache.
"""

from flask import Blueprint, abort, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from lamppost.keys import code_key
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form, read_number, show_fault
from lamppost.web.guard import open_to_all
from lamppost.web.register_forms import CodeForm, PersonForm, RegionForm, SiteForm
from postmaster.days import london_day
from postmaster.policy.reads import get_policy
from postmaster.registrations import applying, proving
from postmaster.registrations.draft import Draft, get_draft
from postmaster.registrations.reads import get_standing, list_standings
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import REGION_WORDS, Region, say_place
from postmaster.registrations.rules import OVER, UNSENT, State, site_policy
from postmaster.registrations.sectors import SECTORS, Sector, SectorFacts
from postmaster.registrations.stages import group_standings

blueprint = Blueprint("register", __name__, url_prefix="/register")
WHY = "sites register before anybody there has an account"
# What the cookie carries: the key of a draft, and the region chosen before there is one.
KEY, REGION = "registration", "registration_region"


@blueprint.get("/")
@open_to_all(WHY)
def index() -> str:
    """Every sector, and where it is open today."""
    standings = list_standings(session(), on=london_day(now()))
    return render_template(
        "register/index.html",
        sectors=SECTORS,
        standings={sector: group_standings(found) for sector, found in standings.items()},
    )


@blueprint.route("/<sector>/", methods=["GET", "POST"])
@open_to_all(WHY)
def start(sector: str) -> ResponseReturnValue:
    """What is needed before one begins, and whether one's region is open."""
    facts = _facts(sector)
    today = london_day(now())
    form = read_form(RegionForm)
    closed = None
    if request.method == "POST" and form.validate():
        typed = form.region.data
        if typed in set(Region) - {Region.ENGLAND}:
            standing = get_standing(session(), sector=facts.sector, region=Region(typed), on=today)
            if standing.is_open:
                cookie[REGION] = typed
                cookie.pop(KEY, None)
                return redirect(_at(facts, "site"), code=303)
            closed = standing
        else:
            form.region.errors = ["Choose where it is"]
    page = render_template(
        "register/start.html",
        facts=facts,
        form=form,
        closed=closed,
        say_place=say_place,
        standings=group_standings(list_standings(session(), on=today)[facts.sector]),
        policy=site_policy(get_policy(session(), on=today), facts.sector),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/<sector>/site/", methods=["GET", "POST"])
@open_to_all(WHY)
def site(sector: str) -> ResponseReturnValue:
    """Which site it is."""
    facts, draft = _facts(sector), _find_draft(sector)
    chosen = draft.region if draft else cookie.get(REGION)
    if chosen not in set(Region):
        return redirect(_at(facts), code=303)
    form = read_form(SiteForm, **(draft.said() if draft else {}))
    form.fit(facts)
    if request.method == "POST" and form.validate():
        try:
            _keep_site(facts, Region(chosen), form, draft)
            return redirect(_at(facts, "people"), code=303)
        except RegistrationError as error:
            show_fault(form, error, error.field)
    page = render_template(
        "register/site.html", facts=facts, form=form, region=REGION_WORDS[Region(chosen)]
    )
    return page, 422 if form.errors else 200


def _keep_site(facts: SectorFacts, region: Region, form: SiteForm, draft: Draft | None) -> None:
    with writing() as made:
        if draft is not None:
            applying.change_site(made, key=cookie[KEY], site=form.said(), now=now())
            return
        cookie[KEY] = applying.begin(
            made, sector=facts.sector, region=region, site=form.said(), now=now()
        )


@blueprint.route("/<sector>/people/", methods=["GET", "POST"])
@open_to_all(WHY)
def people(sector: str) -> ResponseReturnValue:
    """Who is to have an account, one after the other; the first one owns the mailbox."""
    facts, draft = _facts(sector), _find_draft(sector)
    if draft is None:
        return redirect(_at(facts), code=303)
    form = read_form(PersonForm)
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                applying.name_person(made, key=cookie[KEY], person=form.said(), now=now())
            return redirect(_at(facts, "people"), code=303)
        except RegistrationError as error:
            show_fault(form, error, error.field)
    policy = site_policy(get_policy(session(), on=london_day(now())), facts.sector)
    page = render_template(
        "register/people.html", facts=facts, form=form, draft=draft, policy=policy
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<sector>/people/remove")
@open_to_all(WHY)
def remove(sector: str) -> ResponseReturnValue:
    """Take somebody out again."""
    facts, draft = _facts(sector), _find_draft(sector)
    applicant_id = read_number(request.form.get("applicant_id"))
    if draft is not None and applicant_id is not None:
        with writing() as made:
            applying.take_out(made, key=cookie[KEY], applicant_id=applicant_id, now=now())
    return redirect(_at(facts, "people"), code=303)


@blueprint.route("/<sector>/check/", methods=["GET", "POST"])
@open_to_all(WHY)
def check(sector: str) -> ResponseReturnValue:
    """Everything that was said, and the button that has the code sent."""
    facts, draft = _facts(sector), _find_draft(sector)
    if draft is None:
        return redirect(_at(facts), code=303)
    wrong = None
    if request.method == "POST":
        try:
            with writing() as made:
                proving.send_code(made, key=cookie[KEY], pepper=code_key(settings()), now=now())
            return redirect(_at(facts, "code"), code=303)
        except RegistrationError as error:
            wrong = str(error)
    page = render_template(
        "register/check.html", facts=facts, draft=draft, wrong=wrong,
        region=REGION_WORDS[Region(draft.region)],
    )  # fmt: skip
    return page, 422 if wrong else 200


@blueprint.route("/<sector>/code/", methods=["GET", "POST"])
@open_to_all(WHY)
def code(sector: str) -> ResponseReturnValue:
    """The code from the email: the right one sends the application in."""
    facts, draft = _facts(sector), _find_draft(sector)
    if draft is None or draft.state is not State.CODE_SENT:
        return redirect(_at(facts, "check") if draft else _at(facts), code=303)
    form = read_form(CodeForm)
    if request.method == "POST" and form.validate():
        with writing() as made:
            entered = proving.enter_code(
                made, key=cookie[KEY], typed=form.code.data or "", pepper=code_key(settings()),
                now=now(),
            )  # fmt: skip
        if entered.answer in {proving.Answer.VERIFIED, proving.Answer.TAKEN}:
            return redirect(_at(facts, "done"), code=303)
        form.code.errors = [entered.words]
    page = render_template("register/code.html", facts=facts, form=form, draft=draft)
    return page, 422 if form.errors else 200


@blueprint.get("/<sector>/done/")
@open_to_all(WHY)
def done(sector: str) -> ResponseReturnValue:
    """What became of it, under its reference; this browser alone sees it."""
    facts = _facts(sector)
    draft = get_draft(session(), key=cookie.get(KEY), sector=facts.sector)
    if draft is None or draft.state in UNSENT:
        return redirect(_at(facts), code=303)
    return render_template("register/done.html", facts=facts, draft=draft)


@blueprint.post("/<sector>/withdraw")
@open_to_all(WHY)
def withdraw(sector: str) -> ResponseReturnValue:
    """Take it back."""
    facts = _facts(sector)
    draft = get_draft(session(), key=cookie.get(KEY), sector=facts.sector)
    if draft is not None and draft.state not in OVER:
        with writing() as made:
            applying.withdraw(made, key=cookie[KEY], now=now())
    return redirect(_at(facts, "done"), code=303)


def _facts(sector: str) -> SectorFacts:
    return SECTORS[Sector(sector)] if sector in set(Sector) else abort(404)


def _find_draft(sector: str) -> Draft | None:
    """The application of this browser's cookie that can still be changed."""
    draft = get_draft(session(), key=cookie.get(KEY), sector=Sector(sector))
    return draft if draft is not None and draft.state in UNSENT else None


def _at(facts: SectorFacts, page: str = "") -> str:
    return f"/register/{facts.sector}/{page}/" if page else f"/register/{facts.sector}/"
