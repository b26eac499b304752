"""Which addresses belong to the copy, and the file each has there."""

import pytest

from lamppost.snapshot.addresses import (
    Address,
    file_of,
    is_of_the_copy,
    link_between,
    read_address,
)


@pytest.mark.parametrize(
    ("path", "belongs"),
    [
        ("/", True),
        ("/status/", True),
        ("/status/calendar.ics", True),
        ("/api/v2/status.json", True),
        ("/contacts/", True),
        ("/status/components/portal/", True),
        ("/status/components/portal/days/2018-04-09/", False),
        ("/status/history/2018/04/month.json", True),
        ("/bulletins/", False),
        ("/admin/", False),
        ("/api/v1/status", False),
        ("/status/incidents/../../../etc/passwd", False),
        ("/status/incidents/%2e%2e/%2e%2e/x", False),
        ("/assets/./x.css", False),
    ],
)
def test_an_address_belongs_to_the_copy_or_not(path: str, *, belongs: bool) -> None:
    assert is_of_the_copy(path) is belongs


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("/", "index.html"),
        ("/status/", "status/index.html"),
        ("/status/#top", "status/index.html"),
        ("/status/?colour=red", "status/index.html"),
        ("/status/feed.atom", "status/feed.atom"),
        ("/status/incidents/INC%201%2F2/", "status/incidents/INC_20_1/2/index.html"),
        ("/status/incidents/Ünd/", "status/incidents/_dc_nd/index.html"),
        (
            "/status/incidents/?older-than=INC1&x=1",
            "status/incidents/older-than_3d_INC1.b4857710.html",
        ),
    ],
)
def test_a_link_has_one_file(link: str, file: str) -> None:
    address, _ = read_address(link, frozenset({"older-than"}))

    assert file_of(address) == file


def test_two_pages_of_a_list_are_two_files() -> None:
    one, two = (Address("/status/incidents/", f"older-than={'x' * 90}{end}") for end in "ab")

    assert file_of(one) != file_of(two)


@pytest.mark.parametrize(
    ("file", "target", "link"),
    [
        ("index.html", "status/index.html", "status/index.html"),
        ("status/index.html", "index.html", "../index.html"),
        ("status/components/portal/index.html", "assets/css/a.css", "../../../assets/css/a.css"),
        ("status/index.html", "status/index.html", "index.html"),
    ],
)
def test_files_link_to_each_other_from_where_they_are(file: str, target: str, link: str) -> None:
    assert link_between(file, target) == link
    assert link_between(file, target, "here") == f"{link}#here"
