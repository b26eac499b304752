"""Somebody of communications at the bulletins panel, over a folder of files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from bulletin_files import write_bulletin
from checking import CheckingClient, check_page
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.reads import get_bulletin
from lamppost.bulletins.records import BulletinDetail
from lamppost.bulletins.source import Source, parse_source
from lamppost.clock import FixedClock
from lamppost.database import read_only
from lamppost.settings import Settings
from postmaster.access.roles import Role
from postmaster.audit.tables import AuditEntry
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/bulletins/"
FILE = "2018-04-09.md"
DRAFT: Mapping[str, Any] = {"status": "draft", "published_at": None}


@dataclass
class BulletinDesk:
    """Short words for what tests of the panel do."""

    app: Flask
    engine: Engine
    settings: Settings
    clock: FixedClock

    def person(self, email: str = "cora@example.nhs.uk") -> FlaskClient:
        """Somebody of communications, signed in."""
        client, now = self.app.test_client(), self.clock.now()
        put = put_person(self.engine, now=now, email=email, role=Role.COMMUNICATIONS)
        sign_in(client, self.engine, person_id=put, now=now)
        return client

    def put(
        self,
        stem: str = "2018-04-09",
        body: str = "Words.\n",
        *,
        is_loaded: bool = True,
        **keys: Any,
    ) -> Path:
        """A file put into the folder by somebody else, and seen by the worker."""
        path = write_bulletin(self.settings.content_dir, stem, body, **keys)
        if is_loaded:
            self.load()
        return path

    def load(self, *, is_reviewed: bool = False) -> None:
        """What the worker does every second; in production files are reviewed."""
        load_folder(
            self.engine, self.settings.content_dir, self.clock.now(),
            site=Site.of(self.settings), is_reviewed=is_reviewed,
        )  # fmt: skip

    def get(self, client: FlaskClient, verb: str, file: str = FILE, status: int = 200) -> str:
        return CheckingClient(client).get(f"{HOME}{verb}/{file}/", status).text

    def post(
        self,
        client: FlaskClient,
        verb: str,
        /,
        status: int = 303,
        file: str = FILE,
        **typed: Any,
    ) -> str:
        """What a form sends to an act on a file, or to an address without one."""
        token = csrf_token_of(client.get(f"{HOME}new/").text)
        address = {"new": "new/", "review/approve": verb}.get(verb, f"{verb}/{file}/")
        answer = client.post(HOME + address, data={"csrf_token": token, **typed})
        if answer.mimetype == "text/html" and answer.status_code != 303:
            check_page(address, answer.text)
        assert answer.status_code == status, answer.text
        return answer.text

    def do(self, client: FlaskClient, verb: str, /, status: int = 303, **typed: Any) -> str:
        """Open an act's page and send it off."""
        seen = hidden(self.get(client, verb), "seen")
        return self.post(client, verb, status, **{"seen": seen, **typed})

    def read(self, file: str = FILE) -> Source:
        """The file as it is now."""
        return parse_source((self.settings.content_dir / file).read_bytes(), file)

    def shown(self, slug: str = "2018-04-09") -> BulletinDetail | None:
        """What readers are shown."""
        with read_only(self.engine) as session:
            return get_bulletin(session, slug)

    def audit(self) -> list[tuple[str, str]]:
        """What was done to which file, in order."""
        with read_only(self.engine) as session:
            rows = session.execute(
                select(AuditEntry.action, AuditEntry.key)
                .where(AuditEntry.kind == "bulletin")
                .order_by(AuditEntry.entry_id)
            )
            return [(row.action, row.key) for row in rows]


def hidden(text: str, name: str) -> str:
    """What a hidden field of a page carries."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found.group(1)


def typed(desk: BulletinDesk, client: FlaskClient, **values: Any) -> dict[str, Any]:
    """What the editor of the file would send, some of it typed anew."""
    source = desk.read()
    front = source.front
    return {
        "seen": hidden(desk.get(client, "edit"), "seen"),
        "title": front.title, "audience": front.audience.value, "summary": front.summary or "",
        "topics": ", ".join(front.topics), "aliases": "", "body": source.body.strip(),
        "step": "save", **values,
    }  # fmt: skip
