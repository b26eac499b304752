"""`lamppost spoof judge`: the verdict on messages in files, one JSON object a line."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import click

from lamppost.cli.context import EXIT_USAGE
from lamppost.cli.mail_files import Mail, list_mail
from lamppost.cli.spoof_register import replay_command, report_command
from lamppost.clock import LONDON, SystemClock
from lamppost.nameservers import SystemResolver, ZoneFileError, read_zones
from postmaster.spoofing.judging import judge
from postmaster.spoofing.preset import get_preset
from postmaster.spoofing.resolving import Resolver
from postmaster.spoofing.values import Envelope, Network, SenderStanding

STDIN = "-"


class Moment(click.ParamType[datetime]):
    """An instant: `2018-04-09T08:00:00Z`, or without a zone as London's clocks show it."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The instant in UTC."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no instant; write 2018-04-09T08:00:00Z", param, ctx)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=LONDON)
        return moment.astimezone(UTC)


class Address(click.ParamType[str]):
    """An address of IPv4 or IPv6."""

    name = "ip"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The address as it is usually written."""
        try:
            return str(ip_address(str(value)))
        except ValueError:
            self.fail(f"{value} is no address; write 192.0.2.7 or 2001:db8::7", param, ctx)


class EverySender:
    """Who signs in is taken to be in good standing: there is no directory beside a file."""

    def standing(self, address: str) -> SenderStanding | None:
        """Active, granted and unlocked, whoever it is."""
        return SenderStanding("unknown", is_active=True, is_granted=True, is_locked=False)


@click.group()
def command() -> None:
    """Who wrote a message really, and what the policy does with it."""


command.add_command(replay_command)
command.add_command(report_command)


@command.command(name="judge")
@click.option("--at", type=Moment(), help="When it was received; now unless told.")
@click.option(
    "--network",
    type=click.Choice([one.value for one in Network]),
    default=Network.INTERNET.value,
    help="The network it came from; internet unless told.",
)
@click.option("--client-ip", type=Address(), help="The address it came from.")
@click.option("--helo", metavar="NAME", help="What the client called itself.")
@click.option("--mail-from", metavar="ADDR", help="The envelope's sender; <> for the null sender.")
@click.option("--rcpt", metavar="ADDR", multiple=True, help="A recipient; may be given again.")
@click.option("--auth-user", metavar="ADDR", help="The account that signed in to send it.")
@click.option(
    "--dns",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="ZONES.json",
    help="Answer every DNS question from this file.",
)
@click.option("--mbox", is_flag=True, help="Each file is an mbox of many messages.")
@click.option("--json", is_flag=True, expose_value=False, help="One object a line, as always.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def judge_command(
    *,
    at: datetime | None,
    network: str,
    client_ip: str | None,
    helo: str | None,
    mail_from: str | None,
    rcpt: tuple[str, ...],
    auth_user: str | None,
    dns: Path | None,
    mbox: bool,
    files: tuple[str, ...],
) -> None:
    """Print the verdict on each message: a file, a folder's files, or - for standard input."""
    envelope = Envelope(
        network=Network(network),
        received_at=at or SystemClock().now(),
        client_ip=client_ip,
        helo=helo,
        mail_from=mail_from.strip("<>") if mail_from is not None else None,
        recipients=rcpt,
        authenticated_as=auth_user,
    )
    resolver = resolver_or_stop(dns)
    for mail in read_all(files, is_mbox=mbox):
        click.echo(line_of(mail, envelope, resolver))


def resolver_or_stop(zones: Path | None) -> Resolver:
    """The real resolver, or that of a file; exit 2 where the file cannot be used."""
    if zones is None:
        return SystemResolver()
    try:
        return read_zones(zones)
    except ZoneFileError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None


def read_all(files: tuple[str, ...], *, is_mbox: bool) -> Iterator[Mail]:
    """The messages of every argument in order."""
    for name in files:
        if name == STDIN:
            yield from list_mail(name, sys.stdin.buffer.read(), is_mbox=is_mbox)
            continue
        path = Path(name)
        is_folder = path.is_dir()
        inside = sorted(one for one in path.rglob("*") if not one.is_dir()) if is_folder else [path]
        for one in inside:
            yield from list_mail(str(one), one, is_mbox=is_mbox)


def line_of(mail: Mail, envelope: Envelope, resolver: Resolver) -> str:
    """The verdict on one message as a line of JSON; a file that cannot be read is malformed."""
    verdict = judge(
        mail.content, envelope, policy=get_preset(), senders=EverySender(), resolver=resolver
    )
    document = verdict.as_json(mail.file)
    if mail.trouble:
        document["reasons"] = [{"code": "unreadable", "text": mail.trouble, "at": ""}]
    return json.dumps(document)
