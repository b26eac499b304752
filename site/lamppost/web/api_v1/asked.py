"""What an address of the API may be asked: arguments as typed fields, their faults as problems."""

from collections.abc import Iterator
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


def _mend_plus(value: object) -> object:
    """A plus sign in an address is read as a space; put it back where a zone begins."""
    is_moment = isinstance(value, str) and "T" in value and value.count(" ") == 1
    return value.replace(" ", "+") if isinstance(value, str) and is_moment else value


Moment = Annotated[AwareDatetime, BeforeValidator(_mend_plus)]
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
