"""Bring a source, a file or a URL, unless it is what was brought last time.

What it looked like is remembered only when the caller says so, after it was understood: a source
that was refused is brought and refused again, so its fault stays in sight.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

from pydantic import Field

from probes.connection import Watchdog
from probes.faults import ProberUnfitError, TargetFailedError
from probes.outward import Reach
from probes.reading import Journal
from probes.service import TargetOptions
from probes.web_session import answer, read_body

OK = 200
NOT_MODIFIED = 304
LONGEST_PLACE = 200


class SourceOptions(TargetOptions):
    """Where a source is: a path, a file: URL or an http(s): URL; and how big it may be."""

    source: str = Field(min_length=1)
    ca_file: str | None = None
    reach: Reach = Reach.ANY
    max_bytes: int = Field(default=50_000_000, ge=1, le=500_000_000)

    @property
    def place(self) -> str:
        """The source as it may be shown: no user name, no password, no query."""
        parts = urlsplit(self.source)
        if parts.scheme not in ("http", "https"):
            return self.source[-LONGEST_PLACE:]
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))[:LONGEST_PLACE]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was brought; `body` is None when it is what was brought last time."""

    source: str
    body: bytes | None
    marks: Mapping[str, str]

    def remember(self, journal: Journal) -> None:
        """Take this as understood: the same again is nothing new."""
        journal.set_state(_key(self.source), json.dumps(dict(self.marks), sort_keys=True))


def fetch(options: SourceOptions, journal: Journal, watchdog: Watchdog) -> Fetched:
    """The source as it stands, or word that it has not changed.

    Raises:
        ProbeFaultError: it cannot be had; the sentence says why.
    """
    known = _known(journal, options.source)
    scheme = urlsplit(options.source).scheme
    if scheme in ("http", "https"):
        fetched = _from_web(options, known, watchdog)
    elif scheme == "file":
        fetched = _from_file(options, known, Path(url2pathname(urlsplit(options.source).path)))
    else:
        fetched = _from_file(options, known, Path(options.source))
    if fetched.body is None:
        return fetched
    digest = hashlib.sha256(fetched.body).hexdigest()
    marked = replace(fetched, marks={**fetched.marks, "sha256": digest})
    return replace(marked, body=None) if known.get("sha256") == digest else marked


def _key(source: str) -> str:
    return f"fetched {hashlib.sha256(source.encode()).hexdigest()[:16]}"


def _known(journal: Journal, source: str) -> dict[str, str]:
    try:
        known = json.loads(journal.get_state(_key(source)) or "{}")
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _from_web(options: SourceOptions, known: Mapping[str, str], watchdog: Watchdog) -> Fetched:
    asked = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
    headers = {header: known[mark] for mark, header in asked.items() if mark in known}
    with answer(
        options.source, watchdog, headers=headers, ca_file=options.ca_file, reach=options.reach
    ) as response:
        if response.status_code == NOT_MODIFIED and headers:
            return Fetched(options.source, None, known)
        if response.status_code != OK:
            raise TargetFailedError(
                "status",
                f"{options.place} answered {response.status_code} {response.reason}.",
                code=response.status_code,
            )
        body, is_whole = read_body(response, options.max_bytes)
        if not is_whole:
            raise _too_big(options)
        told = {
            "etag": response.headers.get("ETag"),
            "modified": response.headers.get("Last-Modified"),
        }
    return Fetched(options.source, body, {mark: value for mark, value in told.items() if value})


def _from_file(options: SourceOptions, known: Mapping[str, str], path: Path) -> Fetched:
    try:
        before = _looks(path)
        if known.get("file") == before:
            return Fetched(options.source, None, known)
        with path.open("rb") as file:
            body = file.read(options.max_bytes + 1)
        after = _looks(path)
    except PermissionError as error:
        raise ProberUnfitError("permission", f"The prober may not read {path}.") from error
    except OSError as error:
        raise TargetFailedError(
            "missing", f"The file {path} cannot be read: {error.strerror}."
        ) from error
    if len(body) > options.max_bytes:
        raise _too_big(options)
    if before != after:
        raise ProberUnfitError(
            "changing", f"The file {path} changed while it was read; the next look reads it again."
        )
    return Fetched(options.source, body, {"file": after})


def _looks(path: Path) -> str:
    held = path.stat()
    return f"{held.st_mtime_ns} {held.st_ctime_ns} {held.st_size} {held.st_ino}"


def _too_big(options: SourceOptions) -> TargetFailedError:
    return TargetFailedError(
        "too-big", f"{options.place} is bigger than the {options.max_bytes:,} bytes allowed."
    )
