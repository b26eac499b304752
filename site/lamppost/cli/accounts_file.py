"""`lamppost accounts import` and `export`: a file checked, its plan applied; accounts as lines."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.cli.context import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    json_option,
    print_json,
    settings_or_stop,
)
from lamppost.cli.progress import show_progress
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.worker.uploads import apply_upload
from postmaster.access.actors import operator
from postmaster.accounts.exporting import stream_accounts
from postmaster.accounts.rules import Status
from postmaster.organisations.rules import fold_code
from postmaster.uploads.applying import ChunkResult, begin_apply
from postmaster.uploads.reading import ReadFile, read_file
from postmaster.uploads.reads import count_actions, find_plan, list_results, select_rows
from postmaster.uploads.rules import RowAction, RowState, UploadError, UploadStatus
from postmaster.uploads.staging import stage_upload
from postmaster.uploads.tables import Upload, UploadRow

BY = operator("accounts import")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="import")
@click.argument("file", type=_FILE)
@click.option("--validate", "is_checking", is_flag=True, help="Check it and print its plan.")
@click.option("--apply", "plan", metavar="PLAN", help="Apply this plan of this very file.")
@click.option("--org", "organisation", help="The ODS code for rows that name none.")
@json_option
def import_command(
    *, file: Path, is_checking: bool, plan: str | None, organisation: str | None, as_json: bool
) -> None:
    """Bring accounts of a CSV or XLSX file in: first --validate, then --apply PLAN.

    Exit 1 when rows have faults or could not be done.
    """
    if is_checking == (plan is not None):
        raise click.UsageError("Give --validate, or --apply with the plan it printed.")
    with ready_engine(settings_or_stop()) as engine:
        try:
            code = None if organisation is None else fold_code(organisation)
            read = read_file(file.read_bytes(), name=file.name, organisation=code)
            if plan is None:
                _validate(engine, read, as_json=as_json)
            else:
                _apply(engine, read, plan, as_json=as_json)
        except UploadError as error:
            click.echo(f"{file}: {error}", err=True)
            raise SystemExit(EXIT_USAGE) from None


@click.command()
@click.option("--org", "organisation", help="Only this organisation, by its ODS code.")
@click.option("--status", type=click.Choice([one.value for one in Status]), help="Only these.")
def export(*, organisation: str | None, status: str | None) -> None:
    """Print every account as JSON Lines, one account a line."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        for document in stream_accounts(
            session,
            reader=operator("accounts export"),
            now=SystemClock().now(),
            organisation=None if organisation is None else fold_code(organisation),
            status=None if status is None else Status(status),
        ):
            sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def _validate(engine: Engine, read: ReadFile, *, as_json: bool) -> None:
    now = SystemClock().now()
    with unit_of_work(engine) as session:
        upload_id = stage_upload(session, file=read, by=BY, now=now)
        upload = session.get_one(Upload, upload_id)
        counts = count_actions(session, upload_id=upload_id)
        wanting = (RowAction.ERROR, RowAction.JOIN)
        faults = _list_rows(session, upload_id, wanting)
        document = {
            "upload": upload_id,
            "plan": upload.plan_hash,
            "rows": upload.row_count,
            "counts": {one.value: counts.get(one, 0) for one in RowAction},
            "findings": faults,
        }
    if as_json:
        print_json(document)
    else:
        _print_plan(document, read.name)
    if faults:
        raise SystemExit(EXIT_FINDINGS)


def _list_rows(
    session: Session, upload_id: int, actions: Sequence[RowAction]
) -> list[dict[str, object]]:
    rows = select_rows(upload_id=upload_id).where(UploadRow.action.in_(actions))
    return [
        {"line": row.line, "action": row.action, "message": row.message}
        for row in session.execute(rows.order_by(UploadRow.line))
    ]


def _print_plan(document: dict[str, object], name: str) -> None:
    counts, findings = document["counts"], document["findings"]
    assert isinstance(counts, dict)  # nosec B101 # noqa: S101 - made just above
    assert isinstance(findings, list)  # nosec B101 # noqa: S101 - made just above
    click.echo(", ".join(f"{count:,} {action}" for action, count in counts.items()))
    for one in findings:
        click.echo(f"{name}:{one['line']}: {one['message']}")
    click.echo(f"Plan {document['plan']}. Nothing is changed yet; apply it with --apply.")


def _apply(engine: Engine, read: ReadFile, plan: str, *, as_json: bool) -> None:
    clock = SystemClock()
    with unit_of_work(engine) as session:
        upload = find_plan(session, plan_hash=plan, file_hash=read.file_hash)
        if upload is None:
            raise UploadError("No such plan of this file. Check the file with --validate first.")
        upload_id, planned = upload.upload_id, upload.planned_count
        if upload.status != UploadStatus.APPLYING:
            begin_apply(session, upload_id=upload_id, plan_hash=plan, by=BY, now=clock.now())
    with show_progress(planned, "Accounts") as tell:

        def on_chunk(result: ChunkResult) -> None:
            tell(result.done + result.refused)

        apply_upload(engine, upload_id, by=BY, clock=clock, on_chunk=on_chunk)
    _tell(engine, upload_id, as_json=as_json)


def _tell(engine: Engine, upload_id: int, *, as_json: bool) -> None:
    with read_only(engine) as session:
        upload = session.get_one(Upload, upload_id)
        done, refused = upload.done_count, upload.refused_count
        states = select_rows(upload_id=upload_id).where(UploadRow.state == RowState.REFUSED)
        lines = {row.line for row in session.execute(states)}
        results = list_results(session, upload_id=upload_id)
        said = [{"line": line, "message": words} for line, _, words in results if line in lines]
    if as_json:
        print_json({"upload": upload_id, "done": done, "refused": refused, "findings": said})
    else:
        click.echo(f"{done:,} done, {refused:,} not done.")
        for one in said:
            click.echo(f"{one['line']}: {one['message']}")
    if refused:
        raise SystemExit(EXIT_FINDINGS)
