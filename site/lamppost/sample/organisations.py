"""The sample's organisations: every kind and every state, all names and most codes invented."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, system
from postmaster.organisations.actions import (
    add_organisation,
    close_organisation,
    start_closing,
)
from postmaster.organisations.rules import Kind
from postmaster.organisations.tables import Organisation

# Code, name, short code.
CONTAINERS = (
    ("NHSPHARMACY", "Community pharmacy", "nhspharmacy"),
    ("NHSDENTAL", "General dental practice", "nhsdental"),
    ("NHSCARE", "Adult social care", "nhscare"),
    ("NHSOPTOM", "Community optometry", "nhsoptom"),
)
PARENTS = (
    ("RX1", "Larkmoor University Hospitals NHS Trust", "larkmoor"),
    ("RX2", "Tarnside Mental Health NHS Foundation Trust", "tarnside"),
    ("RX3", "Brackendale Ambulance Service NHS Trust", "brackendale"),
    ("09Y", "NHS Larkmoor and Wendle Clinical Commissioning Group", "wendleccg"),
    ("10Z", "NHS Tarnside Clinical Commissioning Group", "tarnsideccg"),
)
# Children of a hospital trust or a group: parent, then code and name.
CHILDREN = (
    ("RX1", "RX101", "Larkmoor Royal Infirmary"),
    ("RX1", "RX102", "Wendle Cottage Hospital"),
    ("RX1", "RX103", "St Órla's Hospital for Women"),
    ("RX2", "RX201", "Tarnside House"),
    ("RX2", "RX202", "The Alder Unit"),
    ("RX102", "RX104", "Wendle Day Hospital"),
)
# Units within units: parent, code, name.
UNITS = (
    ("RX2", "RX2-CMHT", "Community mental health team"),
    ("RX2-CMHT", "RX2-CMHT-NORTH", "Community mental health team, north"),
)
PRACTICES = (
    "Abbey Lane Surgery", "Beechcroft Medical Centre", "Canal Street Practice",
    "Dovecote Health Centre", "Elm Tree Surgery", "Fernhill Medical Practice",
    "Gatehouse Surgery", "Harbour View Practice", "Ivy House Surgery", "Juniper Road Practice",
    "Kingfisher Medical Centre", "Limekiln Surgery", "Millrace Health Centre",
    "Northgate Practice", "Orchard Row Surgery", "Priory Fields Practice",
)  # fmt: skip
# Names of a sector's sites; their codes are the letters and a number.
SITES = (
    ("NHSPHARMACY", "FX", (
        "Abacus Pharmacy", "Bellwether Chemist", "Castle Hill Pharmacy", "Dale End Pharmacy",
        "Eastgate Pharmacy", "Fountain Chemist", "Greenway Pharmacy", "Hollybush Pharmacy",
        "Inkwell Chemist", "Jubilee Pharmacy", "Kestrel Pharmacy", "Longmeadow Pharmacy",
    )),
    ("NHSDENTAL", "VX", (
        "Aspen Dental Practice", "Bridge Street Dental", "Cobble Lane Dentists",
        "Daisy Bank Dental Care", "Elder Court Dental", "Foxglove Dental Practice",
    )),
    ("NHSCARE", "VC", (
        "Applegarth Care Home", "Birchwood Lodge", "Cedar Gardens Nursing Home",
        "Dunes View Residential Home", "Edgewater Home Care", "Fairholme Court",
    )),
    ("NHSOPTOM", "TX", (
        "Acorn Opticians", "Bay Tree Eye Care", "Crescent Optometrists", "Dockside Opticians",
    )),
)  # fmt: skip
# Practices that are gone: the three that merged, one that split, one renamed, one that only closed.
GONE = (
    ("Y90011", "Quarry Bank Surgery"),
    ("Y90012", "Ropewalk Surgery"),
    ("Y90013", "Station Road Surgery"),
    ("Y90021", "Twin Rivers Health Centre"),
    ("Y90031", "Underhill Practice"),
    ("Y90041", "Viaduct Walk-in Centre"),
)
NEW = (
    ("Y90010", "Quarry and Ropewalk Medical Group"),
    ("Y90022", "North River Practice"),
    ("Y90023", "South River Practice"),
    ("Y90030", "Underhill and Wold Practice"),
)
MERGED_ON = date(2018, 4, 1)
CLOSING = "Y90050"
# Practices that the sample's closings close: a chain, a merger into its end, nobody on the service,
# and one that only ODS has closed.
CLOSING_LATER = (
    ("Y90060", "Ashfield Health Centre"),
    ("Y90062", "Yew Tree Surgery"),
    ("Y90063", "Yew and Ash Group"),
    ("Y90064", "Willow Bank Surgery"),
    ("Y90065", "Willow Green Surgery"),
    ("Y90071", "Xenon Row Practice"),
    ("Y90081", "Zion Street Surgery"),
)
BY = system("sample")


def add_organisations(session: Session, *, now: datetime) -> None:
    """Add the sample's organisations once; what is there stays as it is."""
    if session.get(Organisation, "RX1") is not None:
        return
    opened = date(2013, 4, 1)
    for code, name, short_code in CONTAINERS:
        _add(session, code, name, now, short_code=short_code, kind=Kind.CONTAINER)
    for code, name, short_code in PARENTS:
        _add(session, code, name, now, short_code=short_code, opened_on=opened)
    for parent, code, name in CHILDREN:
        _add(session, code, name, now, parent=parent, opened_on=opened)
    for parent, code, name in UNITS:
        _add(session, code, name, now, kind=Kind.UNIT, parent=parent)
    for number, name in enumerate(PRACTICES, start=1):
        parent = "09Y" if number % 3 else "10Z"
        _add(session, f"A81{number:03d}", name, now, parent=parent, opened_on=opened)
    for container, letters, names in SITES:
        for number, name in enumerate(names, start=1):
            _add(session, f"{letters}{number:03d}", name, now, container=container)
    for code, name in (*GONE, *NEW, *CLOSING_LATER, (CLOSING, "Weir Side Surgery")):
        _add(session, code, name, now, parent="09Y")
    _close_some(session, now)


def _close_some(session: Session, now: datetime) -> None:
    """A merger of three into one, a split, a renaming, a closure nobody succeeds, one closing."""
    for code, *successors in (
        ("Y90011", "Y90010"),
        ("Y90012", "Y90010"),
        ("Y90013", "Y90010"),
        ("Y90021", "Y90022", "Y90023"),
        ("Y90031", "Y90030"),
        ("Y90041",),
    ):
        close_organisation(
            session,
            ods_code=code,
            successors=successors,
            closed_on=MERGED_ON,
            is_rename=code == "Y90031",
            by=BY,
            now=now,
        )
    start_closing(session, ods_code=CLOSING, by=BY, now=now)


def _add(
    session: Session,
    code: str,
    name: str,
    now: datetime,
    *,
    short_code: str | None = None,
    kind: Kind = Kind.ORGANISATION,
    parent: str | None = None,
    container: str | None = None,
    opened_on: date | None = None,
    by: Actor = BY,
) -> None:
    add_organisation(
        session,
        ods_code=code,
        name=name,
        kind=kind,
        short_code=short_code or (None if kind is Kind.UNIT else code.lower()),
        parent=parent,
        container=container,
        opened_on=opened_on,
        by=by,
        now=now,
    )
