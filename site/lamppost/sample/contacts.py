"""How people reach the administrators of the sample's organisations; invented numbers."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import system
from postmaster.organisations.contacts import ContactKind, Reached, put_contact
from postmaster.organisations.tables import OrganisationContact

BY = system("sample")
WEEK = "Monday to Friday, 8am to 6pm"
CONTACTS = (
    ("RX1", ContactKind.ADMINISTRATORS, "nhsmail.admin@larkmoor.example", "01632 960101", WEEK),
    ("RX1", ContactKind.SERVICE_DESK, "it.desk@larkmoor.example", "01632 960100", "Any time"),
    ("RX2", ContactKind.ADMINISTRATORS, "mail.team@tarnside.example", "", ""),
    ("RX101", ContactKind.ADMINISTRATORS, "", "01632 960110", WEEK),
    ("09Y", ContactKind.ADMINISTRATORS, "gp.mail@wendleccg.example", "01632 960120", WEEK),
    ("09Y", ContactKind.GOVERNANCE, "ig@wendleccg.example", "", ""),
)


def add_contacts(session: Session, *, now: datetime) -> None:
    """Add them once, over the sample's organisations."""
    if session.scalar(select(func.count()).select_from(OrganisationContact)):
        return
    for code, kind, email, phone, hours in CONTACTS:
        reached = Reached(kind, email, phone, hours)
        put_contact(session, ods_code=code, reached=reached, by=BY, now=now)
