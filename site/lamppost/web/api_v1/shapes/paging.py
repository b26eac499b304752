"""Lists in pages."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Shape(BaseModel):
    """A part of an answer; nothing is left out, what is not known is null."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Listing(Shape, Generic[T]):
    """One page of a list; `next` is the address of the page after it, null on the last."""

    items: list[T]
    next: str | None = Field(None, description="the address of the next page")
