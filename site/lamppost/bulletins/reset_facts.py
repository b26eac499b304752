"""The fact about password resets: how many in a month, shared out by channel."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from lamppost.bulletins.occasion import FactError, Occasion
from lamppost.clock import london_date
from lamppost.wording import say_count, say_month
from postmaster.credentials.resets.reads import count_month
from postmaster.credentials.resets.rules import Channel, say_share
from postmaster.days import add_months


def say_password_resets(session: Session, arguments: Mapping[str, str], occasion: Occasion) -> str:
    """The shares of a calendar month in London that is over; a month without any says so."""
    try:
        month = date.fromisoformat(f"{arguments['month']}-01")
    except ValueError:
        raise FactError(f"{arguments['month']} is no month of the calendar") from None
    if london_date(occasion.now) < add_months(month, 1):
        raise FactError(f"{say_month(month)} is not over yet")
    found = count_month(session, month=month)
    if found.total == 0:
        return f"No password resets are on record for {say_month(month)}."
    share = {channel: say_share(found.shares[channel]) for channel in Channel}
    return (
        f"Of the {say_count(found.total, 'password')} reset during {say_month(month)}, people "
        f"reset {share[Channel.SELF_SERVICE]} themselves, Local Administrators reset "
        f"{share[Channel.LOCAL_ADMIN]} and the national helpdesk reset the remaining "
        f"{share[Channel.NATIONAL_HELPDESK]}."
    )
