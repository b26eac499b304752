"""Every public output of a site, as a stranger gets it: what the hunt for leaks compares.

The addresses come from the application itself, so a new public view is covered from its first day;
one whose argument nobody knows here is told in `unknown`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from flask import Flask
from flask.testing import FlaskClient

from lamppost.snapshot.making import SnapshotMaker
from lamppost.web.api_v1.operation import Operation
from lamppost.web.public import Publicity
from service_rows import INCOMING, PORTAL

MARKER = "xyzzymarker"
HIDDEN = "INC-HIDDEN"
# Values of every argument of a public address, and of every query argument, by name.
VALUES: dict[str, tuple[str, ...]] = {
    "slug": (INCOMING, PORTAL, "2018-04-09", HIDDEN),
    "ref": ("INC1", HIDDEN),
    "kind": ("atom", "rss", "json", "topics", "audiences", "bcdr", "changes", "releases"),
    "name": ("atom", "rss", "json", "css/lamppost.css"),
    "value": ("bcdr", "la"),
    "topic": ("bcdr", MARKER),
    "audience": ("la",),
    "year": ("2018",),
    "month": ("04", "2018-04"),
    "day": ("2018-04-09",),
    "token": ("not-a-token",),
    "sector": ("pharmacy", "dental"),
    "ods_code": ("RX1", "NHSPHARMACY", HIDDEN),
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "page": ("2",),
    "older-than": ("INC1", HIDDEN),
    "q": (MARKER, "relay", HIDDEN),
    "kind": ("incident", "bulletin"),
    "limit": ("1", "200"),
    "cursor": (MARKER,),
    "probe": (INCOMING,),
    "from": ("2018-04-01T00:00:00Z", "2018-04-01"),
    "until": ("2018-04-30T00:00:00Z",),
    "outcome": ("ok",),
    "by": ("day",),
    "to": ("2018-04-30",),
    "days_back": ("30",),
    "state": ("open", "resolved"),
    "severity": ("1",),
    "component": (INCOMING, PORTAL),
    "since": ("2018-04-01T00:00:00Z",),
    "year": ("2018",),
    "topic": ("bcdr", MARKER),
    "audience": ("la",),
}
# What a view that keeps no answer reads; the API declares its own.
READ_BESIDE = {"/search": ("q", "kind", "year"), "/find-your-la/": ("q",)}
# What a process says of itself is not the same twice; it is only searched.
CHANGING = ("/metrics", "/readyz")
# A form's token and a page's nonce are made anew for every reader, and say nothing.
MADE_ANEW = re.compile(rb'(name="csrf_token"[^>]*value="|nonce="|csrf-token" content=")[^"]*"')
KEPT = ("ETag", "Last-Modified", "Content-Type", "Location", "Link")
Output = tuple[int, bytes, tuple[str | None, ...]]


@dataclass
class Public:
    """Every public output of a site at a moment."""

    app: Flask
    maker: SnapshotMaker
    folder: Path
    unknown: set[str] = field(default_factory=set)

    def read(self) -> dict[str, Output]:
        """By address what is answered, the files of the static copy included."""
        self.app.extensions["page_cache"].forget()
        client = self.app.test_client()
        found = {address: _ask(client, address) for address in sorted(set(self.addresses()))}
        self.maker.make(self.folder)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                found[f"copy:{path.relative_to(self.folder)}"] = (200, path.read_bytes(), ())
        return found

    def addresses(self) -> Iterator[str]:
        """Every address a stranger may ask for, with every value of its arguments."""
        for rule in self.app.url_map.iter_rules():
            view = self.app.view_functions[rule.endpoint]
            publicity: Publicity | None = getattr(view, "publicity", None)
            is_open = getattr(getattr(view, "access_rule", None), "why_open", None) is not None
            if "GET" not in (rule.methods or ()) or not (publicity or is_open):
                continue
            names = re.findall(r"<(?:[^<>]*:)?(\w+)>", rule.rule)
            self.unknown |= {f"{name} of {rule.rule}" for name in names if name not in VALUES}
            pattern = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
            for values in product(*(VALUES.get(name, ()) for name in names)):
                address = pattern.format(**dict(zip(names, values, strict=True)))
                yield address
                for argument in _arguments(view, rule.rule):
                    if argument not in ARGUMENTS:
                        self.unknown.add(f"?{argument} of {rule.rule}")
                    for value in ARGUMENTS.get(argument, ()):
                        yield f"{address}?{urlencode({argument: value})}"


def _arguments(view: Any, rule: str) -> list[str]:
    """The query arguments a view reads, as it declares them."""
    publicity: Publicity | None = getattr(view, "publicity", None)
    declared: Operation | None = getattr(view, "operation", None)
    found = set(READ_BESIDE.get(rule, ())) | set(publicity.arguments if publicity else ())
    if declared is not None:
        found |= {one.alias or name for name, one in declared.asked.model_fields.items()}
    return sorted(found)


def _ask(client: FlaskClient, address: str) -> Output:
    answer = client.get(address)
    body = MADE_ANEW.sub(rb'\1"', answer.data)
    return answer.status_code, body, tuple(answer.headers.get(name) for name in KEPT)


def is_changing(address: str) -> bool:
    """Whether an output is never the same twice, or was not there before."""
    return address.startswith(CHANGING)


def leaks(address: str, output: Output) -> bool:
    """Whether an output says the hidden word by itself: an answer may repeat what it was asked."""
    text = output[1].decode("utf-8", "replace").lower()
    asked = unquote(address).lower()
    return any(word.lower() in text and word.lower() not in asked for word in (MARKER, HIDDEN))
