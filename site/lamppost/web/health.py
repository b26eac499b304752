"""`/healthz`: the process is up. `/readyz`: it can do its work. No detail for the public."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lamppost.migrations import current_revision, head_revision
from lamppost.pulse.reads import get_heartbeat_age
from lamppost.web.context import db, now, session

blueprint = Blueprint("health", __name__)
# Three missed beats of ten seconds.
OLDEST_HEARTBEAT = timedelta(seconds=30)


@blueprint.get("/healthz")
def process() -> Response:
    """The process answers; the database is not asked."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Database, migrations and scheduler heartbeat, each true or false; 503 when one is false."""
    checks = {"database": False, "migrations": False, "scheduler": False}
    try:
        session().execute(text("SELECT 1"))
        checks["database"] = True
        checks["migrations"] = current_revision(db.engine) == head_revision()
        age = get_heartbeat_age(session(), now=now()) if checks["migrations"] else None
        checks["scheduler"] = age is not None and age <= OLDEST_HEARTBEAT
    except SQLAlchemyError:
        checks["database"] = False
    answer = jsonify(checks)
    answer.cache_control.no_store = True
    return answer, 200 if all(checks.values()) else 503
