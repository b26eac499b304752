"""`lamppost bulletins list`, `check`, `new`, `publish`, `approve` and `import-text`."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from lamppost.bulletins.approving import Waiting, approve_all, get_waiting
from lamppost.bulletins.checking import check_paths
from lamppost.bulletins.drafting import Draft, write_draft
from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.front_matter_yaml import FrontMatterError
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.publishing import publish as publish_file_at
from lamppost.bulletins.rules import say_title
from lamppost.bulletins.scanning import list_files
from lamppost.bulletins.source import SourceError, parse_source, read_bytes
from lamppost.bulletins.text_import import import_text
from lamppost.bulletins.writing import ChangedMeanwhileError
from lamppost.cli.context import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    json_option,
    open_engine,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import is_ready, ready_engine
from lamppost.clock import SystemClock, london_date
from lamppost.wording import say_count
from postmaster.access.actors import operator

_PATH = click.Path(exists=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])
_date_option = click.option(
    "--date", "on", type=_DAY, help="The bulletin's day; today unless told."
)
_audience_option = click.option(
    "--audience", type=click.Choice([one.value for one in Audience]), default="la"
)


@click.group()
def command() -> None:
    """The bulletins, which are files in the content folder."""


@command.command(name="list")
@json_option
def list_command(*, as_json: bool) -> None:
    """Every bulletin file, whatever its status, newest first."""
    rows = [_describe(source, path) for source, path in list_files(_folder())]
    rows.sort(key=lambda row: str(row["file"]), reverse=True)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['file']}  {row['status']:<9}  {row['title']}")


def _folder() -> Path:
    folder = settings_or_stop().content_dir
    if not folder.is_dir():
        click.echo(f"{folder} is not there; set LAMPPOST_CONTENT_DIR to the bulletins.", err=True)
        raise SystemExit(EXIT_USAGE)
    return folder


def _describe(source: str, path: Path) -> dict[str, object]:
    try:
        found = parse_source(read_bytes(path, source), source)
    except SourceError as error:
        words = error.problems[0].message
        return {"file": source, "slug": None, "status": "broken", "title": words}
    front = found.front
    return {
        "file": source,
        "slug": found.name.slug,
        "status": front.status.value,
        "title": say_title(front.title, front.audience, front.date),
        "date": front.date,
        "audience": front.audience.value,
        "topics": front.topics,
        "publish_at": front.publish_at,
        "published_at": front.published_at,
    }


@command.command()
@click.argument("paths", nargs=-1, type=_PATH)
@json_option
def check(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Name every mistake as file:line: message; exit 1 when there is one."""
    problems = check_paths(paths or (_folder(),))
    if as_json:
        print_json([asdict(problem) for problem in problems])
    elif problems:
        _print(problems)
    else:
        click.echo("No mistakes found.", err=True)
    if problems:
        raise SystemExit(EXIT_FINDINGS)


def _print(problems: list[Problem] | tuple[Problem, ...]) -> None:
    for problem in problems:
        click.echo(str(problem))


@command.command()
@_date_option
@_audience_option
@click.option("--title", help="Its title; the audience's usual one unless told.")
def new(on: datetime | None, audience: str, title: str | None) -> None:
    """Write a draft with a fresh id and print where it is."""
    settings = settings_or_stop()
    draft = Draft(_day(on), settings.tag_authority, Audience(audience), title)
    click.echo(str(write_draft(settings.content_dir, draft)))


def _day(on: datetime | None) -> date:
    return on.date() if on else london_date(SystemClock().now())


@command.command()
@click.argument("path", type=_FILE)
def publish(path: Path) -> None:
    """Publish a file: write its moment and what its facts say; one published stays as it is.

    Where files are reviewed, whoever publishes one approves it.
    """
    settings = settings_or_stop()
    engine, by = open_engine(settings), operator("bulletins publish")
    is_kept = is_ready(engine)
    if settings.is_production and not is_kept:
        click.echo("The database is not ready; run: lamppost db upgrade", err=True)
        raise SystemExit(EXIT_USAGE)
    try:
        moment = publish_file_at(
            engine,
            path,
            SystemClock().now(),
            file=_name_of(path, settings.content_dir),
            by=by if is_kept else None,
        )
    except SourceError as error:
        _print(error.problems)
        raise SystemExit(EXIT_FINDINGS) from None
    except FrontMatterError as error:
        click.echo(f"{path}: {error}")
        raise SystemExit(EXIT_FINDINGS) from None
    click.echo(f"{path} is published, {moment.isoformat()}.")


def _name_of(path: Path, folder: Path) -> str:
    """What the site calls a file: its path below the content folder, or its name elsewhere."""
    whole, base = path.resolve(), folder.resolve()
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else path.name


@command.command()
@click.option("--digest", help="Approve what was listed under this digest.")
@json_option
def approve(digest: str | None, *, as_json: bool) -> None:
    """List the files that wait for review, with a digest; approve them when it is given.

    Files are reviewed in production. Exit 1 when something waits, or is not what was listed.
    """
    settings = settings_or_stop()
    with ready_engine(settings) as engine:
        if digest is None:
            _list_waiting(get_waiting(engine), as_json=as_json)
            return
        try:
            now, by = SystemClock().now(), operator("bulletins approve")
            count = approve_all(engine, settings.content_dir, digest, by=by, now=now)
        except (ChangedMeanwhileError, SourceError) as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_FINDINGS) from None
    click.echo(f"{say_count(count, 'file')} approved; the worker shows what is published.")


def _list_waiting(waiting: Waiting, *, as_json: bool) -> None:
    if as_json:
        files = [{"file": source, "sha256": sha256} for source, sha256 in waiting.files]
        print_json({"digest": waiting.digest, "files": files})
    else:
        for source, sha256 in waiting.files:
            click.echo(f"{sha256}  {source}")
        if waiting.files:
            count = say_count(len(waiting.files), "file")
            click.echo(f"{count}: approve with --digest {waiting.digest}", err=True)
    if waiting.files:
        raise SystemExit(EXIT_FINDINGS)


@command.command(name="import-text")
@click.argument("file", type=_FILE)
@_date_option
@_audience_option
def import_text_command(file: Path, on: datetime | None, audience: str) -> None:
    """Turn a plain text bulletin into a Markdown draft and print where it is."""
    settings = settings_or_stop()
    try:
        found = import_text(read_bytes(file, str(file)).decode("utf-8-sig"))
    except UnicodeDecodeError:
        click.echo(f"{file} is not UTF-8 text; save it as UTF-8 and try again.", err=True)
        raise SystemExit(EXIT_USAGE) from None
    except SourceError as error:
        _print(error.problems)
        raise SystemExit(EXIT_USAGE) from None
    if not found.markdown:
        click.echo(f"{file} holds no text.", err=True)
        raise SystemExit(EXIT_FINDINGS)
    day = on.date() if on else found.on or _day(None)
    draft = Draft(day, settings.tag_authority, Audience(audience), found.title, found.markdown)
    click.echo(str(write_draft(settings.content_dir, draft)))
