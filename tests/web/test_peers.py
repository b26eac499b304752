"""Whose address counts: the nearest that is no proxy of ours."""

from ipaddress import ip_address, ip_network

import pytest
from flask import Flask

from lamppost.web.next_address import safe_next
from lamppost.web.peers import find_client

OURS = (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("203.0.113.9", ["10.1.1.1"], "203.0.113.9"),
        ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["172.16.0.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["203.0.113.9", "10.0.0.3"], "203.0.113.9"),
        ("10.0.0.2", ["nonsense"], "10.0.0.2"),
        ("10.0.0.2", [""], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.2", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("10.0.0.2", [f"10.9.9.{number}" for number in range(50)], "10.9.9.0"),
    ],
)
def test_a_chain_is_believed_as_far_as_our_own_proxies_passed_it_on(
    peer: str, chain: list[str], client: str
) -> None:
    assert find_client(ip_address(peer), chain, OURS) == ip_address(client)


def test_a_number_of_proxies_takes_that_place_of_the_chain() -> None:
    chain = ["198.51.100.1", "203.0.113.9"]

    assert find_client(ip_address("127.0.0.1"), chain, 1) == ip_address("203.0.113.9")
    assert find_client(ip_address("127.0.0.1"), chain, 0) == ip_address("127.0.0.1")


def test_a_forged_header_does_not_open_the_fuller_status_page(app: Flask) -> None:
    client = app.test_client()

    for forged in ("10.0.0.1", "127.0.0.1, 10.0.0.1", ",".join(["10.0.0.1"] * 50)):
        answer = client.get("/status/n3/", headers={"X-Forwarded-For": forged})
        assert answer.status_code == 403
        assert "/status/" in answer.text
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "given",
    [
        None, "", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "evil",
        "/\t/evil.example", "/" + "a" * 3000, "javascript:alert(1)",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_that_is_not_ours(given: str | None) -> None:
    assert safe_next(given) == "/admin/"


@pytest.mark.parametrize("given", ["/", "/admin/people/?q=a", "/status/n3/"])
def test_a_path_of_ours_is_gone_on_to(given: str) -> None:
    assert safe_next(given) == given
