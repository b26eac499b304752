"""Every mistake in bulletin files, found without a database; what `check` prints."""

from collections.abc import Iterable
from pathlib import Path

from lamppost.bulletins.body_checks import check_body
from lamppost.bulletins.building import build
from lamppost.bulletins.claims import Claims
from lamppost.bulletins.fact_calls import find_calls
from lamppost.bulletins.facts import check_facts
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.loading import unfrozen
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.render import RenderError
from lamppost.bulletins.scanning import list_files
from lamppost.bulletins.source import Source, SourceError, parse_source, read_bytes


def check_paths(paths: Iterable[Path]) -> list[Problem]:
    """The problems of these files and of every bulletin in these folders, as paths were given."""
    claims = Claims()
    problems: list[Problem] = []
    for path in paths:
        found = [file for _, file in list_files(path)] if path.is_dir() else [path]
        for file in found:
            problems += check_file(file, claims)
    return problems


def check_file(path: Path, claims: Claims) -> list[Problem]:
    """The problems of one file, held against what the files before it claim."""
    try:
        source = parse_source(read_bytes(path, str(path)), str(path))
    except SourceError as error:
        return list(error.problems)
    problems = claims.claim(source) + check_facts(source) + check_body(source)
    if source.front.status is Status.PUBLISHED:
        problems += unfrozen(source)
    return sorted({*problems, *_check_rendering(source)})


def _check_rendering(source: Source) -> list[Problem]:
    words = {call.key: "" for call in find_calls(source.body)[0]}
    try:
        build(source, words)
    except RenderError as error:
        return [Problem(source.file, source.body_line, str(error))]
    return []
