"""What an address of the API may be asked: arguments as typed fields, their faults as problems."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from lamppost.web.problems import Fault, bad_arguments

A = TypeVar("A", bound="Asked")
MOST = 200
DEFAULT = 50


class Asked(BaseModel):
    """Arguments of an address; one that it does not read is a fault, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Paged(Asked):
    """Arguments of a list that comes in pages."""

    limit: int = Field(DEFAULT, ge=1, le=MOST, description=f"how many a page, 1 to {MOST}")
    cursor: str | None = Field(None, description="the `cursor` in the `next` of the page before")


def _read_moment(value: object) -> object:
    """Only as RFC 3339 writes it. A plus sign in an address is read as a space: put it back."""
    mended = value.replace(" ", "+") if isinstance(value, str) else value
    if not isinstance(mended, str) or not _MOMENT.fullmatch(mended):
        raise ValueError("it is not a moment as RFC 3339 writes it")
    return mended


def _read_day(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("it is not a day as ISO 8601 writes it")
    return value


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(rf"{_DAY.pattern}[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
Day = Annotated[date, BeforeValidator(_read_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_read_moment)]
MOMENT_WORDS = "a moment with its zone, such as 2018-04-09T09:00:00Z"


def read_asked(model: type[A], given: MultiDict[str, str]) -> A:
    """The arguments as the model has them.

    Raises:
        ProblemError: some are wrong; every one is named.
    """
    twice = [name for name, values in given.lists() if len(values) > 1]
    if twice:
        faults = [Fault(f"query {name}", "it is given twice", "Give it once.") for name in twice]
        raise bad_arguments(faults)
    try:
        return model.model_validate(given.to_dict())
    except ValidationError as error:
        raise bad_arguments(list(_faults(model, error))) from None


def _faults(model: type[Asked], error: ValidationError) -> Iterator[Fault]:
    read = {field.alias or name: field for name, field in model.model_fields.items()}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        if name in read:
            how = f"Give {read[name].description or 'another value'}."
        else:
            how = f"Leave it out. This address reads: {', '.join(sorted(read)) or 'no arguments'}."
        yield Fault(f"query {name}".strip(), _said(one["type"], one["msg"]), how)


def _said(kind: str, words: str) -> str:
    return (
        "it is not read here" if kind == "extra_forbidden" else words.removeprefix("Value error, ")
    )
