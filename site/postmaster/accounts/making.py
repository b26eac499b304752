"""An account made whole by hand: with its owner, its numbers, and nobody made twice."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.actions import add_account
from postmaster.accounts.addresses import refuse
from postmaster.accounts.changing import check_details, check_one_each
from postmaster.accounts.details import Details, fold_details
from postmaster.accounts.mailboxes import SHARED, give_mailbox
from postmaster.accounts.rules import AccountError, Kind, MemberRole, fold_address
from postmaster.accounts.tables import Account
from postmaster.organisations.tables import Organisation


@acts(Action.ACCOUNTS_CREATE)
def make_account(
    session: Session,
    *,
    kind: Kind,
    organisation: str,
    name: str,
    address: str,
    owner: str = "",
    external_id: str = "",
    job_title: str = "",
    mobile: str = "",
    is_another: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """Make a person, a shared mailbox or a room; gives its id. A mailbox has an owner at once.

    Raises:
        AccountError: something given cannot be, or a person of this name has an account of the
            organisation and `is_another` does not say that it is somebody else.
    """
    given = fold_details(Details(name, external_id, job_title, mobile))
    check_details(given, kind)
    if kind is Kind.PERSON:
        check_one_each(session, organisation, name, external_id, is_another=is_another)
    if kind in SHARED:
        _check_shared(session, organisation, address, owner)
    account_id = add_account(
        session, address=address, name=name, kind=kind, organisation=organisation,
        external_id=external_id or None, by=by, now=now,
    )  # fmt: skip
    row = session.get_one(Account, account_id)
    row.job_title, row.mobile = given.job_title or None, given.mobile or None
    if kind in SHARED:
        _give_owner(session, account_id, owner, by=by, now=now)
    return account_id


def _give_owner(session: Session, mailbox_id: int, owner: str, *, by: Actor, now: datetime) -> None:
    try:
        give_mailbox(
            session, mailbox_id=mailbox_id, address=owner, role=MemberRole.OWNER, by=by, now=now
        )
    except AccountError as error:
        raise AccountError(str(error), field="owner") from None


def _check_shared(session: Session, organisation: str, address: str, owner: str) -> None:
    short = session.scalar(
        select(Organisation.short_code).where(Organisation.ods_code == organisation)
    )
    if short and not fold_address(address).startswith(f"{short}."):
        refuse(f"Begin the address with {short}. and then the name you choose.", "address")
    if not owner:
        refuse("Enter the address of the owner. A mailbox without one is nobody's.", "owner")
