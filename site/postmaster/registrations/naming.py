"""What a site's mailbox and a person's account are called, by dated rows. Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from postmaster.accounts.rules import SHARED_MARKS
from postmaster.registrations.sectors import Sector

DOMAIN = "nhs.net"
# RFC 5321, 4.5.3.1.1: the part before the at sign.
LONGEST_LOCAL = 64
# A former name of a mailbox receives for as long as the mailbox is there.
KEPT_FOR_GOOD = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the mailboxes of a sector are named from a day on; `town`, `site` and `code` are filled.

    `is_assumed`: no page gives it.
    """

    sector: Sector
    holds_from: date
    address: str
    display: str
    source: str
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class SiteName:
    """What one mailbox is called."""

    address: str
    display: str


_ERA = date(2016, 10, 1)
NAMINGS = (
    Naming(
        Sector.PHARMACY, _ERA, "nhspharmacy.{town}.{site}{code}",
        "NHSPharmacy.{code} ({site}, {town})",
        "Pages of pharmacy committees, 2018 and 2019: location, name and ODS code",
    ),
    Naming(
        Sector.PHARMACY, date(2020, 1, 1), "pharmacy.{code}", "Pharmacy.{code} ({site}, {town})",
        "Pharmacy pages of 2020: shortened, the long name receives on; the day is assumed",
    ),
    Naming(
        Sector.DENTISTRY, _ERA, "dental.{code}", "Dental.{code} ({site}, {town})",
        "No page gives it; after the short form of pharmacies", is_assumed=True,
    ),
    Naming(
        Sector.SOCIAL_CARE, _ERA, "care.{code}", "Care.{code} ({site}, {town})",
        "Registering a social care organisation: care and the ODS code",
    ),
    Naming(
        Sector.OPTOMETRY, _ERA, "optom.{code}", "Optom.{code} ({site}, {town})",
        "No page gives it; after the short form of pharmacies", is_assumed=True,
    ),
)  # fmt: skip


def naming_on(sector: Sector, on: date) -> Naming | None:
    """The newest naming of a sector that had begun by a day; None where no mailbox is made."""
    begun = [row for row in NAMINGS if row.sector is sector and row.holds_from <= on]
    return max(begun, key=lambda row: row.holds_from, default=None)


def name_site(sector: Sector, *, code: str, site: str, town: str, on: date) -> SiteName | None:
    """What the mailbox of a site is called that is made on a day."""
    naming = naming_on(sector, on)
    return None if naming is None else _fill(naming, code, site, town)


def list_names(sector: Sector, *, code: str, site: str, town: str) -> tuple[str, ...]:
    """Every address the mailbox of a site could have been given, by all namings."""
    rows = [row for row in NAMINGS if row.sector is sector]
    return tuple(_fill(row, code, site, town).address for row in rows)


def name_person(first: str, last: str) -> str:
    """What comes before the at sign for a person, without a number: `firstname.lastname`."""
    local = f"{_slug(first) or 'x'}.{_slug(last) or 'x'}"
    return local[: LONGEST_LOCAL - 6].rstrip(".")


def _fill(naming: Naming, code: str, site: str, town: str) -> SiteName:
    fixed = len(naming.address.format(town=_slug(town), site="", code=code))
    room = max(1, LONGEST_LOCAL - fixed)
    local = naming.address.format(
        town=_slug(town) or "england", site=_slug(site)[:room], code=code.lower()
    )
    display = naming.display.format(town=_plain(town), site=_plain(site), code=code)
    return SiteName(f"{local[-LONGEST_LOCAL:].lstrip('.')}@{DOMAIN}", display)


def _slug(text: str) -> str:
    """Letters and digits of ASCII alone, in small letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _plain(text: str) -> str:
    """What the display name of a shared mailbox may hold of a text."""
    kept = (one for one in text if one.isalnum() or one == " " or one in SHARED_MARKS)
    return " ".join("".join(kept).split())
