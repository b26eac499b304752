"""The first page of the panels: what waits for whom, the sum of every room's tasks."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from lamppost.bulletins import tasks as bulletins
from lamppost.delivery import reads as delivery
from lamppost.people import reads as people
from lamppost.status import tasks as status
from lamppost.web.context import now, session
from lamppost.web.guard import actor, signed_in_only
from postmaster.access.actors import Actor
from postmaster.access.tasks import Task
from postmaster.accounts import tasks as accounts
from postmaster.closures import tasks as closures
from postmaster.entitlements import feature_reads as features
from postmaster.eras import reads as eras
from postmaster.groups import waiting as groups
from postmaster.inspection import reads as inspection
from postmaster.lifecycle import batch_reads as lifecycle
from postmaster.lifecycle import lists as departures
from postmaster.lifecycle import pilot_reads as pilots
from postmaster.onboarding import reads as onboarding
from postmaster.organisations import reads as organisations
from postmaster.registrations import queue as registrations
from postmaster.spoofing import tasks as spoofing
from postmaster.uploads import reads as uploads

blueprint = Blueprint("start", __name__, url_prefix="/admin")
ListTasks = Callable[..., Sequence[Task]]
# Every room that has something to wait for; the page is their sum, in this order.
ROOMS: tuple[ListTasks, ...] = (
    people.list_tasks,
    delivery.list_tasks,
    status.list_tasks,
    bulletins.list_tasks,
    inspection.list_tasks,
    organisations.list_tasks,
    onboarding.list_tasks,
    closures.list_tasks,
    accounts.list_tasks,
    groups.list_tasks,
    features.list_tasks,
    lifecycle.list_tasks,
    pilots.list_tasks,
    eras.list_tasks,
    spoofing.list_tasks,
    departures.list_tasks,
    uploads.list_tasks,
    registrations.list_tasks,
)


@blueprint.get("/")
@signed_in_only
def show() -> str:
    """What waits for the one who is signed in."""
    return render_template("start/show.html", tasks=list_tasks(session(), actor(), now()))


def list_tasks(session: Session, reader: Actor, now: datetime) -> list[Task]:
    """The tasks of every room for one reader."""
    return [task for room in ROOMS for task in room(session, reader=reader, now=now)]
