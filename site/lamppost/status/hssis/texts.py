"""What an update of an HSSI says, and whether it may be published yet. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lamppost.status.hssis.matrix import MATRIX, severity_of
from lamppost.status.policy import LONGEST_HSSI_TEXT, LONGEST_HSSI_TITLE

_FIELD = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")


class HssiState(StrEnum):
    """Where an HSSI stands."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class Purpose(StrEnum):
    """What a text is for; a review and a note leave what the incident is as it was told."""

    UPDATE = "update"
    REOPENING = "reopening"
    REVIEW = "review"
    NOTE = "note"


class HssiKind(StrEnum):
    """A fault, or a notice of a security campaign, which stays until it is taken down."""

    FAULT = "fault"
    SECURITY = "security"


class Wait(StrEnum):
    """Why a text is not published yet."""

    SECOND_PERSON = "second-person"
    EMBARGO = "embargo"


class HssiError(ValueError):
    """An HSSI cannot be changed so; `field` names the part of the form."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


class ChangedMeanwhileError(HssiError):
    """Somebody else has written since; the text is kept and the other's words are shown."""


@dataclass(frozen=True, slots=True)
class Text:
    """The next text of an HSSI: everything an update fixes."""

    title: str
    summary: str
    state: HssiState
    impact: int
    urgency: int
    components: tuple[str, ...]  # slugs
    next_update_due_at: datetime | None = None

    @property
    def severity(self) -> int:
        """By the matrix; nobody types it."""
        return severity_of(impact=self.impact, urgency=self.urgency)


def list_fields(words: str) -> tuple[str, ...]:
    """The fields a template asks for, such as Impact where it says `[[Impact]]`, each once."""
    return tuple(dict.fromkeys(found.strip() for found in _FIELD.findall(words)))


def fill_fields(words: str, values: Mapping[str, str]) -> str:
    """A template's words with the values given; a field without one stays, to be asked for."""
    return _FIELD.sub(lambda found: values.get(found[1].strip(), "").strip() or found[0], words)


def find_fault(text: Text, *, components: Collection[str], now: datetime) -> HssiError | None:
    """Why a text cannot be taken on, or None; `components` are those on the page."""
    strangers = sorted(set(text.components) - set(components))
    due = text.next_update_due_at
    is_over = text.state is HssiState.RESOLVED
    unfilled = list_fields(f"{text.title} {text.summary}")
    questions = (
        (bool(unfilled), f"Fill in: {', '.join(unfilled)}.", "summary"),
        (not text.title.strip(), "Enter a title.", "title"),
        (len(text.title) > LONGEST_HSSI_TITLE, "The title is too long.", "title"),
        (not text.summary.strip(), "Enter what readers should know.", "summary"),
        (len(text.summary) > LONGEST_HSSI_TEXT, "The text is too long.", "summary"),
        ((text.impact, text.urgency) not in MATRIX, "Impact and urgency go from 1 to 5.", "impact"),
        (bool(strangers), f"{', '.join(strangers)} is not on the status page.", "components"),
        (due is None and not is_over, "Say when the next update is due.", "next_update_due_at"),
        (due is not None and due <= now, "The next update must be due later than now.",
         "next_update_due_at"),
    )  # fmt: skip
    return next((HssiError(words, field) for is_wrong, words, field in questions if is_wrong), None)


def find_wait(
    *,
    severity_before: int,
    severity: int,
    publish_at: datetime | None,
    is_approved: bool,
    is_holding: bool,
    now: datetime,
) -> Wait | None:
    """Why a text waits, by ordered questions; None when it may be published.

    A text is of severity 1 when the HSSI is before or after it: playing one down wants two people
    as much as raising one.
    """
    if min(severity_before, severity) == 1 and not (is_approved or is_holding):
        return Wait.SECOND_PERSON
    if publish_at is not None and now < publish_at:
        return Wait.EMBARGO
    return None
