"""Addresses somebody typed, as what they are: an account, another list, or somebody outside."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import ALIVE, find_address_fault
from postmaster.accounts.tables import Account, AccountAlias
from postmaster.groups.rules import LIST_DOMAIN, GroupError, ListStatus
from postmaster.groups.tables import DistributionList, ListMember

MOST_AT_ONCE = 1000
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One recipient: exactly one of the three."""

    account_id: int | None = None
    nested_id: int | None = None
    external: str | None = None


def find_entries(session: Session, keys: Sequence[str], *, field: str = "add") -> list[Entry]:
    """What the addresses are, in order; an old address is the account's it still receives for.

    Raises:
        GroupError: one has no form of an address, or is ours and nobody's; the words name it.
    """
    if len(keys) > MOST_AT_ONCE:
        words = f"Enter {MOST_AT_ONCE:,} addresses at most at once; there are {len(keys):,}."
        raise GroupError(words, field=field)
    accounts = _find_accounts(session, keys)
    lists = _find_lists(session, keys)
    entries, wrong = [], []
    for key in keys:
        if key in accounts:
            entries.append(Entry(account_id=accounts[key]))
        elif key in lists:
            entries.append(Entry(nested_id=lists[key]))
        elif find_address_fault(key) or key.endswith(f"@{LIST_DOMAIN}"):
            wrong.append(key)
        else:
            entries.append(Entry(external=key))
    if wrong:
        more = f" and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        raise GroupError(
            f"Nobody has the address {', '.join(wrong[:_SHOWN])}{more}. Mend it, or take it out.",
            field=field,
        )
    return list(dict.fromkeys(entries))


def without_present(session: Session, list_id: int, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that are not on a list already."""
    rows = session.execute(
        select(ListMember.account_id, ListMember.nested_id, ListMember.external).where(
            ListMember.list_id == list_id, ListMember.ended_at.is_(None)
        )
    )
    present = {Entry(*row) for row in rows}
    return [entry for entry in entries if entry not in present]


def _find_accounts(session: Session, keys: Sequence[str]) -> dict[str, int]:
    living = session.execute(
        select(Account.address_key, Account.account_id).where(
            Account.address_key.in_(keys), Account.status.in_(sorted(ALIVE))
        )
    )
    old = session.execute(
        select(AccountAlias.address_key, AccountAlias.account_id).where(
            AccountAlias.address_key.in_(keys)
        )
    )
    return {key: number for rows in (old, living) for key, number in rows}


def _find_lists(session: Session, keys: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(DistributionList.address_key, DistributionList.list_id).where(
            DistributionList.address_key.in_(keys),
            DistributionList.status.in_([ListStatus.ACTIVE, ListStatus.DISABLED]),
        )
    )
    return {key: number for key, number in rows}
