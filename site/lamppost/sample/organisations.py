"""The sample's organisations: a trust, practices, the sectors' containers, a merger and a split.

Every name is invented.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import system
from postmaster.organisations.actions import (
    NewOrganisation,
    add_organisation,
    close_organisation,
)
from postmaster.organisations.rules import Kind, SuccessionKind
from postmaster.organisations.tables import Organisation

OPENED = date(2013, 4, 1)
TOWNS = (
    "Ashcombe", "Birchwick", "Calderhope", "Dunmere", "Elmsworth", "Fernleigh", "Garthdale",
    "Hollowby", "Inglewater", "Juniper Hill", "Kestrelton", "Larkfield",
)  # fmt: skip
# Sector's container, its name, the first letters of its sites' codes, and the words of a site.
SECTORS = (
    ("NHSPHARMACY", "Community pharmacy", "FP", "Pharmacy"),
    ("NHSDENTISTRY", "Dentistry", "VD", "Dental practice"),
    ("NHSCARE", "Social care", "VM", "Care home"),
    ("NHSOPTOMETRY", "Optometry", "TP", "Opticians"),
)
MERGED = ("RZ7", "RZ8", "RZ9")


def add_organisations(session: Session, *, now: datetime) -> int:
    """Open the sample's organisations unless they are there; gives how many were opened."""
    if session.get(Organisation, "RX1") is not None:
        return 0
    by = system("sample")
    count = 0
    for organisation in _list_organisations():
        add_organisation(session, organisation=organisation, by=by, now=now)
        count += 1
    for code in MERGED:
        close_organisation(
            session,
            ods_code=code,
            closed_on=date(2018, 4, 1),
            successors={"RX9": SuccessionKind.MERGE},
            by=by,
            now=now,
        )
    close_organisation(
        session,
        ods_code="Y0200",
        closed_on=date(2018, 3, 31),
        successors={"Y0201": SuccessionKind.SPLIT, "Y0202": SuccessionKind.SPLIT},
        by=by,
        now=now,
    )
    return count


def _list_organisations() -> Iterator[NewOrganisation]:
    yield _trust("RX1", "Ashcombe Hospitals", "ashc")
    for code, name, short in (
        ("RX101", "Ashcombe General Hospital", "ashcgh"),
        ("RX102", "Birchwick Community Hospital", "birch"),
        ("RX103", "Ashcombe Children's Centre", "ashccc"),
    ):
        yield NewOrganisation(code, name, short, parent="RX1", opened_on=OPENED)
    yield _trust("RX2", "Calderhope Mental Health", "caldmh")
    yield _trust("RX9", "Three Rivers Community Health", "threer")
    for code, town in zip(MERGED, ("Dunmere", "Elmsworth", "Fernleigh"), strict=True):
        yield _trust(code, f"{town} Community Health", town.lower()[:5])
    yield _trust("Y0200", "Garthdale and Hollowby Care", "garho")
    yield _trust("Y0201", "Garthdale Care", "garth")
    yield _trust("Y0202", "Hollowby Care", "holby")
    yield _trust("15X", "Northmarsh Primary Care", "nmpc")
    for number, town in enumerate(TOWNS, start=1):
        yield NewOrganisation(
            f"A810{number:02}", f"{town} Surgery", f"gp{number:02}", parent="15X", opened_on=OPENED
        )
    for code, name, letters, words in SECTORS:
        yield NewOrganisation(code, name, kind=Kind.CONTAINER, opened_on=date(2016, 12, 1))
        for number, town in enumerate(TOWNS, start=1):
            site = f"{letters}{number:03}"
            yield NewOrganisation(
                site, f"{town} {words}", site.lower(), container=code, opened_on=OPENED
            )


def _trust(code: str, name: str, short_code: str) -> NewOrganisation:
    return NewOrganisation(code, name, short_code, opened_on=OPENED)
