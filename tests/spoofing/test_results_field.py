"""Authentication-Results: whose it is, what it says, and how ours is written."""

from dataclasses import replace

import pytest

from postmaster.spoofing.results_field import is_by, read_results, write_results
from spoof_cases import OUTSIDE, codes, judged, said


@pytest.mark.parametrize(
    "value",
    [
        b" mx.nhs.test; dmarc=pass",
        b" MX.nhs.test 1; none",
        b" (a comment) mx.nhs.test (one (that nests)); spf=pass",
        b' "mx.nhs.test"; spf=pass',
        b"\r\n mx.nhs.test;\r\n\tspf=pass",
        b" mx.nhs.test; spf=pass (not closed",
    ],
)
def test_a_field_in_our_name_that_came_in_is_not_believed(value: bytes) -> None:
    verdict = judged(b"Authentication-Results:" + value + b"\r\n" + said("admin@nhs.net"))

    assert "forged-results" in codes(verdict)
    assert verdict.is_spoof


@pytest.mark.parametrize(
    "value",
    [
        b" mx.other.example; dmarc=pass",
        b" mx.other.example (mx.nhs.test); dmarc=pass",
        b' mx.other.example; spf=pass smtp.mailfrom="mx.nhs.test; dmarc=pass"@x.example',
    ],
)
def test_the_field_of_another_host_is_left_alone(value: bytes) -> None:
    assert not is_by(value, "mx.nhs.test")


def test_a_quoted_sign_is_a_word_and_a_comment_is_nothing() -> None:
    read = read_results(
        b'mx.a.example; spf=pass (dmarc=pass (x)) smtp.mailfrom="dmarc=pass; a"; dkim=fail'
    )

    assert read is not None
    assert [(one.method, one.result) for one in read.results] == [("spf", "pass"), ("dkim", "fail")]
    assert read.results[0].properties == (("smtp.mailfrom", "dmarc=pass; a"),)


@pytest.mark.parametrize(
    "sender",
    [
        "x@evil.example; dmarc=pass header.from=nhs.net",
        'x"@evil.example',
        "x@evil.example(dmarc=pass)",
        "x@evil.example\r\nFrom: admin@nhs.net",
        "x@evil.example\x00",
    ],
)
def test_a_peers_string_never_becomes_a_result(sender: str) -> None:
    verdict = judged(said("x@evil.example"), replace(OUTSIDE, mail_from=sender))
    read = read_results(write_results("mx.nhs.test", verdict).encode())

    assert read is not None
    assert read.authserv_id == "mx.nhs.test"
    assert [one.method for one in read.results] == ["spf", "dkim", "dmarc", "x-spoof-policy"]
    assert read.results[2].result == verdict.checks.dmarc


def test_our_own_field_says_the_verdict_as_a_method_of_its_own() -> None:
    verdict = judged(said("admin@nhs.net"))
    read = read_results(write_results("mx.nhs.test", verdict).encode())

    assert read is not None
    ours = read.results[-1]
    assert (ours.method, ours.result) == ("x-spoof-policy", "fail")
    assert dict(ours.properties)["policy.kind"] == "exact-domain"
