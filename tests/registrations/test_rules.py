"""What identifies a site, whom it names, and what its mailbox is called."""

from datetime import date

import pytest

from postmaster.registrations.naming import list_names, name_person, name_site
from postmaster.registrations.rules import (
    SitePolicy,
    find_count_fault,
    find_person_fault,
    make_person,
)
from postmaster.registrations.sectors import (
    SECTORS,
    Sector,
    find_identifier_fault,
    fold_identifier,
)
from registering import ANN, BOB

LANTERN = {"code": "FX999", "site": "Lantern & Sons Chemist", "town": "St Órla"}


@pytest.mark.parametrize(
    ("sector", "key", "typed", "is_good"),
    [
        (Sector.PHARMACY, "gphc_premises", "1033445", True),
        (Sector.PHARMACY, "gphc_premises", "103 3445", True),
        (Sector.PHARMACY, "gphc_premises", "103344", False),
        (Sector.DENTISTRY, "cqc_location", "1-545701234", True),
        (Sector.DENTISTRY, "cqc_location", "545701234", False),
        (Sector.SOCIAL_CARE, "cqc_contact", "1-123456", True),
        (Sector.SOCIAL_CARE, "cqc_contact", "con1-123456", True),
        (Sector.SOCIAL_CARE, "cqc_contact", "CON-123456", False),
        (Sector.OPTOMETRY, "nhsbsa_code", "ab12cd", True),
        (Sector.OPTOMETRY, "nhsbsa_code", "", False),
        (Sector.LOCUMS, "gmc_number", "1234567", True),
        (Sector.LOCUMS, "gmc_number", "12345678", False),
        (Sector.LOCUMS, "performers_number", "G123456", True),
    ],
)
def test_each_sector_knows_the_form_of_its_numbers(
    sector: Sector,
    key: str,
    typed: str,
    is_good: bool,  # noqa: FBT001 - a column of the table
) -> None:
    identifier = next(one for one in SECTORS[sector].identifiers if one.key == key)

    assert (find_identifier_fault(identifier, fold_identifier(typed)) is None) is is_good


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_name": " "}, "first_name"),
        ({"last_name": "=SUM(A1)"}, "last_name"),
        ({"email": "ann at home"}, "email"),
        ({"mobile": ""}, "mobile"),
        ({"mobile": "+33 6 12 34 56 78"}, "mobile"),
        ({"mobile": "+44 7700 900102"}, "mobile"),
        ({"email": "BOB@lantern.example"}, "email"),
        ({"existing": "ann"}, "existing"),
    ],
)
def test_somebody_needs_a_name_an_address_and_a_uk_mobile_of_their_own(
    changed: dict[str, str], field: str
) -> None:
    given = {"first_name": "Ann", "last_name": "Lamp", "email": ANN.email, "mobile": ANN.mobile}
    fault = find_person_fault(make_person(**{**given, **changed}), [BOB])

    assert fault is not None
    assert fault[0] == field
    assert find_person_fault(ANN, [BOB]) is None


def test_two_people_at_least_and_no_more_than_the_policy_allows() -> None:
    policy = SitePolicy(users_least=2, users_most=3, sites_most=10)

    assert "2 people or more" in (find_count_fault(1, policy) or "")
    assert find_count_fault(3, policy) is None
    assert "3 people at most" in (find_count_fault(4, policy) or "")
    assert find_count_fault(1, SitePolicy(1, 1, 1)) is None


@pytest.mark.parametrize(
    ("sector", "on", "address"),
    [
        (Sector.PHARMACY, date(2018, 4, 9), "nhspharmacy.storla.lanternsonschemistfx999@nhs.net"),
        (Sector.PHARMACY, date(2020, 1, 1), "pharmacy.fx999@nhs.net"),
        (Sector.SOCIAL_CARE, date(2018, 4, 9), "care.fx999@nhs.net"),
    ],
)
def test_a_mailbox_is_named_by_its_sector_and_era(sector: Sector, on: date, address: str) -> None:
    name = name_site(sector, **LANTERN, on=on)

    assert name is not None
    assert name.address == address


def test_locums_have_no_mailbox_and_a_long_name_ends_in_the_whole_code() -> None:
    assert name_site(Sector.LOCUMS, **LANTERN, on=date(2018, 4, 9)) is None
    long = {**LANTERN, "site": "Lantern " * 12}
    first = list_names(Sector.PHARMACY, **long)[0]

    assert first.endswith("fx999@nhs.net")
    assert len(first.partition("@")[0]) <= 64
    assert name_person("Zoë", "O'Órla") == "zoe.oorla"
