"""How an incident lay over its components, in words, leading to the day it began."""

from datetime import timedelta

import pytest

from lamppost.status.report import State
from lamppost.status.slices import Overlay, OverlayKind
from lamppost.web.incident_spells import present_spells
from status_rows import NINE

HOUR = timedelta(hours=1)


def test_a_spell_that_is_over_says_how_long_it_was() -> None:
    one = Overlay(OverlayKind.INCIDENT, "INC1", State.PARTIAL, NINE - 2 * HOUR, NINE - HOUR)

    (row,) = present_spells([("mail", one)], {"mail": "Mail"}, now=NINE)

    assert (row.name, row.words, row.lasted) == ("Mail", "Partial outage", "1 hour")
    assert (row.begins, row.ends) == ("9 April 2018 at 7am BST", "9 April 2018 at 8am BST")
    assert row.address == "/status/components/mail/days/2018-04-09/"


@pytest.mark.parametrize(("days", "is_linked"), [(89, True), (90, False)])
def test_only_days_that_are_shown_are_linked(days: int, is_linked: bool) -> None:  # noqa: FBT001 - a table's column
    began = NINE - timedelta(days=days)
    one = Overlay(OverlayKind.INCIDENT, "INC1", State.DEGRADED, began, None)

    (row,) = present_spells([("gone", one)], {}, now=NINE)

    assert (row.address is not None) is is_linked
    assert (row.name, row.ends) == ("gone", "Still open")
