"""Moments as servers write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.mail_stamps import Stamp, delivery_stamp, read_internal_date, read_received

FILED = Stamp(datetime(2018, 4, 9, 9, 0, tzinfo=UTC), 0.001)
HALF_PAST = datetime(2018, 4, 9, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "from a by mx.test; Mon, 9 Apr 2018 07:30:00 +0100",
        "from a (b [1.2.3.4])\r\n\tby MX.test (x; y)\r\n\tid 1; 9 Apr 2018 07:30:00 +0100 (BST)",
        "by mx.test. id 1; 9 Apr 2018 06:30:00 GMT",
        "by mx.test; Mon, 9 Apr 2018 06:30:00 -0000",
    ],
)
def test_a_received_line_gives_its_host_and_moment(line: str) -> None:
    assert read_received(line) == ("mx.test", HALF_PAST)


def test_the_topmost_line_of_a_trusted_host_counts() -> None:
    content = (
        b"Received: from x by stranger.test; Mon, 9 Apr 2018 08:00:00 +0000\r\n"
        b"Received: from y by mx.test; Mon, 9 Apr 2018 06:30:00 +0000\r\n"
        b"Received: from z by mx.test; Mon, 9 Apr 2018 06:00:00 +0000\r\n\r\n"
    )
    assert delivery_stamp(content, FILED, ["MX.test"]) == Stamp(HALF_PAST, 1.0)


def test_without_a_trusted_line_the_mailbox_says_when() -> None:
    content = b"Received: by forged.test; Mon, 9 Apr 2018 06:30:00 +0000\r\n\r\n"
    assert delivery_stamp(content, FILED, ["mx.test"]) is FILED


def test_an_internal_date_is_read_in_utc() -> None:
    assert read_internal_date('" 9-Apr-2018 07:30:00 +0100"') == HALF_PAST


@given(st.text(max_size=60))
def test_a_moment_nobody_can_read_is_none_or_aware(text: str) -> None:
    for moment in (read_received(f"by a; {text}")[1], read_internal_date(text)):
        assert moment is None or moment.tzinfo is UTC
