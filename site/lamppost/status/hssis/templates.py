"""Words prepared beforehand; a holding statement counts once a second person has approved it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.hssis.tables import HssiTemplate
from lamppost.status.hssis.texts import HssiError, list_fields
from lamppost.status.policy import LONGEST_HSSI_TEXT, LONGEST_HSSI_TITLE
from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action
from postmaster.audit.actions import record

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Template:
    """Prepared words; `is_approved` matters for holding statements only."""

    name: str
    title: str
    summary: str
    is_holding: bool
    written_by: str
    is_approved: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """What it asks for before it can be published."""
        return list_fields(f"{self.title} {self.summary}")

    @property
    def digest(self) -> str:
        """What an approval is tied to."""
        return digest_words(self.title, self.summary)


def digest_words(title: str, summary: str) -> str:
    """The digest of a statement's words."""
    return hashlib.sha256(f"{title}\n{summary}".encode()).hexdigest()


def list_templates(session: Session) -> Sequence[Template]:
    """Every template by name."""
    rows = session.scalars(select(HssiTemplate).order_by(HssiTemplate.name))
    return tuple(
        Template(
            row.name, row.title, row.summary, row.is_holding, row.written_by,
            row.approved_by is not None,
        )
        for row in rows
    )  # fmt: skip


@acts(Action.STATUS_WRITE)
def save_template(
    session: Session,
    *,
    name: str,
    title: str,
    summary: str,
    is_holding: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Write a template or write it anew; changed words want a new approval.

    Raises:
        HssiError: something is missing or too long.
    """
    name, title, summary = name.strip(), title.strip(), summary.strip()
    for field, value, longest in (
        ("name", name, LONGEST_NAME),
        ("title", title, LONGEST_HSSI_TITLE),
        ("summary", summary, LONGEST_HSSI_TEXT),
    ):
        if not 0 < len(value) <= longest:
            raise HssiError(f"The {field} needs 1 to {longest:,} characters.", field)
    if is_holding and list_fields(f"{title} {summary}"):
        raise HssiError("A holding statement cannot ask for anything: write it out.", "summary")
    row = session.get(HssiTemplate, name) or HssiTemplate(name=name)
    before = (row.title, row.summary, row.is_holding)
    row.title, row.summary, row.is_holding = title, summary, is_holding
    if before == (title, summary, is_holding):
        return
    row.written_by, row.written_at = by.reference, now
    row.approved_by = row.approved_at = None
    session.add(row)
    session.flush()
    record(
        session, action="hssi-templates.save", kind="hssi-template", key=name, by=by.reference,
        now=now, changes={"title": (before[0], title), "summary": (before[1], summary)},
    )  # fmt: skip


@acts(Action.STATUS_WRITE)
def approve_template(session: Session, *, name: str, digest: str, by: Actor, now: datetime) -> None:
    """Approve another's holding statement, so that one person may publish it at once.

    `digest` is that of the words that were shown.

    Raises:
        HssiError: there is none, or it is one's own.
    """
    row = session.get(HssiTemplate, name, with_for_update=True)
    if row is None or not row.is_holding:
        raise HssiError(f"There is no holding statement {name}.")
    if by.kind is not ActorKind.PERSON or row.written_by == by.reference:
        raise HssiError("A second person approves a holding statement.")
    if digest != digest_words(row.title, row.summary):
        raise HssiError("These are not the words you were shown. Read them again.")
    row.approved_by, row.approved_at = by.reference, now
    session.flush()
    record(
        session, action="hssi-templates.approve", kind="hssi-template", key=name,
        by=by.reference, now=now, changes={"sha256": (None, digest)},
    )  # fmt: skip
