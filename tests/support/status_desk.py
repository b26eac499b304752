"""Status operators and the texts they write, for tests of HSSIs, plans and known issues."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.database import read_only, unit_of_work
from lamppost.status.hssis.aftermath import current_text
from lamppost.status.hssis.drafting import approve_draft, raise_hssi, write_update
from lamppost.status.hssis.drafts import AT_ONCE, Ask, digest_of
from lamppost.status.hssis.tables import HssiDraft, HssiRecord
from lamppost.status.hssis.texts import HssiState, Text, Wait
from lamppost.status.notices import Hssi
from lamppost.status.plans.changes import schedule_change
from lamppost.status.plans.issues import open_issue
from lamppost.status.plans.releases import plan_release
from lamppost.status.plans.texts import ChangeText, IssueText, ReleaseText, WindowText
from lamppost.status.plans.windows import announce_window
from lamppost.status.reads import get_hssi
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from prepared import prepare, presets
from status_rows import NINE

R = TypeVar("R")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPERATOR = (Grant(Role.STATUS_OPERATOR),)
ANN = Actor(ActorKind.PERSON, "ann", OPERATOR)
BEN = Actor(ActorKind.PERSON, "ben", OPERATOR)
READER = Actor(ActorKind.PERSON, "ray", (Grant(Role.LOCAL_ADMINISTRATOR, "RX1"),))


def a_text(**values: Any) -> Text:
    """A text of severity 2 about `c0`, its next update due at ten."""
    given = Text(
        title="Mail is late",
        summary="Mail from outside is late. Send nothing twice.",
        state=HssiState.INVESTIGATING,
        impact=1,
        urgency=3,
        components=("c0",),
        next_update_due_at=NINE + HOUR,
    )
    return replace(given, **values)


class Desk:
    """A database with the policy entered, and the steps of operators, each its own transaction."""

    def __init__(self, engine: Engine, now: datetime = NINE, *, is_ready: bool = False) -> None:
        self.engine = engine
        if not is_ready:
            prepare(engine, presets, now=now)

    def do(self, action: Callable[..., R], **values: Any) -> R:
        with unit_of_work(self.engine) as session:
            return action(session, **{"by": ANN, "now": NINE, **values})

    def ask(self, question: Callable[..., R], *args: Any, **values: Any) -> R:
        with read_only(self.engine) as session:
            return question(session, *args, **values)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, as the worker's."""
        with unit_of_work(self.engine) as session:
            yield session

    def put_up(self, text: Text | None = None, *, ref: str = "INC1", **values: Any) -> Wait | None:
        """Raise one, at nine."""
        given = {"raised_at": values.get("now", NINE), **values}
        return self.do(raise_hssi, ref=ref, text=text or a_text(), **given)

    def update(
        self,
        *,
        ref: str = "INC1",
        ask: Ask = AT_ONCE,
        by: Actor = ANN,
        now: datetime,
        **values: Any,
    ) -> Wait | None:
        """Change it as it stands."""
        with unit_of_work(self.engine) as session:
            row = session.get_one(HssiRecord, ref)
            due = {"next_update_due_at": now + HOUR}
            text = replace(current_text(session, row), **{**due, **values})
            return write_update(
                session, ref=ref, seen_version=row.version, text=text, ask=ask, by=by, now=now
            )

    def resolve(self, *, now: datetime, **values: Any) -> Wait | None:
        return self.update(now=now, state=HssiState.RESOLVED, next_update_due_at=None, **values)

    def approve(self, draft_id: int, *, by: Actor = BEN, now: datetime) -> Wait | None:
        """Approve the text that was shown."""
        with unit_of_work(self.engine) as session:
            digest = digest_of(session.get_one(HssiDraft, draft_id))
            return approve_draft(session, draft_id=draft_id, digest=digest, by=by, now=now)

    def public(self, ref: str = "INC1") -> Hssi:
        found = self.ask(get_hssi, ref)
        assert found is not None
        return found

    def draft_id(self, ref: str = "INC1") -> int:
        """The newest text that waits."""

        def newest(session: Session) -> int | None:
            return session.scalar(
                select(HssiDraft.draft_id)
                .where(HssiDraft.ref == ref, HssiDraft.decision == "waiting")
                .order_by(HssiDraft.draft_id.desc())
                .limit(1)
            )

        found = self.ask(newest)
        if found is None:
            pytest.fail("no text waits")
        return found


def put_hssi(session: Session, *, now: datetime) -> None:
    """One that waits for its second person, for pages that want one; the policy is entered."""
    text = a_text(impact=1, urgency=1, components=(), next_update_due_at=now + HOUR)
    raise_hssi(session, ref="INC1", text=text, raised_at=now, by=ANN, now=now)


def put_plans(session: Session, *, now: datetime) -> None:
    """One of each kind of plan, for pages that want one."""
    day = london_date(now) + DAY
    announce_window(session, ref="T1", text=WindowText("A test", day, day), by=ANN, now=now)
    text = ChangeText("A change", now + 3 * DAY, now + 4 * DAY)
    schedule_change(session, ref="C1", text=text, by=ANN, now=now)
    plan_release(session, ref="R1", text=ReleaseText("A release", day), by=ANN, now=now)
    open_issue(session, ref="K1", text=IssueText("A flaw", "Portal", "It fails."), by=ANN, now=now)
