"""The worker's two jobs with mail: carry what is owed, read what came back."""

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.delivery.bounces import bounce_folder, read_bounces
from lamppost.delivery.carrying import deliver_due, route_of
from lamppost.settings import Settings
from lamppost.worker.schedule import Job

DELIVERY_S = 5
BOUNCES_S = 60


def list_mail_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Delivery, where a mail server is set; bounces, whenever there is a folder of them.

    Raises:
        lamppost.delivery.mail_server.MailServerUrlError: LAMPPOST_SMTP_URL is none.
    """
    jobs = [Job("read bounces", BOUNCES_S, lambda: _read_bounces(engine, settings, clock))]
    route = route_of(settings)
    if route is not None:

        def deliver() -> None:
            deliver_due(engine, route, clock)

        jobs.append(Job("deliver mail", DELIVERY_S, deliver, is_recorded=False))
    return jobs


def _read_bounces(engine: Engine, settings: Settings, clock: Clock) -> None:
    folder = bounce_folder(settings)
    if folder is not None:
        read_bounces(engine, folder, clock)
