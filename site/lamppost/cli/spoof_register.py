"""`lamppost spoof replay` and `spoof report`: what a stage would have met, and who spoofs."""

from datetime import datetime

import click
from sqlalchemy.orm import Session

from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only
from lamppost.wording import say_count
from postmaster.access.actors import operator
from postmaster.organisations.rules import fold_code
from postmaster.organisations.tables import Organisation
from postmaster.spoofing.register import KEY, PairRow, list_pairs, select_pairs
from postmaster.spoofing.rehearsal import LONGEST_DAYS, Rehearsal, rehearse
from postmaster.spoofing.steps import SORT_WORDS
from postmaster.spoofing.values import Network, SpoofKind, Stage

MOST = 200


@click.command(name="replay")
@click.option(
    "--stage",
    type=click.Choice([one.value for one in Stage if one is not Stage.OFF]),
    required=True,
    help="The stage to rehearse.",
)
@click.option(
    "--days", type=click.IntRange(1, LONGEST_DAYS), required=True, help="How many days back."
)
@click.option("--kind", type=click.Choice([one.value for one in SpoofKind]), help="One kind alone.")
@json_option
def replay_command(*, stage: str, days: int, kind: str | None, as_json: bool) -> None:
    """Count what a stage would have done with the mail of the last days, by network and kind."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        found = [
            rehearse(
                session,
                reader=operator("spoof replay"),
                network=network,
                stage=Stage(stage),
                kind=SpoofKind(kind) if kind else None,
                days=days,
                now=SystemClock().now(),
            )
            for network in Network
        ]
    if as_json:
        print_json({"stage": stage, "days": days, "networks": [one.as_json() for one in found]})
        return
    for one in found:
        _print_rehearsal(one)


@click.command(name="report")
@click.option("--org", metavar="ODS", help="Of one organisation alone.")
@json_option
def report_command(*, org: str | None, as_json: bool) -> None:
    """Print who spoofs, the last seen first, with figures of the service or one organisation."""
    now = SystemClock().now()
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        code = _code_or_stop(session, org)
        rows = _list(session, code, now)
    if as_json:
        print_json({"organisation": code, "senders": [_document(row) for row in rows]})
        return
    where = code or "the service"
    click.echo(f"{say_count(len(rows), 'sender')} that wrote to {where}, the last seen first")
    for row in rows:
        click.echo(
            f"{row.claimed:<40} {row.infrastructure:<32} {SORT_WORDS[row.sort]:<14} "
            f"{row.messages:>8,}  {' '.join(map(str, row.weeks))}"
        )


def _list(session: Session, organisation: str | None, now: datetime) -> list[PairRow]:
    reader = operator("spoof report")
    statement = select_pairs(reader=reader, organisation=organisation)
    newest = statement.order_by(*(one.desc() for one in KEY)).limit(MOST)
    ids = [pair_id for _, pair_id in session.execute(newest)]
    return list(
        list_pairs(session, reader=reader, pair_ids=ids, now=now, organisation=organisation)
    )


def _code_or_stop(session: Session, given: str | None) -> str | None:
    if given is None:
        return None
    code = fold_code(given)
    if session.get(Organisation, code) is None:
        click.echo(f"There is no organisation {code}. Check the code.", err=True)
        raise SystemExit(EXIT_USAGE)
    return code


def _document(row: PairRow) -> dict[str, object]:
    return {
        "claimed": row.claimed,
        "sent_by": row.infrastructure,
        "kind": row.kind.value,
        "network": row.network.value,
        "class": row.sort.value,
        "evidence": row.evidence,
        "first_seen": row.first_seen_at,
        "last_seen": row.last_seen_at,
        "messages": row.messages,
        "organisations": row.organisations,
        "weeks": list(row.weeks),
    }


def _print_rehearsal(found: Rehearsal) -> None:
    click.echo(
        f"{found.network}, {found.from_on.isoformat()} to {found.to_on.isoformat()}: "
        f"{say_count(found.messages, 'message')}, {found.known_permille / 10:.1f} % of them from "
        "known senders"
    )
    for one in found.counts:
        click.echo(
            f"  {one.kind:<14} {one.messages:>9,} messages  {one.senders:>6,} senders  "
            f"{one.organisations:>6,} organisations  {one.known_senders:>6,} known senders"
        )
    for sender in found.known:
        click.echo(
            f"  known: {sender.claimed} by {sender.infrastructure}: {sender.messages:,} messages"
        )
