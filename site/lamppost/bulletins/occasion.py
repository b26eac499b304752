"""What a fact's provider is told, and how it says that it has nothing to say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session


class FactError(Exception):
    """The fact cannot be had; the message says why, for the author of the bulletin."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When the words are wanted: the bulletin's day, and the present moment."""

    on: date
    now: datetime


# Gives a fact's words as Markdown, from its arguments, or raises FactError.
Provider = Callable[[Session, Mapping[str, str], Occasion], str]
