"""What an account comes back to: where it stood before a mark, and what its deletion took."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from postmaster.accounts.rules import ALIVE, AccountError, Status
from postmaster.accounts.tables import Account, AccountChange, MailboxMember


def find_before_leaving(session: Session, row: Account) -> AccountChange | None:
    """The change that made it a leaver, with what stood before; None for an imported one."""
    return session.scalars(
        select(AccountChange)
        .where(
            AccountChange.account_id == row.account_id,
            AccountChange.to_status == Status.LEAVER,
            AccountChange.before_status != Status.LEAVER,
        )
        .order_by(AccountChange.change_id.desc())
        .limit(1)
    ).first()


def check_not_anew(session: Session, row: Account, organisation: str) -> None:
    """Refuse to restore whoever has another account of an organisation by now.

    Raises:
        AccountError: naming the other account.
    """
    if row.external_id is None:
        return
    other = session.scalar(
        select(Account.address).where(
            Account.organisation == organisation,
            Account.external_id == row.external_id,
            Account.account_id != row.account_id,
            Account.status.in_(ALIVE),
        )
    )
    if other is not None:
        raise AccountError(
            f"{other} of {organisation} has the same local number {row.external_id} by now. One "
            "person has one account: if it is its owner's, mend that one; if not, its number."
        )


def give_back_mailboxes(session: Session, row: Account) -> None:
    """Open again what the deletion of this account ended, where the mailbox still lives.

    Somebody who was given the mailbox anew since keeps that; nothing is given twice.
    """
    mailbox, other = aliased(Account), aliased(MailboxMember)
    has_another = select(other.member_id).where(
        other.mailbox_id == MailboxMember.mailbox_id,
        other.account_id == MailboxMember.account_id,
        other.ended_at.is_(None),
    )
    ended = session.scalars(
        select(MailboxMember)
        .join(mailbox, mailbox.account_id == MailboxMember.mailbox_id)
        .where(
            MailboxMember.account_id == row.account_id,
            MailboxMember.ended_reason == "deleted",
            MailboxMember.ended_at == row.status_since,
            mailbox.status.in_(ALIVE),
            ~has_another.exists(),
        )
    )
    for member in ended:
        member.ended_at = member.ended_reason = member.ended_by_batch = None
