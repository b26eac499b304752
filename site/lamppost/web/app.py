"""Makes the Flask application: settings in, one WSGI callable out; starts and migrates nothing."""

import logging
from importlib import import_module

from flask import Flask
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader

from lamppost import paths
from lamppost.clock import Clock, SystemClock
from lamppost.database import configure, read_only
from lamppost.generation.reads import get_generations
from lamppost.keys import cookie_key
from lamppost.settings import Settings
from lamppost.web import (
    bodies,
    chrome,
    csrf,
    errors,
    guard,
    htmx,
    limits,
    panel_frame,
    previews,
    security,
)
from lamppost.web.compiled import COMPILED
from lamppost.web.context import CLOCK_KEY, SETTINGS_KEY, db
from lamppost.web.page import Generations
from lamppost.web.pagecache import PageCache
from lamppost.web.public import arguments_of

log = logging.getLogger(__name__)
# Blueprints by module; each holds a `blueprint`. None of them knows another.
ROOMS = (
    "account",
    "api_v1.bulletins",
    "api_v1.components",
    "api_v1.incidents",
    "api_v1.openapi",
    "api_v1.plans",
    "api_v1.uptime",
    "api_v2",
    "assets",
    "badges",
    "bulletins",
    "calendars",
    "find_your_la",
    "health",
    "home",
    "incidents",
    "invitations",
    "keep",
    "metrics",
    "n3",
    "n3_record",
    "own_factor",
    "pages",
    "panels.account_changes",
    "panels.account_reports",
    "panels.account_resets",
    "panels.accounts",
    "panels.audit",
    "panels.bulletins_acts",
    "panels.bulletins_desk",
    "panels.bulletins_edits",
    "panels.bulletins_review",
    "panels.conversions",
    "panels.changes",
    "panels.delivery",
    "panels.entitlements",
    "panels.entitlements_features",
    "panels.factor_resets",
    "panels.groups",
    "panels.groups_changing",
    "panels.groups_keeping",
    "panels.batch_changes",
    "panels.batches",
    "panels.closure_files",
    "panels.closure_lists",
    "panels.closure_plans",
    "panels.closures",
    "panels.container_moves",
    "panels.holds",
    "panels.hssi",
    "panels.hssi_changes",
    "panels.hssi_templates",
    "panels.known_issues",
    "panels.lifecycle",
    "panels.migrations",
    "panels.months",
    "panels.mailboxes",
    "panels.organisation_contacts",
    "panels.organisations",
    "panels.people",
    "panels.person_changes",
    "panels.pilots",
    "panels.policy",
    "panels.policy_changes",
    "panels.registrations",
    "panels.releases",
    "panels.resets",
    "panels.restoring",
    "panels.roles",
    "panels.rollouts",
    "panels.spoof_exceptions",
    "panels.spoof_pairs",
    "panels.spoof_stages",
    "panels.spoofing",
    "panels.start",
    "panels.successions",
    "panels.uploads",
    "panels.status_desk",
    "panels.windows",
    "plans",
    "pre_deletion_feed",
    "register",
    "reset_password",
    "search",
    "sign_in",
    "status",
    "status_days",
    "status_feeds",
    "status_history",
    "subscribe",
    "well_known",
)
BODY_LIMIT = 1024 * 1024


def create_app(settings: Settings, clock: Clock | None = None, *, is_limited: bool = True) -> Flask:
    """The site as a WSGI application, its page cache in front.

    `is_limited`: whether a source that asks too often is refused; a copy of the site asks it all.
    """
    app = Flask("lamppost", template_folder=str(paths.TEMPLATES), static_folder=None)
    app.config[SETTINGS_KEY] = settings
    app.config[CLOCK_KEY] = clock or SystemClock()
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.storage_url()
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["SECRET_KEY"] = cookie_key(settings)
    app.url_map.strict_slashes = True
    _prepare_templates(app)
    db.init_app(app)
    with app.app_context():
        configure(db.engine)
    # In this order: the gate of /admin/ answers before a missing token could.
    security.init_app(app, settings)
    for part in (bodies, errors, htmx, previews):
        part.init_app(app)
    limiter = limits.init_app(app, is_limited=is_limited)
    for part in (guard, csrf, panel_frame):
        part.init_app(app)
    chrome.init_app(app, settings)
    for room in ROOMS:
        app.register_blueprint(import_module(f"lamppost.web.{room}").blueprint)
    limits.limit_sign_in(limiter, import_module("lamppost.web.sign_in").blueprint)
    for room in ("register", "reset_password", "subscribe"):
        limits.limit_letters(limiter, import_module(f"lamppost.web.{room}").blueprint)
    _put_cache_in_front(app)
    return app


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.loader = ChoiceLoader(
        [FileSystemLoader(paths.TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]
    )
    # Flask escapes by a template's ending, and that of the NHS templates is not among them.
    app.jinja_env.autoescape = True
    # The NHS templates ask for parameters nobody gave; a test's logging twin catches our own typos.
    app.jinja_env.undefined = ChainableUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = COMPILED


def _put_cache_in_front(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    clock: Clock = app.config[CLOCK_KEY]

    def read() -> Generations:
        with read_only(engine) as session:
            return get_generations(session)

    def trouble(error: Exception) -> None:
        log.error("The page generations cannot be read: %s", error.__class__.__name__)

    cache = PageCache(
        app.wsgi_app,
        arguments_of=lambda path: arguments_of(app, path),
        read_generations=read,
        now=lambda: clock.now().timestamp(),
        on_trouble=trouble,
    )
    app.extensions["page_cache"] = cache
    app.wsgi_app = cache  # type: ignore[method-assign]  # Flask's own way of wrapping
