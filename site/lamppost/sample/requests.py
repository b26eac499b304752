"""What waits in the sample: a checked file, and two requests for an application account."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import system
from postmaster.accounts.conversions import ask_conversion
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.uploads.reading import read_file
from postmaster.uploads.rules import COLUMNS, Layout
from postmaster.uploads.staging import stage_upload
from postmaster.uploads.tables import Upload

ORGANISATION = "RX1"
BY = system("sample")


def add_requests(session: Session, *, now: datetime) -> None:
    """Add them once, over the sample's accounts."""
    if session.scalar(select(Upload.upload_id).limit(1)) is not None:
        return
    people = session.scalars(
        select(Account)
        .where(
            Account.organisation == ORGANISATION,
            Account.kind == Kind.PERSON,
            Account.status == Status.ACTIVE,
        )
        .order_by(Account.account_id.desc())
        .limit(4)
    ).all()
    _add_file(session, people[0], now)
    reminder, person = people[1], people[2]
    reminder.address = reminder.address_key = f"appointment.reminder{reminder.account_id}@nhs.net"
    reminder.name, reminder.name_key = "Appointment reminders", "appointment reminders"
    for row, why in ((reminder, "Reminders to patients"), (person, "A scanner that sends")):
        ask_conversion(
            session, account_id=row.account_id, owner=people[3].address, why=why, by=BY, now=now
        )


def _add_file(session: Session, known: Account, now: datetime) -> None:
    """One row of each verdict."""
    leaver = session.scalars(
        select(Account)
        .where(Account.status == Status.LEAVER, Account.organisation != ORGANISATION)
        .order_by(Account.account_id)
        .limit(1)
    ).one()
    rows = (
        ',new.starter@nhs.net,"STARTER, New",user,RX1,900001,Nurse,07700900001',
        f',{known.address},"{known.name}",user,RX1,{known.external_id},Ward manager,',
        f',{known.address},"{known.name}",user,RX1,{known.external_id},Ward manager,',
        f',{leaver.address},"{leaver.name}",user,RX1,,,',
        ',lost.zero@nhs.net,"ZERO, Lost",user,RX1,900002,Porter,7700900002',
        ",formula@nhs.net,=HYPERLINK(1),user,RX1,,,",
    )
    content = "\r\n".join((",".join(COLUMNS[Layout.NEW]), *rows)).encode("utf-8-sig")
    file = read_file(content, name="starters-of-the-week.csv", organisation=ORGANISATION)
    stage_upload(session, file=file, by=BY, now=now)
