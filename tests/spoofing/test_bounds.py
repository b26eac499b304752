"""What a hostile message can make us ask is bounded, and a quick reading is the whole one."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamppost.nameservers import ZoneResolver
from postmaster.spoofing import authors
from postmaster.spoofing.judging import judge
from postmaster.spoofing.lookups import MOST_LOOKUPS
from postmaster.spoofing.resolving import DnsAnswer, DnsTrouble
from postmaster.spoofing.verdict import Check, Verdict
from spoof_cases import NOBODY, OUTSIDE, POLICY, judged, said

SIGNATURE = (
    "DKIM-Signature: v=1; a=rsa-sha256; d=d{0}.evil.example; s=s; h=from; bh={1}; b=aaaa\r\n"
)


class Counting:
    """A resolver that counts, over zones or over silence."""

    def __init__(self, zones: dict[str, list[Any]] | None) -> None:
        self._zones = ZoneResolver(zones) if zones is not None else None
        self.asked: list[tuple[str, str]] = []

    def lookup(self, name: str, kind: str, *, seconds: float) -> DnsAnswer:
        self.asked.append((name, kind))
        if self._zones is None:
            return DnsAnswer(trouble=DnsTrouble.TIMEOUT)
        return self._zones.lookup(name, kind, seconds=seconds)


def judged_by(resolver: Counting, message: bytes) -> Verdict:
    return judge(message, OUTSIDE, policy=POLICY, senders=NOBODY, resolver=resolver)


FOREST: dict[str, list[Any]] = {
    "evil.example": [{"TXT": "v=spf1 " + " ".join(f"include:i{n}.x" for n in range(1000))}],
    **{f"i{n}.x": [{"TXT": f"v=spf1 include:i{n + 1}.x include:i{n + 2}.x"}] for n in range(1000)},
}
LOOPS: dict[str, dict[str, list[Any]]] = {
    "a thousand includes": FOREST,
    "includes itself": {"evil.example": [{"TXT": "v=spf1 include:evil.example -all"}]},
    "redirects to itself": {"evil.example": [{"TXT": "v=spf1 redirect=evil.example"}]},
    "two include each other": {
        "evil.example": [{"TXT": "v=spf1 include:b.x"}],
        "b.x": [{"TXT": "v=spf1 include:evil.example"}],
    },
    "more hosts than are asked for": {
        "evil.example": [{"TXT": "v=spf1 mx -all"}, *({"MX": [n, f"m{n}.x"]} for n in range(99))],
    },
    "names that are not there": {
        "evil.example": [{"TXT": "v=spf1 a:n1.x a:n2.x a:n3.x a:n4.x -all"}],
    },
    "two records": {"evil.example": [{"TXT": "v=spf1 -all"}, {"TXT": "v=spf1 +all"}]},
}


@pytest.mark.parametrize("name", list(LOOPS))
def test_a_record_that_asks_too_much_is_a_permanent_error(name: str) -> None:
    resolver = Counting(LOOPS[name])
    verdict = judged_by(resolver, said("x@evil.example"))

    assert verdict.checks.spf is Check.PERMERROR
    assert len(resolver.asked) < 40


def test_nothing_is_asked_twice_for_one_message() -> None:
    resolver = Counting(FOREST)
    judged_by(resolver, said("a@nhs.net, b@evil.example"))

    assert len(resolver.asked) == len(set(resolver.asked))


def test_many_signatures_and_authors_are_asked_about_within_a_budget() -> None:
    digest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    signatures = "".join(SIGNATURE.format(number, digest) for number in range(500)).encode()
    authors_of_it = ", ".join(f"a@a{n}.b.c.d.e.f.g.h.i.j.k.evil.example" for n in range(500))
    message = signatures + said(f"{authors_of_it}, admin@nhs.net")
    resolver = Counting({})
    verdict = judged_by(resolver, message)

    assert verdict.is_spoof
    assert len(resolver.asked) <= MOST_LOOKUPS


def test_a_silent_dns_gives_temporary_errors_and_no_more_questions_than_usual() -> None:
    resolver = Counting(None)
    verdict = judged_by(resolver, said("admin@nhs.net"))

    assert (verdict.checks.spf, verdict.checks.dmarc) == (Check.TEMPERROR, Check.TEMPERROR)
    assert verdict.is_spoof
    assert len(resolver.asked) < 10


@pytest.mark.parametrize("sender", ["a@" + "b" * 64 + ".example", "a@" + "b." * 200 + "c", "a@é.x"])
def test_a_sender_that_is_no_name_is_never_asked_for(sender: str) -> None:
    verdict = judged(said("x@evil.example"), replace(OUTSIDE, mail_from=sender))

    assert verdict.checks.spf is Check.NONE


NAMES = st.sampled_from(["", '"Ann Other" ', "Ann Other ", "O'Brien & Co ", '"" ', "'Ann' "])
LOCALS = st.text("abcXYZ019._+-'/#", min_size=1, max_size=12)
DOMAINS = st.sampled_from(["nhs.net", "NHS.NET", "evil.example", "a.b-c.nhs.net", "x"])


@settings(max_examples=200, deadline=None)
@given(NAMES, LOCALS, DOMAINS)
def test_the_quick_reading_of_a_usual_author_is_what_the_whole_one_finds(
    name: str, local: str, domain: str
) -> None:
    text = f" {name}<{local}@{domain}>" if name else f" {local}@{domain}"
    quick = authors.read_usual(text)
    whole = authors.read_whole(text)

    assert quick is not None
    assert quick.authors == whole.authors
    assert quick.faults == whole.faults
