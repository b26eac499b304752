"""`/healthz`: the process is up. `/readyz`: it can do its work. No detail for the public."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lamppost.delivery.reads import get_delivery_status
from lamppost.migrations import current_revision, head_revision
from lamppost.pulse.reads import get_heartbeat_age
from lamppost.web.context import db, now, session
from lamppost.web.guard import open_to_all

blueprint = Blueprint("health", __name__)
# Three missed beats of ten seconds.
OLDEST_HEARTBEAT = timedelta(seconds=30)
NEEDED = ("database", "migrations", "scheduler")


@blueprint.get("/healthz")
@open_to_all("load balancers ask it; it says nothing but that the process is up")
def process() -> Response:
    """The process answers; the database is not asked."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@open_to_all("load balancers ask it; it names what is not ready and no detail")
def ready() -> tuple[Response, int]:
    """Each check true or false; 503 when one of `NEEDED` is false.

    `outbox` says whether no mail has waited for over an hour. It does not decide: a mail server
    that is down must not take the status page down with it.
    """
    checks = {"database": False, "migrations": False, "scheduler": False, "outbox": False}
    try:
        session().execute(text("SELECT 1"))
        checks["database"] = True
        checks["migrations"] = current_revision(db.engine) == head_revision()
        age = get_heartbeat_age(session(), now=now()) if checks["migrations"] else None
        checks["scheduler"] = age is not None and age <= OLDEST_HEARTBEAT
        if checks["migrations"]:
            checks["outbox"] = not get_delivery_status(session(), now=now()).is_late
    except SQLAlchemyError:
        checks["database"] = False
    answer = jsonify(checks)
    answer.cache_control.no_store = True
    return answer, 200 if all(checks[name] for name in NEEDED) else 503
