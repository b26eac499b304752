"""What a probe remembers, kept in the database so that a kill at any moment loses nothing.

`expect` and `accept` commit at once, in short transactions of their own. `settle`, `lose` and
`set_state` wait in memory until `apply` writes them in the transaction that stores the run's
readings: killed before it, the next run meets the same pending mail and the same old state.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.status.tables import ExpectedMail, JournalState
from postmaster.upserts import insert_into, upsert_into
from probes.reading import Expected


class MailState(StrEnum):
    """Where a probe mail stands."""

    EXPECTED = "expected"  # it may or may not have left
    ACCEPTED = "accepted"  # the relay took it
    LOST = "lost"  # reported lost, still watched for
    SETTLED = "settled"


_PENDING = (MailState.EXPECTED, MailState.ACCEPTED, MailState.LOST)


class DatabaseJournal:
    """One run's journal of one probe; make a new one for every run."""

    def __init__(self, engine: Engine, probe: str) -> None:
        self._engine = engine
        self._probe = probe
        self._moves: dict[str, MailState] = {}
        self._states: dict[str, str] = {}

    def expect(self, token: str, *, sent_at: datetime) -> None:
        """Note a mail before it leaves; durable when this returns."""
        row = {
            "token": token,
            "probe": self._probe,
            "sent_at": sent_at,
            "accepted_at": None,
            "state": MailState.EXPECTED.value,
        }
        with unit_of_work(self._engine) as session:
            session.execute(insert_into(session, ExpectedMail).on_conflict_do_nothing(), row)

    def accept(self, token: str, *, accepted_at: datetime) -> None:
        """Note that the relay took it; durable when this returns."""
        with unit_of_work(self._engine) as session:
            session.execute(
                update(ExpectedMail)
                .where(
                    ExpectedMail.token == token,
                    ExpectedMail.probe == self._probe,
                    ExpectedMail.state == MailState.EXPECTED,
                )
                .values(state=MailState.ACCEPTED.value, accepted_at=accepted_at)
            )

    def pending(self) -> Sequence[Expected]:
        """The mails still watched for, lost ones included, oldest first."""
        with read_only(self._engine) as session:
            rows = session.execute(
                select(
                    ExpectedMail.token,
                    ExpectedMail.sent_at,
                    ExpectedMail.accepted_at,
                    ExpectedMail.state,
                )
                .where(ExpectedMail.probe == self._probe, ExpectedMail.state.in_(_PENDING))
                .order_by(ExpectedMail.sent_at, ExpectedMail.token)
            ).all()
        moved = [
            Expected(token, sent_at, accepted_at, self._moves.get(token, MailState(state)).value)
            for token, sent_at, accepted_at, state in rows
        ]
        return [mail for mail in moved if mail.state != MailState.SETTLED]

    def settle(self, token: str) -> None:
        """Nothing more is awaited of this mail, once the run is stored."""
        self._moves[token] = MailState.SETTLED

    def lose(self, token: str) -> None:
        """It is reported lost, once the run is stored."""
        self._moves[token] = MailState.LOST

    def settled(self, tokens: Collection[str]) -> AbstractSet[str]:
        """Those durably settled; a mail of somebody else's is never among them."""
        with read_only(self._engine) as session:
            return set(
                session.scalars(
                    select(ExpectedMail.token).where(
                        ExpectedMail.token.in_(tokens),
                        ExpectedMail.probe == self._probe,
                        ExpectedMail.state == MailState.SETTLED,
                    )
                )
            )

    def get_state(self, key: str) -> str | None:
        """What an earlier stored run, or this one, remembered under the key."""
        if key in self._states:
            return self._states[key]
        with read_only(self._engine) as session:
            return session.scalar(
                select(JournalState.value).where(
                    JournalState.probe == self._probe, JournalState.key == key
                )
            )

    def set_state(self, key: str, value: str) -> None:
        """Remember a value for later runs, once this one is stored."""
        self._states[key] = value

    def apply(self, session: Session) -> None:
        """Write what waited, in the transaction that stores the run's readings.

        A mail another run has settled meanwhile stays settled.
        """
        for state in (MailState.LOST, MailState.SETTLED):
            tokens = [token for token, moved in self._moves.items() if moved is state]
            if tokens:
                session.execute(
                    update(ExpectedMail)
                    .where(
                        ExpectedMail.token.in_(tokens),
                        ExpectedMail.probe == self._probe,
                        ExpectedMail.state != MailState.SETTLED,
                    )
                    .values(state=state.value)
                )
        if self._states:
            session.execute(
                upsert_into(session, JournalState),
                [
                    {"probe": self._probe, "key": key, "value": value}
                    for key, value in self._states.items()
                ],
            )
