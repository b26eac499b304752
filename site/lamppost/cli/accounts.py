"""`lamppost accounts …`: why an account stands where it does, files in and out."""

from dataclasses import asdict
from datetime import datetime

import click

from lamppost.cli.accounts_file import export, import_command
from lamppost.cli.context import EXIT_FINDINGS, json_option, print_json, settings_or_stop
from lamppost.cli.lifecycle import end_of, policy_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only
from postmaster.access.actors import operator
from postmaster.accounts.rules import fold_address
from postmaster.days import london_day
from postmaster.entitlements.explaining import Access, explain_access
from postmaster.lifecycle.explaining import Explanation, explain, find_account_id

READER = operator("accounts why")


@click.group()
def command() -> None:
    """The accounts of the mail service."""


command.add_command(import_command)
command.add_command(export)


@command.command()
@click.argument("address")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As of the end of this day in London."
)
@json_option
def why(*, address: str, day: datetime | None, as_json: bool) -> None:
    """Say why an account is due or not, and when, by the rule the batches run."""
    now = SystemClock().now() if day is None else end_of(day.date())
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        key = find_account_id(session, reader=READER, address_key=fold_address(address))
        policy = policy_or_stop(session, None, london_day(now))
        found = access = None
        if key is not None:
            found = explain(session, reader=READER, account_id=key, policy=policy, as_of=now)
            access = explain_access(
                session, reader=READER, account_id=key, at=now, now=SystemClock().now()
            )
    if found is None or access is None:
        click.echo(f"There is no account {address}.", err=True)
        raise SystemExit(EXIT_FINDINGS)
    if as_json:
        print_json(asdict(found) | {"may_use": [asdict(one) for one in access.sources]})
    else:
        _print(found, access)


def _print(found: Explanation, access: Access) -> None:
    click.echo(f"{found.address} (policy {found.policy_version})")
    for sentence in found.words:
        click.echo(f"  {sentence}")
    for source in access.sources:
        but = f", but {access.obstacle.lower()}" if access.obstacle else ""
        click.echo(f"  {source.words}, granted by {source.granted_by}{but}.")
