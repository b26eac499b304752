"""An account with everything an address of its panel can name, as rows."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from postmaster.access.actors import system
from postmaster.accounts.changes import make_row
from postmaster.accounts.conversions import RequestState
from postmaster.accounts.rules import HoldKind, Kind, MemberRole, Status
from postmaster.accounts.tables import Account, AccountConversion, AccountHold, MailboxMember
from postmaster.uploads.reading import read_file
from postmaster.uploads.rules import COLUMNS, Layout
from postmaster.uploads.staging import stage_upload


def put_account(
    session: Session,
    address: str,
    *,
    organisation: str,
    now: datetime,
    name: str = "",
    kind: Kind = Kind.PERSON,
    status: Status = Status.ACTIVE,
    days: int = 10,
) -> Account:
    """An account that has stood so for some days; a person has accepted the terms."""
    row = make_row(
        address, name or address.partition("@")[0].replace(".", " ").title(), kind=kind,
        organisation=organisation, status=status, now=now - timedelta(days=days),
    )  # fmt: skip
    row.accepted_at = row.created_at
    session.add(row)
    session.flush()
    return row


def put_mailbox(session: Session, *, organisation: str, now: datetime) -> tuple[int, ...]:
    """A shared mailbox with two owners, one held and with a request, and a file; gives numbers.

    The mailbox, the membership of its second owner, the hold and the request on the first, and
    the upload of the organisation.
    """
    code = organisation.lower()
    mailbox = put_account(
        session, f"{code}.reception@nhs.net", organisation=organisation, now=now, kind=Kind.SHARED
    )
    owners = [
        put_account(session, f"{local}.{code}@nhs.net", organisation=organisation, now=now)
        for local in ("ann", "bob")
    ]
    members = [
        MailboxMember(
            mailbox_id=mailbox.account_id, account_id=one.account_id, role=MemberRole.OWNER,
            since=now,
        )
        for one in owners
    ]  # fmt: skip
    hold = AccountHold(
        account_id=owners[0].account_id, kind=HoldKind.LEGAL, reason="Inquest",
        review_on=date(now.year + 1, 1, 1), placed_at=now, placed_by="person:another",
    )  # fmt: skip
    owners[0].hold_count = 1
    request = AccountConversion(
        account_id=owners[0].account_id, wanted=Kind.APPLICATION, why="Reminders",
        state=RequestState.ASKED, asked_at=now, asked_by="person:another",
    )  # fmt: skip
    session.add_all([*members, hold, request])
    session.flush()
    upload = put_upload(session, organisation=organisation, now=now)
    return mailbox.account_id, members[1].member_id, hold.hold_id, request.conversion_id, upload


def put_upload(session: Session, *, organisation: str, now: datetime) -> int:
    """A checked file of one new person."""
    line = f",new@{organisation.lower()}.nhs.uk,NEW,user,,,,"
    content = f"{','.join(COLUMNS[Layout.NEW])}\n{line}".encode()
    file = read_file(content, name="new.csv", organisation=organisation)
    return stage_upload(session, file=file, by=system("test"), now=now)
