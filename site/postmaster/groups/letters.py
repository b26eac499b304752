"""What the owners of a list are told, in plain words, owed to the outbox."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import EFFECTS, Status
from postmaster.accounts.tables import Account
from postmaster.days import london_day, say_day
from postmaster.groups.tables import DistributionList, ListOwner
from postmaster.outbox.actions import owe


def owe_owners(
    session: Session, row: DistributionList, subject: str, words: str, *, now: datetime
) -> None:
    """Tell every owner who receives; once per revision of the list."""
    receiving = [status for status in Status if EFFECTS[status].receives]
    owners = session.scalars(
        select(Account.address_key)
        .join(ListOwner, ListOwner.account_id == Account.account_id)
        .where(
            ListOwner.list_id == row.list_id,
            ListOwner.ended_at.is_(None),
            Account.status.in_(receiving),
        )
        .order_by(Account.address_key)
    )
    for address in owners:
        owe(
            session,
            cause="groups.decide",
            cause_key=f"{row.list_id}-{row.revision}",
            recipient=address,
            subject=subject,
            text=(
                f"You own the distribution list {row.address} of {row.organisation}.\n\n"
                f"{words}\n\nDecided on {say_day(london_day(now))}. Ask the local administrator "
                f"of {row.organisation} if this is not what you expected.\n"
            ),
            template="list-1",
            is_secret=False,
            now=now,
        )
