"""`lamppost milter`: the spoof policy enforced beside a mail server, in a process of its own."""

import os
import socket
import sys
from pathlib import Path

import click

from lamppost import logs
from lamppost.cli.context import EXIT_USAGE, open_engine, settings_or_stop
from lamppost.clock import SystemClock
from lamppost.nameservers import SystemResolver, ZoneFileError, read_zones
from lamppost.settings import Settings
from postmaster.spoofing.resolving import Resolver


class FileMode(click.ParamType[int]):
    """The rights on a socket, in octal: `660`."""

    name = "mode"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The rights as a number."""
        text = str(value)
        if text not in {"600", "660", "666"}:
            self.fail(f"{text} is none of 600, 660, 666", param, ctx)
        return int(text, 8)


@click.command()
@click.option(
    "--socket",
    "sockets",
    multiple=True,
    metavar="ADDRESS",
    help="unix:/path or inet:host:port; may be given again (LAMPPOST_MILTER_SOCKETS).",
)
@click.option("--socket-mode", type=FileMode(), default="660", help="Rights on a unix socket.")
@click.option(
    "--dns",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="ZONES.json",
    help="Answer every DNS question from this file; for trials.",
)
def command(*, sockets: tuple[str, ...], socket_mode: int, dns: Path | None) -> None:
    """Judge mail for a mail server that speaks the milter protocol, and tell it what to do."""
    settings = settings_or_stop()
    logs.set_up(settings.secret_values())
    _serve(settings, sockets, socket_mode, _resolver_or_stop(dns))
    sys.stderr.flush()
    # A judge may still wait for the DNS; nothing it could do now would be answered.
    os._exit(0)


def _serve(
    settings: Settings, sockets: tuple[str, ...], socket_mode: int, resolver: Resolver
) -> None:
    # Judging loads what verifies signatures; no other command should wait for it.
    from lamppost.worker.milter.judging import Choices, Failure, MessageJudge  # noqa: PLC0415 - only here
    from lamppost.worker.milter.knowing import Knowledge  # noqa: PLC0415 - only here
    from lamppost.worker.milter.running import (  # noqa: PLC0415 - only here
        AddressError,
        policy_file,
        read_address,
        serve,
    )
    from lamppost.worker.milter.spool import spool_of  # noqa: PLC0415 - only here
    from postmaster.spoofing.judging import judge  # noqa: PLC0415 - only here

    usual = (f"unix:{(settings.data / 'milter' / 'milter.sock').resolve()}",)
    try:
        addresses = [read_address(one) for one in sockets or settings.milter_sockets or usual]
    except AddressError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None
    authserv_id, clock = settings.authserv_id or socket.getfqdn().lower(), SystemClock()
    knowledge = Knowledge(
        open_engine(settings), policy_file(settings), authserv_id=authserv_id, clock=clock
    )
    knowledge.refresh()
    spool = spool_of(settings)
    spool.prepare()
    message_judge = MessageJudge(
        judge=judge,
        resolver=resolver,
        knowledge=knowledge,
        spool=spool,
        choices=Choices(authserv_id, settings.hscn_networks, Failure(settings.milter_failure)),
        clock=clock,
    )
    serve(message_judge, knowledge, addresses, socket_mode=socket_mode)


def _resolver_or_stop(zones: Path | None) -> Resolver:
    if zones is None:
        return SystemResolver()
    try:
        return read_zones(zones)
    except ZoneFileError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None
