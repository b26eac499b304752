"""An account made whole by hand: with its owner, its numbers, and nobody made twice."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.actions import add_account
from postmaster.accounts.addresses import refuse
from postmaster.accounts.mailboxes import SHARED, give_mailbox
from postmaster.accounts.rules import (
    ALIVE,
    LONGEST_EXTERNAL_ID,
    LONGEST_JOB_TITLE,
    AccountError,
    Kind,
    MemberRole,
    find_label_fault,
    find_mobile_fault,
    fold_address,
    fold_mobile,
    fold_name,
)
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
    _check_words(external_id, job_title, mobile)
    if kind is Kind.PERSON:
        _check_one_each(session, organisation, name, external_id, is_another=is_another)
    if kind in SHARED:
        _check_shared(session, organisation, address, owner)
    account_id = add_account(
        session, address=address, name=name, kind=kind, organisation=organisation,
        external_id=external_id or None, by=by, now=now,
    )  # fmt: skip
    row = session.get_one(Account, account_id)
    row.job_title, row.mobile = job_title or None, fold_mobile(mobile) or None
    if kind in SHARED:
        _give_owner(session, account_id, owner, by=by, now=now)
    return account_id


def _check_words(external_id: str, job_title: str, mobile: str) -> None:
    refuse(find_label_fault(external_id, "local number", LONGEST_EXTERNAL_ID), "external_id")
    refuse(find_label_fault(job_title, "job title", LONGEST_JOB_TITLE), "job_title")
    refuse(find_mobile_fault(fold_mobile(mobile)), "mobile")


def _give_owner(session: Session, mailbox_id: int, owner: str, *, by: Actor, now: datetime) -> None:
    try:
        give_mailbox(
            session, mailbox_id=mailbox_id, address=owner, role=MemberRole.OWNER, by=by, now=now
        )
    except AccountError as error:
        raise AccountError(str(error), field="owner") from None


def _check_one_each(
    session: Session, organisation: str, name: str, external_id: str, *, is_another: bool
) -> None:
    people = select(Account.address).where(
        Account.organisation == organisation,
        Account.kind == Kind.PERSON,
        Account.status.in_(sorted(ALIVE)),
    )
    if external_id:
        numbered = people.where(Account.external_id == external_id).limit(1)
        if (other := session.scalar(numbered)) is not None:
            refuse(f"{other} has this local number. One person has one account.", "external_id")
    named = people.where(Account.name_key == fold_name(name)).limit(1)
    if not is_another and (other := session.scalar(named)) is not None:
        refuse(
            f"Somebody of this name has the account {other}. Say below if it is another person.",
            "name",
        )


def _check_shared(session: Session, organisation: str, address: str, owner: str) -> None:
    short = session.scalar(
        select(Organisation.short_code).where(Organisation.ods_code == organisation)
    )
    if short and not fold_address(address).startswith(f"{short}."):
        refuse(f"Begin the address with {short}. and then the name you choose.", "address")
    if not owner:
        refuse("Enter the address of the owner. A mailbox without one is nobody's.", "owner")
