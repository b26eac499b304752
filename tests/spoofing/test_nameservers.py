"""The real resolver against a name server of our own on loopback."""

import socket
from collections.abc import Iterator
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from lamppost.nameservers import SystemResolver
from postmaster.spoofing.resolving import DnsAnswer, DnsTrouble

RECORDS = {
    ("text.example.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("mail.example.", "MX"): ["10 mx.example."],
    ("7.2.0.192.in-addr.arpa.", "PTR"): ["mailer.example."],
    ("host.example.", "A"): ["192.0.2.7"],
    ("host.example.", "AAAA"): ["2001:db8::7"],
}


def answer(question: bytes) -> bytes:
    asked = dns.message.from_wire(question)
    response = dns.message.make_response(asked)
    response.flags |= dns.flags.RA
    name, kind = asked.question[0].name, dns.rdatatype.to_text(asked.question[0].rdtype)
    if name.to_text() == "broken.example.":
        response.set_rcode(dns.rcode.SERVFAIL)
    elif texts := RECORDS.get((name.to_text(), kind)):
        response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
    elif not any(name.to_text() == known for known, _ in RECORDS):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


@pytest.fixture
def resolver() -> Iterator[SystemResolver]:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            question, client = server.recvfrom(4096)
            if not question:
                return
            server.sendto(answer(question), client)

    thread = Thread(target=serve)
    thread.start()
    yield SystemResolver(["127.0.0.1"], port=server.getsockname()[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"", server.getsockname())
    thread.join()
    server.close()


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("text.example", "TXT", DnsAnswer((b"v=spf1 -all", b"other"))),
        ("mail.example", "MX", DnsAnswer(((10, "mx.example"),))),
        ("7.2.0.192.in-addr.arpa", "PTR", DnsAnswer(("mailer.example",))),
        ("host.example", "A", DnsAnswer(("192.0.2.7",))),
        ("host.example", "AAAA", DnsAnswer(("2001:db8::7",))),
        ("host.example", "TXT", DnsAnswer()),
        ("none.example", "A", DnsAnswer(trouble=DnsTrouble.NO_SUCH_NAME)),
        ("broken.example", "A", DnsAnswer(trouble=DnsTrouble.SERVER)),
        ("a..b", "A", DnsAnswer(trouble=DnsTrouble.SERVER)),
    ],
)
def test_what_a_server_says_is_given_on(
    resolver: SystemResolver, name: str, kind: str, expected: DnsAnswer
) -> None:
    found = resolver.lookup(name, kind, seconds=5)

    # A resolver may give records in any order.
    assert (set(found.values), found.trouble) == (set(expected.values), expected.trouble)


def test_a_server_that_stays_silent_is_left_alone_for_a_while() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)  # noqa: FBT003 - the socket's own shape
        resolver = SystemResolver(["127.0.0.1"], port=silent.getsockname()[1])
        for number in range(3):
            answer = resolver.lookup(f"a{number}.example", "A", seconds=0.05)
            assert answer.trouble is DnsTrouble.TIMEOUT
        while True:
            try:
                silent.recv(4096)
            except BlockingIOError:
                break

        assert resolver.lookup("b.example", "A", seconds=0.05).trouble is DnsTrouble.TIMEOUT
        with pytest.raises(BlockingIOError):
            silent.recv(4096)
