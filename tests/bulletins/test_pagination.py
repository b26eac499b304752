"""Pagination as the service manual wants it: numbered, none for one page, ellipses for gaps."""

from typing import Any

import pytest

from lamppost.web.pagination import paginate


def shape(parameters: dict[str, Any] | None) -> str:
    if parameters is None:
        return ""
    items = [
        "..." if "ellipsis" in item else f"[{item['number']}]" if item.get("current")
        else str(item["number"])
        for item in parameters["items"]
    ]  # fmt: skip
    before = "< " if "previous" in parameters else ""
    return before + " ".join(items) + (" >" if "next" in parameters else "")


@pytest.mark.parametrize(
    ("page", "pages", "words"),
    [
        (1, 1, ""),
        (1, 2, "[1] 2 >"),
        (2, 2, "< 1 [2]"),
        (1, 9, "[1] 2 ... 9 >"),
        (3, 9, "< 1 2 [3] 4 ... 9 >"),
        (4, 9, "< 1 2 3 [4] 5 ... 9 >"),
        (5, 9, "< 1 ... 4 [5] 6 ... 9 >"),
        (9, 9, "< 1 ... 8 [9]"),
    ],
)
def test_pages_are_numbered_with_gaps_between(page: int, pages: int, words: str) -> None:
    assert shape(paginate("/bulletins/", page, pages)) == words


def test_the_first_page_has_no_number_in_its_address() -> None:
    parameters = paginate("/bulletins/", 2, 3)

    assert parameters is not None
    assert parameters["previous"]["href"] == "/bulletins/"
    assert parameters["next"]["href"] == "/bulletins/?page=3"
