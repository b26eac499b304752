"""Who owns and uses a shared mailbox: given and ended, never deleted."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.addresses import refuse
from postmaster.accounts.changes import check_alive, get_for, note
from postmaster.accounts.rules import ALIVE, AccountError, Kind, MemberRole, fold_address
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.audit.actions import Changes

SHARED = (Kind.SHARED, Kind.RESOURCE)


@acts(Action.MAILBOXES_MEMBERS)
def give_mailbox(
    session: Session,
    *,
    mailbox_id: int,
    address: str,
    role: MemberRole,
    by: Actor,
    now: datetime,
) -> None:
    """Make a person the owner or a member of a shared mailbox; an owner is a member too.

    The person may be of another organisation: people keep a mailbox when they move.

    Raises:
        AccountError: the mailbox is none, nobody has the address, or they are it already.
    """
    mailbox = _get_mailbox(session, mailbox_id, by)
    key = fold_address(address)
    person = session.scalar(select(Account).where(Account.address_key == key))
    if person is None or person.kind != Kind.PERSON or person.status not in ALIVE:
        refuse("No person's account has this address. Check it.", "address")
        return
    before = _get_open(session, mailbox_id, person.account_id)
    if before is not None and before.role == role:
        refuse(f"This person is {_WORDS[role]} of the mailbox already.", "address")
    if before is not None:
        if before.role == MemberRole.OWNER:
            _check_other_owner(session, before)
        before.ended_at, before.ended_reason = now, "changed"
    given = MailboxMember(mailbox_id=mailbox_id, account_id=person.account_id, role=role, since=now)
    session.add(given)
    changes: Changes = {
        "account": (None, person.account_id),
        "role": (before.role if before else None, role),
    }
    note(session, mailbox, "mailboxes.give", changes, by=by, now=now)


@acts(Action.MAILBOXES_MEMBERS)
def take_over(
    session: Session, *, mailbox_id: int, owner_id: int, by: Actor, now: datetime
) -> None:
    """Make a person answer for a mailbox or an application account; no change if they do.

    Raises:
        AccountError: it is deleted or a person's, or the owner's account does not live.
    """
    row = get_for(session, mailbox_id, Action.MAILBOXES_MEMBERS, by)
    check_alive(row, *SHARED, Kind.APPLICATION)
    owner = session.get_one(Account, owner_id)
    if row.kind == Kind.APPLICATION and row.owner_id != owner_id:
        changes: Changes = {"owner": (row.owner_id, owner_id)}
        row.owner_id = owner_id
        note(session, row, "mailboxes.give", changes, by=by, now=now)
    held = _get_open(session, mailbox_id, owner_id)
    if row.kind in SHARED and (held is None or held.role != MemberRole.OWNER):
        give_mailbox(
            session, mailbox_id=mailbox_id, address=owner.address, role=MemberRole.OWNER,
            by=by, now=now,
        )  # fmt: skip


@acts(Action.MAILBOXES_MEMBERS)
def end_mailbox(session: Session, *, member_id: int, by: Actor, now: datetime) -> None:
    """End somebody's ownership or membership.

    Raises:
        AccountError: it has ended, or nobody else owns the mailbox.
    """
    row = session.get(MailboxMember, member_id)
    if row is None:
        raise AccountError("Nobody has the mailbox so.")
    mailbox = _get_mailbox(session, row.mailbox_id, by)
    session.refresh(row)
    if row.ended_at is not None:
        raise AccountError("It has ended already.")
    if row.role == MemberRole.OWNER:
        _check_other_owner(session, row)
    row.ended_at, row.ended_reason = now, "ended"
    changes: Changes = {"account": (row.account_id, None), "role": (row.role, None)}
    note(session, mailbox, "mailboxes.end", changes, by=by, now=now)


_WORDS = {MemberRole.OWNER: "an owner", MemberRole.MEMBER: "a member"}


def _get_mailbox(session: Session, mailbox_id: int, by: Actor) -> Account:
    """The mailbox, its row locked, so that two owners cannot end each other at once."""
    mailbox = get_for(session, mailbox_id, Action.MAILBOXES_MEMBERS, by)
    check_alive(mailbox, *SHARED)
    return mailbox


def _get_open(session: Session, mailbox_id: int, account_id: int) -> MailboxMember | None:
    return session.scalar(
        select(MailboxMember).where(
            MailboxMember.mailbox_id == mailbox_id,
            MailboxMember.account_id == account_id,
            MailboxMember.ended_at.is_(None),
        )
    )


def _check_other_owner(session: Session, row: MailboxMember) -> None:
    """Refuse to end the only owner: one whose account still lives must remain.

    Raises:
        AccountError: nobody else owns it.
    """
    others = (
        select(func.count())
        .select_from(MailboxMember)
        .join(Account, Account.account_id == MailboxMember.account_id)
        .where(
            MailboxMember.mailbox_id == row.mailbox_id,
            MailboxMember.account_id != row.account_id,
            MailboxMember.role == MemberRole.OWNER,
            MailboxMember.ended_at.is_(None),
            Account.status.in_(ALIVE),
        )
    )
    if not session.scalar(others):
        raise AccountError("Nobody else owns the mailbox. Make somebody else its owner first.")
