"""A site's mailbox given the name of today's era; the one it had receives on, for good."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.addresses import leave_alias, take_address
from postmaster.accounts.changes import check_alive, note
from postmaster.accounts.rules import AccountError, Kind, fold_name
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.registrations.naming import KEPT_FOR_GOOD, SiteName, name_site
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.sectors import Sector
from postmaster.registrations.steps import get_for
from postmaster.registrations.tables import Registration


@acts(Action.REGISTRATIONS_DECIDE)
def rename_site(session: Session, *, registration_id: int, by: Actor, now: datetime) -> str:
    """Give the mailbox its name by the naming of today; gives the address.

    Raises:
        RegistrationError: there is no mailbox, it has that name, or somebody else has it.
    """
    row = get_for(session, registration_id, Action.REGISTRATIONS_DECIDE, by)
    mailbox = None if row.mailbox_id is None else session.get(Account, row.mailbox_id)
    wanted = wanted_name(row, now)
    if mailbox is None or wanted is None:
        raise RegistrationError("No shared mailbox was made by this registration.")
    if mailbox.address_key == wanted.address.casefold():
        raise RegistrationError("The mailbox has this name already.")
    try:
        check_alive(mailbox, Kind.SHARED)
        key = take_address(session, wanted.address, today=london_day(now))
    except AccountError as error:
        raise RegistrationError(str(error)) from None
    leave_alias(session, mailbox, until=KEPT_FOR_GOOD)
    personal = {"before": mailbox.address, "after": wanted.address}
    mailbox.address, mailbox.address_key = wanted.address, key
    mailbox.name, mailbox.name_key = wanted.display, fold_name(wanted.display)
    note(session, mailbox, "registrations.rename", {}, personal=personal, by=by, now=now)
    return wanted.address


def wanted_name(row: Registration, now: datetime) -> SiteName | None:
    """What the mailbox of a registration would be called if it were made now."""
    return name_site(
        Sector(row.sector), code=row.ods_code, site=row.site_name, town=row.town,
        on=london_day(now),
    )  # fmt: skip
