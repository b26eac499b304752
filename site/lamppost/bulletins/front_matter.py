"""The front matter of a bulletin: its keys, their types, and the mistakes people make in them."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from lamppost.clock import LONDON

LONGEST_LINE = 300
LONGEST_WORD = 64
_TAG_URI = re.compile(r"tag:[^\s,]+,\d{4}(-\d\d(-\d\d)?)?:\S+")
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class Audience(StrEnum):
    """Whom a bulletin is for."""

    LA = "la"
    ALL_USERS = "all-users"
    NAS = "nas"


class Status(StrEnum):
    """Where a bulletin stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


def _one_line(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("must not be empty")
    if len(text) > LONGEST_LINE:
        raise ValueError(f"must not be longer than {LONGEST_LINE} characters")
    if _UNPRINTABLE.search(text):
        raise ValueError("must be one line without control characters")
    return text


def _words(text: str) -> str:
    if _UNPRINTABLE.search(text.replace("\n", "").replace("\t", "")):
        raise ValueError("must be words without control characters")
    return text


def _tag_uri(text: str) -> str:
    if not _TAG_URI.fullmatch(text):
        raise ValueError(
            "must be a tag: URI such as tag:example.org,2018-04-09:la-bulletin; "
            "`lamppost bulletins new` makes one"
        )
    return text


def _word(text: str) -> str:
    if len(text) > LONGEST_WORD or not _WORD.fullmatch(text):
        raise ValueError("must be small letters, figures and single hyphens, such as anti-spoofing")
    return text


def _day(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("must be a day such as 2018-04-09")
    return value


def _moment(value: Any) -> Any:
    """A moment without a zone is London's; the earlier one when the clocks go back."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or len(value) <= len("2018-04-09"):
        raise ValueError('must be a quoted date and time such as "2018-04-09T09:00"')
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)


Line = Annotated[str, AfterValidator(_one_line)]
Words = Annotated[str, AfterValidator(_words)]
Word = Annotated[str, AfterValidator(_word)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


class Correction(BaseModel):
    """Something put right after publishing, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment
    note: Line


class FrontMatter(BaseModel):
    """What stands between the two `---` lines of a bulletin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[Line, AfterValidator(_tag_uri)]
    title: Line
    date: Day
    audience: Audience
    status: Status
    summary: Line | None = None
    topics: tuple[Word, ...] = ()
    publish_at: Moment | None = None
    published_at: Moment | None = None
    corrections: tuple[Correction, ...] = ()
    aliases: tuple[Word, ...] = ()
    facts: dict[Words, Words] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _scheduled_says_when(self) -> "FrontMatter":
        if self.status is Status.SCHEDULED and self.publish_at is None:
            raise ValueError(
                "publish_at is missing: a scheduled bulletin says when, "
                'for example publish_at: "2018-04-09T09:00"'
            )
        return self
