"""`lamppost audit verify` and `lamppost audit show`."""

from collections.abc import Sequence
from dataclasses import asdict

import click
from sqlalchemy.orm import Session

from lamppost.cli.context import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    json_option,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only
from lamppost.keys import audit_signer
from lamppost.people.naming import find_person_id
from lamppost.wording import say_count, say_duration, say_moment
from lamppost.worker.sealing import heads_file
from postmaster.access.actors import operator
from postmaster.audit.chain import Head, public_hex
from postmaster.audit.heads import HeadsFileError, read_heads
from postmaster.audit.verifying import Verification
from postmaster.audit.verifying import verify as verify_chain
from postmaster.inspection.entries import EntryRow, Narrowing
from postmaster.inspection.reads import (
    DETAILS_SEARCHED,
    list_about_person,
    list_entries,
    list_naming,
)
from postmaster.inspection.visible import make_visible, say_change, say_personal

MOST_SHOWN = 500


@click.group()
def command() -> None:
    """What was done, by whom, to what."""


@command.command()
@click.option(
    "--former-key",
    "former_keys",
    multiple=True,
    metavar="HEX",
    help="A public key that signed before the secret was changed. May be given again.",
)
@json_option
def verify(*, former_keys: tuple[str, ...], as_json: bool) -> None:
    """Walk the whole chain; exit 1 names the first broken entry."""
    settings = settings_or_stop()
    keys = {public_hex(audit_signer(settings).public_key()), *map(str.lower, former_keys)}
    try:
        heads: Sequence[Head] = read_heads(heads_file(settings))
    except HeadsFileError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_FINDINGS) from None
    with ready_engine(settings) as engine, read_only(engine) as session:
        found = verify_chain(session, public_key=keys, heads=heads)
    if as_json:
        print_json({"is_whole": found.broken is None, **asdict(found)})
    else:
        _print(found, len(heads))
    if found.broken is not None:
        raise SystemExit(EXIT_FINDINGS)


def _print(found: Verification, heads: int) -> None:
    sealed = say_count(found.entries, "sealed entry", "sealed entries")
    kept = say_count(heads, "kept head")
    if found.broken is None:
        click.echo(f"The chain is whole: {sealed}, {kept} compared.")
    else:
        broken = found.broken
        entry = "" if broken.entry_id is None else f" (entry {broken.entry_id})"
        click.echo(f"The chain is broken at number {broken.sequence}{entry}: {broken.why}.")
        click.echo(f"Before it: {sealed}.")
    click.echo(_say_unsealed(found))


def _say_unsealed(found: Verification) -> str:
    if found.oldest_unsealed_at is None:
        return "No entry waits to be sealed."
    age = say_duration(SystemClock().now() - found.oldest_unsealed_at)
    waiting = say_count(found.unsealed, "entry waits", "entries wait")
    return f"{waiting} to be sealed, the oldest for {age}."


@command.command()
@click.argument("about", metavar="ADDRESS|KIND:KEY")
@json_option
def show(about: str, *, as_json: bool) -> None:
    """The newest 500 entries about an address, or about an object such as person:ID."""
    settings = settings_or_stop()
    with ready_engine(settings) as engine, read_only(engine) as session:
        said, entries = _find(session, about)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    click.echo(said, err=True)
    for entry in entries:
        click.echo(_say(entry))


def _find(session: Session, about: str) -> tuple[str, Sequence[EntryRow]]:
    """The entries, and a sentence saying how they were found."""
    reader = operator("audit show")
    kind, colon, key = about.partition(":")
    if "@" not in kind:
        if not colon or not key:
            click.echo("Name an address, or an object as kind:key, such as person:ID.", err=True)
            raise SystemExit(EXIT_USAGE)
        narrowing = Narrowing(kind=kind, key=key)
        entries = list_entries(session, reader=reader, narrowing=narrowing, limit=MOST_SHOWN)
        return f"{_count(entries)} about {make_visible(about)}.", entries
    person_id = find_person_id(session, address=about)
    if person_id is not None:
        entries = list_about_person(session, reader=reader, person_id=person_id, limit=MOST_SHOWN)
        return f"{_count(entries)} about or by person {person_id}.", entries
    entries = list_naming(session, reader=reader, words=about, limit=MOST_SHOWN)
    where = f"among the newest {DETAILS_SEARCHED:,} details that are not erased"
    return f"Nobody has this address. {_count(entries)} with it in their details, {where}.", entries


def _count(entries: Sequence[EntryRow]) -> str:
    newest = "The newest " if len(entries) == MOST_SHOWN else ""
    return newest + say_count(len(entries), "entry", "entries")


def _say(entry: EntryRow) -> str:
    where = f" at {entry.organisation}" if entry.organisation else ""
    place = "unsealed" if entry.sequence is None else f"number {entry.sequence}"
    changes = "".join(f"\n    {say_change(change)}" for change in entry.changes)
    personal = say_personal(entry)
    return (
        f"{entry.entry_id} ({place}) {say_moment(entry.recorded_at)}: {make_visible(entry.actor)}"
        f" {entry.action} {entry.kind}:{make_visible(entry.key)}{where}{changes}"
        + (f"\n    personal: {personal}" if personal else "")
    )
