"""The layouts of a file and one of its rows, read and checked by itself. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from postmaster.accounts.details import Details, list_detail_faults
from postmaster.accounts.rules import (
    KIND_WORDS,
    LONGEST_ADDRESS,
    LONGEST_EXTERNAL_ID,
    LONGEST_JOB_TITLE,
    LONGEST_NAME,
    Kind,
    find_address_fault,
    fold_address,
    fold_mobile,
    fold_name,
)
from postmaster.organisations.rules import fold_code

MOST_ROWS = 100_000
LONGEST_CELL = 500
_LARGEST_ID = 2**63 - 1


class UploadError(ValueError):
    """The file or the step cannot be; the message says what to do."""


class Layout(StrEnum):
    """How the columns of a file are named and ordered."""

    NEW = "new"
    LEGACY = "legacy"


class RowAction(StrEnum):
    """What a row would do. `join`: the person has an account elsewhere and is offered as joiner."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    JOIN = "join"
    ERROR = "error"


class RowState(StrEnum):
    """Where a row stands; `none` for one that does nothing."""

    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    REFUSED = "refused"
    NONE = "none"


class UploadStatus(StrEnum):
    """Where a file stands."""

    VALIDATED = "validated"
    APPLYING = "applying"
    PAUSED = "paused"
    DONE = "done"
    # A later upload of the same bytes took its place before it was applied.
    REPLACED = "replaced"


PLANNED = frozenset({RowAction.CREATE, RowAction.UPDATE})
# No page of the service gives the whole list of columns: these are the project's own two.
COLUMNS: Mapping[Layout, tuple[str, ...]] = {
    Layout.NEW: (
        "ID", "EmailAddress", "DisplayName", "MailboxType", "Organisation", "ExternalSyncID",
        "JobTitle", "Mobile",
    ),
    Layout.LEGACY: ("ID", "Surname", "Forename", "Email", "Job title", "Mobile", "Local ID"),
}  # fmt: skip
KIND_OF = {"user": Kind.PERSON, **{kind.value: kind for kind in Kind}} | {
    words.casefold(): kind for kind, words in KIND_WORDS.items()
}


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row as the file gives it, folded; `fault` is everything wrong with it by itself."""

    line: int
    cells: tuple[str, ...]
    given_id: int | None = None
    address: str = ""
    name: str = ""
    kind: Kind = Kind.PERSON
    organisation: str = ""
    external_id: str = ""
    job_title: str = ""
    mobile: str = ""
    fault: str | None = None

    @property
    def address_key(self) -> str:
        """What addresses are compared by."""
        return fold_address(self.address)

    @property
    def name_key(self) -> str:
        """What names are compared by."""
        return fold_name(self.name)


def find_layout(heads: Sequence[str]) -> Layout:
    """The layout of a first line.

    Raises:
        UploadError: it is none of them; the first column that differs is named.
    """
    given = tuple(head.strip() for head in heads)
    while given and not given[-1]:
        given = given[:-1]
    for layout, columns in COLUMNS.items():
        if given == columns:
            return layout
    nearest = max(COLUMNS.values(), key=lambda columns: len(set(columns) & set(given)))
    wanted = ",".join(nearest)
    for place, column in enumerate(nearest):
        found = given[place] if place < len(given) else ""
        if found != column:
            raise UploadError(
                f"Line 1, column {place + 1} reads {found[:40]!r}; it must read {column!r}. The "
                f"headings and their order are: {wanted}"
            )
    raise UploadError(f"Line 1 has {len(given)} headings; it must read: {wanted}")


def read_row(
    layout: Layout, line: int, cells: Sequence[str], *, organisation: str, faults: Sequence[str]
) -> GivenRow:
    """One row; `organisation` stands in where it gives none, `faults` are those of its cells."""
    kept = tuple(cell[:LONGEST_CELL] for cell in cells)
    if len(cells) != len(COLUMNS[layout]):
        count = f"There are {len(cells)} cells; {len(COLUMNS[layout])} are needed."
        return GivenRow(line, kept, fault=f"{count} Put names with a comma in quotes.")
    given = dict(zip(COLUMNS[layout], (_unguard(cell.strip()) for cell in kept), strict=True))
    row = _read_new(given) if layout is Layout.NEW else _read_legacy(given)
    row["organisation"] = fold_code(row["organisation"]) or organisation
    found = [*faults, *_list_faults(row, given["ID"])]
    kind = KIND_OF.get(row.pop("kind").casefold(), Kind.PERSON)
    is_number = given["ID"].isascii() and given["ID"].isdigit()
    given_id = int(given["ID"]) if is_number and int(given["ID"]) <= _LARGEST_ID else None
    values = {
        "address": row["address"][:LONGEST_ADDRESS], "name": row["name"][:LONGEST_NAME],
        "organisation": row["organisation"][:32], "job_title": row["job_title"][:LONGEST_JOB_TITLE],
        "external_id": row["external_id"][:LONGEST_EXTERNAL_ID], "mobile": row["mobile"][:20],
    }  # fmt: skip
    fault = " ".join(found) or None
    return GivenRow(line, kept, given_id=given_id, kind=kind, fault=fault, **values)


def _unguard(cell: str) -> str:
    """Without the quote that our own files put before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in {"=", "+", "-", "@"} else cell


def _read_new(given: Mapping[str, str]) -> dict[str, str]:
    return {
        "address": given["EmailAddress"],
        "name": given["DisplayName"],
        "kind": given["MailboxType"] or Kind.PERSON,
        "organisation": given["Organisation"],
        "external_id": given["ExternalSyncID"],
        "job_title": given["JobTitle"],
        "mobile": fold_mobile(given["Mobile"]),
    }


def _read_legacy(given: Mapping[str, str]) -> dict[str, str]:
    surname, forename = given["Surname"], given["Forename"]
    return {
        "address": given["Email"],
        "name": f"{surname.upper()}, {forename}" if surname and forename else surname or forename,
        "kind": Kind.PERSON,
        "organisation": "",
        "external_id": given["Local ID"],
        "job_title": given["Job title"],
        "mobile": fold_mobile(given["Mobile"]),
    }


def _list_faults(row: Mapping[str, str], given_id: str) -> list[str]:
    kind = KIND_OF.get(row["kind"].casefold())
    details = Details(row["name"], row["external_id"], row["job_title"], row["mobile"])
    faults = [
        find_address_fault(fold_address(row["address"])),
        *list_detail_faults(details, kind or Kind.PERSON).values(),
    ]
    if kind is None:
        words = ", ".join(one.value for one in Kind)
        faults.append(f"The type {row['kind'][:40]!r} is none of {words}.")
    if not row["organisation"]:
        faults.append("Give the ODS code of the organisation.")
    if given_id and not (
        given_id.isascii() and given_id.isdigit() and int(given_id) <= _LARGEST_ID
    ):
        faults.append(f"The ID {given_id[:40]!r} is no number. Leave it empty for a new person.")
    return [fault for fault in faults if fault]
