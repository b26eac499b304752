"""The growth sectors: their containers, who administers them, and what identifies a site."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Sector(StrEnum):
    """A sector whose sites register themselves."""

    PHARMACY = "pharmacy"
    DENTISTRY = "dentistry"
    SOCIAL_CARE = "social-care"
    OPTOMETRY = "optometry"
    LOCUMS = "locums"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number somebody else gave the site; `fault` says how it is written."""

    key: str
    words: str
    hint: str
    form: re.Pattern[str]
    fault: str


@dataclass(frozen=True, slots=True)
class SectorFacts:
    """What is asked of a sector's sites.

    `has_site` is False where people register and not sites. `asks_site_email`: the code goes to the
    address the site is registered by elsewhere, not to the first person named.
    """

    sector: Sector
    words: str
    site: str
    container: str
    administrator: str
    identifiers: tuple[Identifier, ...]
    has_site: bool = True
    asks_site_email: bool = False


def _identifier(key: str, words: str, hint: str, form: str, fault: str) -> Identifier:
    return Identifier(key, words, hint, re.compile(form), fault)


_CQC_LOCATION = _identifier(
    "cqc_location", "CQC location ID", "Such as 1-545701234, in letters from the CQC",
    r"1-[0-9]{6,12}", "A CQC location ID is 1, a hyphen and 6 to 12 digits, such as 1-545701234.",
)  # fmt: skip
_CQC_CONTACT = _identifier(
    "cqc_contact", "CQC contact ID", "Such as 1-123456 or CON1-123456, in letters from the CQC",
    r"(CON)?1-[0-9]{5,12}", "A CQC contact ID is written 1-123456 or CON1-123456.",
)  # fmt: skip
_GPHC = _identifier(
    "gphc_premises", "GPhC premises number", "7 digits, on the register of the GPhC",
    r"[0-9]{7}", "A GPhC premises number has 7 digits, such as 1033445.",
)  # fmt: skip
_NHSBSA = _identifier(
    "nhsbsa_code", "Code from the NHSBSA", "In the letter the NHSBSA sent to the practice",
    r"[A-Z0-9]{4,20}", "The code of the NHSBSA has 4 to 20 letters and digits.",
)  # fmt: skip
_GMC = _identifier(
    "gmc_number", "GMC number", "7 digits, your number on the medical register",
    r"[0-9]{7}", "A GMC number has 7 digits, such as 1234567.",
)  # fmt: skip
_PERFORMERS = _identifier(
    "performers_number", "Performers List number", "Your number on the National Performers Lists",
    r"[A-Z]?[0-9]{6,8}", "A Performers List number has 6 to 8 digits, perhaps after a letter.",
)  # fmt: skip

# The containers' codes follow NHSPharmacy, which the LA bulletin of 9 April 2018 names; the
# addresses are those the sectors' own pages give for the National Administration Service.
SECTORS = {
    facts.sector: facts
    for facts in (
        SectorFacts(
            Sector.PHARMACY, "Pharmacy", "pharmacy", "NHSPHARMACY", "pharmacyadmin@nhs.net",
            (_GPHC,), asks_site_email=True,
        ),
        SectorFacts(
            Sector.DENTISTRY, "Dentistry", "dental practice", "NHSDENTAL", "dentistadmin@nhs.net",
            (_CQC_LOCATION, _CQC_CONTACT),
        ),
        SectorFacts(
            Sector.SOCIAL_CARE, "Social care", "care provider", "NHSCARE", "careadmin@nhs.net",
            (_CQC_LOCATION, _CQC_CONTACT),
        ),
        SectorFacts(
            Sector.OPTOMETRY, "Optometry", "optical practice", "NHSOPTOM", "optomadmin@nhs.net",
            (_NHSBSA,),
        ),
        SectorFacts(
            Sector.LOCUMS, "Locums", "locum", "NHSLOCUM", "locumadmin@nhs.net",
            (_GMC, _PERFORMERS), has_site=False,
        ),
    )
}  # fmt: skip


def sector_of(container: str) -> SectorFacts | None:
    """The sector whose container it is."""
    return next((facts for facts in SECTORS.values() if facts.container == container), None)


def fold_identifier(text: str) -> str:
    """An identifier as it is stored: wide letters made plain, capitals, no blanks in it."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def find_identifier_fault(identifier: Identifier, value: str) -> str | None:
    """What is wrong with the form of a folded identifier."""
    if not value:
        return f"Enter the {identifier.words}."
    return None if identifier.form.fullmatch(value) else identifier.fault
