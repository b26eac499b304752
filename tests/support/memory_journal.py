"""A probe's journal in memory, as durable as the one in the database and no more."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from probes.reading import Expected, Reading

SETTLED = "settled"


class MemoryJournal:
    """What a journal keeps; `crash` drops what no stored run has confirmed, `store` confirms it."""

    def __init__(self) -> None:
        self._mails: dict[str, Expected] = {}
        self._moves: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self._new_states: dict[str, str] = {}
        self.stored: dict[str, Reading] = {}  # by key, as the table of readings is unique by it

    def expect(self, token: str, *, sent_at: datetime) -> None:
        self._mails.setdefault(token, Expected(token, sent_at, None, "expected"))

    def accept(self, token: str, *, accepted_at: datetime) -> None:
        mail = self._mails[token]
        if mail.state == "expected":
            self._mails[token] = replace(mail, accepted_at=accepted_at, state="accepted")

    def pending(self) -> Sequence[Expected]:
        moved = (
            replace(mail, state=self._moves.get(mail.token, mail.state))
            for mail in self._mails.values()
        )
        return sorted((m for m in moved if m.state != SETTLED), key=lambda mail: mail.sent_at)

    def settle(self, token: str) -> None:
        self._moves[token] = SETTLED

    def lose(self, token: str) -> None:
        self._moves[token] = "lost"

    def settled(self, tokens: Collection[str]) -> AbstractSet[str]:
        return {
            token
            for token in tokens
            if token in self._mails and self._mails[token].state == SETTLED
        }

    def get_state(self, key: str) -> str | None:
        return self._new_states.get(key, self._states.get(key))

    def set_state(self, key: str, value: str) -> None:
        self._new_states[key] = value

    def store(self, readings: Sequence[Reading]) -> None:
        """The transaction that stores a run: readings and buffered effects, all together."""
        for reading in readings:
            self.stored.setdefault(reading.key, reading)
        for token, state in self._moves.items():
            if self._mails[token].state != SETTLED:
                self._mails[token] = replace(self._mails[token], state=state)
        self._states.update(self._new_states)
        self.crash()

    def crash(self) -> None:
        """The process is killed: what was not stored never was."""
        self._moves.clear()
        self._new_states.clear()

    def tokens(self) -> AbstractSet[str]:
        """Every mail ever noted."""
        return set(self._mails)
