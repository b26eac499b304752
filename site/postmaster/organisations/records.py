"""The values this room answers with: a row of the list, an organisation whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postmaster.organisations.rules import Kind, Status, SuccessionType


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation as the list shows it."""

    ods_code: str
    name: str
    short_code: str | None
    kind: Kind
    status: Status
    parent: str | None
    container: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its name."""

    ods_code: str
    name: str
    status: Status


@dataclass(frozen=True, slots=True)
class Succeeding:
    """The other end of a succession, how and when it came, and when that was written down."""

    organisation: Named
    effective_on: date
    type: SuccessionType
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """An organisation with where it stands, who came before and after, and what is under it.

    `parents` from the nearest up. `children` are those the reader may see, at most a page of them;
    `child_count` counts all of these. `final_successors` are the ends of the chain, `elsewhere`
    the codes of successors that are not on the service.
    """

    ods_code: str
    name: str
    short_code: str | None
    kind: Kind
    status: Status
    opened_on: date | None
    closing_on: date | None
    closed_on: date | None
    ods_closed_on: date | None
    closes_on: date | None
    planned_successors: Sequence[str]
    parents: Sequence[Named]
    container: Named | None
    children: Sequence[Named]
    child_count: int
    successors: Sequence[Succeeding]
    predecessors: Sequence[Succeeding]
    final_successors: Sequence[Named]
    elsewhere: Sequence[str]
