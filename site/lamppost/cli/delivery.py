"""`lamppost delivery status` and `lamppost delivery retry`."""

from collections.abc import Sequence

import click
from sqlalchemy import Engine

from lamppost.cli.context import (
    EXIT_FINDINGS,
    json_option,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.delivery.actions import retry as retry_messages
from lamppost.delivery.reads import DeliveryStatus, get_delivery_status
from lamppost.wording import say_moment
from postmaster.access.actors import operator
from postmaster.outbox.reads import Message, get_message, list_retriable
from postmaster.outbox.rules import MessageState


@click.group()
def command() -> None:
    """Mail that is owed, accepted, bounced, failed."""


@command.command()
@json_option
def status(*, as_json: bool) -> None:
    """Count messages by state; exit 1 when one failed or is owed for over an hour."""
    settings = settings_or_stop()
    with ready_engine(settings) as engine, read_only(engine) as session:
        found = get_delivery_status(session, now=SystemClock().now())
    has_server = settings.smtp_url is not None
    if as_json:
        print_json(
            {
                "counts": found.counts,
                "oldest_owed_at": found.oldest_owed_at,
                "has_mail_server": has_server,
                "is_well": found.is_well,
            }
        )
    else:
        _print_status(found, has_server=has_server)
    if not found.is_well:
        raise SystemExit(EXIT_FINDINGS)


@command.command()
@click.argument("message_ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all-failed", is_flag=True, help="Every failed message that has its text.")
@click.option("--yes", "is_sure", is_flag=True, help="Do it; otherwise only say what it would do.")
def retry(message_ids: tuple[int, ...], *, all_failed: bool, is_sure: bool) -> None:
    """Owe failed or bounced messages afresh; exit 1 when one of them cannot be."""
    if bool(message_ids) == all_failed:
        raise click.UsageError("Name messages by their ids, or say --all-failed.")
    with ready_engine(settings_or_stop()) as engine:
        wanted, missing = _find(engine, message_ids)
        for message in wanted:
            click.echo(f"{message.message_id}  {message.state}  {message.cause}")
        for words in missing:
            click.echo(words, err=True)
        if is_sure:
            done = _retry(engine, [message.message_id for message in wanted])
            click.echo(f"{len(done)} owed afresh.")
        else:
            click.echo(f"{len(wanted)} would be owed afresh; add --yes to do it.")
    if missing:
        raise SystemExit(EXIT_FINDINGS)


def _print_status(found: DeliveryStatus, *, has_server: bool) -> None:
    for state, count in found.counts.items():
        click.echo(f"{state:9} {count}")
    if found.oldest_owed_at is not None:
        late = " (over an hour)" if found.is_late else ""
        click.echo(f"The oldest is owed since {say_moment(found.oldest_owed_at)}{late}.")
    if not has_server:
        click.echo("LAMPPOST_SMTP_URL is not set: no mail leaves.", err=True)


def _find(engine: Engine, message_ids: Sequence[int]) -> tuple[list[Message], list[str]]:
    """The messages that can be tried again, and a sentence for each that cannot."""
    wanted, missing = [], []
    with read_only(engine) as session:
        ids = message_ids or list_retriable(session, state=MessageState.FAILED)
        for message_id in dict.fromkeys(ids):
            message = get_message(session, message_id=message_id)
            if message is not None and message.can_be_retried:
                wanted.append(message)
            else:
                missing.append(f"{message_id}: {_why_not(message)}")
    return wanted, missing


def _why_not(message: Message | None) -> str:
    if message is None:
        return "there is no such message."
    if message.state in (MessageState.FAILED, MessageState.BOUNCED):
        return "its secret text is gone; do again what it was about."
    return f"it is {message.state}, neither failed nor bounced."


def _retry(engine: Engine, message_ids: Sequence[int]) -> Sequence[int]:
    with unit_of_work(engine) as session:
        return retry_messages(
            session,
            message_ids=message_ids,
            by=operator("delivery retry"),
            now=SystemClock().now(),
        )
