"""`lamppost web`: the site by itself, on granian in WSGI mode."""

import os

import click

from lamppost.cli.context import settings_or_stop

# Enough for a burst of cold pages; cached ones never wait for a thread.
BLOCKING_THREADS = 4
GRACE_S = 3


@click.command()
@click.option("--workers", default=1, show_default=True, help="Processes; one per core.")
def command(workers: int) -> None:
    """Serve the site on LAMPPOST_HOST and LAMPPOST_PORT."""
    from granian.constants import Interfaces  # noqa: PLC0415 - a server only this verb needs
    from granian.server import Server  # noqa: PLC0415 - as above

    settings = settings_or_stop()
    # The server's processes read the same settings; a relative folder must mean the same there.
    os.environ["LAMPPOST_DATA"] = str(settings.data.resolve())
    Server(
        "lamppost.web.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        workers_kill_timeout=GRACE_S,
        log_access=False,
        websockets=False,
    ).serve()
