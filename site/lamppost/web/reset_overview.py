"""What the page of an account is told of its password, and the links of what staff can do to it."""

from typing import Any

from lamppost.web.account_acting import address_of
from lamppost.web.context import now, session
from lamppost.web.guard import actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.accounts.tables import Account
from postmaster.credentials.kinds import CHANGE_WORDS
from postmaster.credentials.resets.overview import Overview, get_overview
from postmaster.credentials.resets.rules import (
    CHANNEL_WORDS,
    DEED_WORDS,
    OUTCOME_WORDS,
    PROOF_WORDS,
)


def read_overview(row: Account) -> dict[str, Any]:
    """The values of `resets/_overview.html`."""
    return {
        "overview": get_overview(session(), row, now=now()),
        "change_words": CHANGE_WORDS,
        "outcome_words": OUTCOME_WORDS,
        "channel_words": CHANNEL_WORDS,
        "proof_words": PROOF_WORDS,
    }


def list_reset_links(row: Account, overview: Overview) -> list[tuple[str, str]]:
    """Address and words of what the reader may do after an identity check."""
    if not may(actor(), Action.ACCOUNTS_RESET).is_allowed:
        return []
    here = address_of(row.account_id)
    return [(f"{here}{deed.value}/", DEED_WORDS[deed]) for deed in overview.deeds]
