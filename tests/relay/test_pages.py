"""The practice pages over HTTP and TLS."""

import html5lib
import pytest
import requests

from lamppost.worker.relay.running import PracticeRelay


@pytest.mark.parametrize("page", ["portal", "owa", "activesync", ""])
def test_a_page_says_that_it_is_a_practice_target(relay: PracticeRelay, page: str) -> None:
    answer = requests.get(f"http://{relay.host}:{relay.ports.http}/{page}", timeout=5)

    assert answer.status_code == 200
    assert "practice target" in answer.text
    html5lib.HTMLParser(strict=True).parse(answer.text)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_tls_port_is_trusted_by_its_own_authority_only(relay: PracticeRelay, host: str) -> None:
    address = f"https://{host}:{relay.ports.tls}/owa"

    assert requests.get(address, timeout=5, verify=str(relay.folders.authority)).ok
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(address, timeout=5)


def test_status_and_delay_follow_the_script_per_page(relay: PracticeRelay) -> None:
    relay.set("owa", http_status=503, http_delay_s=0.3)
    address = f"http://{relay.host}:{relay.ports.http}"

    owa = requests.get(f"{address}/owa", timeout=5)
    portal = requests.get(f"{address}/portal", timeout=5)

    assert (owa.status_code, portal.status_code) == (503, 200)
    assert owa.elapsed.total_seconds() >= 0.3 > portal.elapsed.total_seconds()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing-here", 404), ("POST", "owa", 405), ("HEAD", "owa", 200)],
)
def test_other_pages_and_methods(relay: PracticeRelay, method: str, path: str, status: int) -> None:
    address = f"http://{relay.host}:{relay.ports.http}/{path}"

    answer = requests.request(method, address, timeout=5)

    assert answer.status_code == status
    assert (answer.text == "") is (method == "HEAD")


def test_plain_http_on_the_tls_port_harms_nobody_else(relay: PracticeRelay) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://{relay.host}:{relay.ports.tls}/", timeout=5)

    address = f"https://127.0.0.1:{relay.ports.tls}/"
    assert requests.get(address, timeout=5, verify=str(relay.folders.authority)).ok
