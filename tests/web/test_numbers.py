"""What counts as a number in a form."""

import pytest

from lamppost.web.forms import read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("042", 42),
        ("9" * 18, 10**18 - 1),
        ("1" * 19, None),
        ("", None),
        (None, None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        (" 1", None),
        ("1_0", None),
        ("\u0663", None),
        ("\u00b2", None),
    ],
)
def test_a_number_is_digits_alone_and_not_too_many(typed: str | None, number: int | None) -> None:
    assert read_number(typed) == number


def test_how_many_digits_there_may_be_is_said_by_who_asks() -> None:
    assert read_number("123456", 6) == 123456
    assert read_number("1234567", 6) is None
