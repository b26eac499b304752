"""What is asked of an address and an organisation before an account is put there."""

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import AccountError, find_address_fault, fold_address
from postmaster.accounts.tables import Account, AccountAlias, AddressQuarantine, HeldAddress
from postmaster.organisations.reads import get_final_successors
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.tables import Organisation


def refuse(fault: str | None, field: str | None) -> None:
    """Raise when there is a fault.

    Raises:
        AccountError: with the fault as its words.
    """
    if fault is not None:
        raise AccountError(fault, field=field)


def check_free(session: Session, address: str, *, today: date) -> str:
    """Check that nobody has, receives by, or lately had an address; gives its key.

    Raises:
        AccountError: somebody does; a quarantine says until when.
    """
    key = fold_address(address)
    refuse(find_address_fault(key), "address")
    if session.scalar(select(Account.account_id).where(Account.address_key == key)) is not None:
        refuse(
            "An account has or had this address. Choose another; or accept it as a joiner, if its "
            "owner comes to you.",
            "address",
        )
    if session.get(HeldAddress, key) is not None:
        refuse("A distribution list has this address. Choose another.", "address")
    alias = select(AccountAlias.receives_until).where(
        AccountAlias.address_key == key, AccountAlias.receives_until >= today
    )
    if (until := session.scalar(alias)) is not None:
        refuse(f"It receives for another account until {until.isoformat()}.", "address")
    kept = select(AddressQuarantine.kept_until).where(
        AddressQuarantine.address_key == key, AddressQuarantine.kept_until >= today
    )
    if (until := session.scalar(kept)) is not None:
        refuse(f"Its last owner's mail is kept apart until {until.isoformat()}.", "address")
    return key


def take_address(session: Session, address: str, *, today: date) -> str:
    """Check that an address is free and take it; gives its key.

    What an alias or a quarantine of old left of it goes: the address has a new owner now.

    Raises:
        AccountError: it is not free.
    """
    key = check_free(session, address, today=today)
    for table in (AccountAlias, AddressQuarantine):
        session.execute(delete(table).where(table.address_key == key))
    return key


def hold_address(session: Session, key: str, *, holder: str) -> None:
    """Let something that is no account have an address; no account is given it from now on."""
    session.add(HeldAddress(address_key=key, holder=holder))


def release_address(session: Session, key: str) -> None:
    """Let an address go that `hold_address` took."""
    session.execute(delete(HeldAddress).where(HeldAddress.address_key == key))


def leave_alias(session: Session, row: Account, *, until: date) -> None:
    """Let an account's address of now receive for it until a day; it never sends."""
    session.add(
        AccountAlias(address_key=row.address_key, account_id=row.account_id, receives_until=until)
    )


def check_organisation(session: Session, code: str) -> None:
    """Check that an organisation takes accounts: it is open, here and in ODS.

    Raises:
        AccountError: there is none, or it is closing or closed; who took over is named.
    """
    found = session.execute(
        select(Organisation.status, Organisation.ods_closed_on).where(Organisation.ods_code == code)
    ).one_or_none()
    if found is None:
        refuse(f"There is no organisation {code}. Check the code.", "organisation")
    elif found.status != OrganisationStatus.OPEN:
        finals = get_final_successors(session, ods_code=code)
        way = f"Use {' or '.join(finals)}, which took over." if finals else "Choose an open one."
        refuse(f"{code} is {found.status} and takes no accounts. {way}", "organisation")
    elif found.ods_closed_on is not None:
        refuse(f"ODS closed {code}: it takes no accounts. Choose an open one.", "organisation")
