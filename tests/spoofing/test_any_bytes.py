"""Any bytes at all: a verdict, never an exception, and work that grows with the size."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postmaster.spoofing.results_field import is_by, read_results, write_value
from postmaster.spoofing.signed_message import canonicalise_body
from postmaster.spoofing.values import SpoofKind
from spoof_cases import OUTSIDE, codes, judged, said

PIECES = st.sampled_from(
    [
        *(
            b"From:",
            b"From : ",
            b"Sender:",
            b"Reply-To:",
            b"DKIM-Signature:",
            b"\r\n",
            b"\n",
            b"\r",
        ),
        *(b"admin@nhs.net", b"x@evil.example", b"nhs.net", b"xn--", b"xn--a-0001", b"\xff", b"=40"),
        *(bytes([sign]) for sign in b'<>"()\\,;:@% \t\x00'),
        *(b"=?utf-8?Q?", b"=?utf-8?B?", b"?=", b"Authentication-Results: mx.nhs.test; dmarc=pass"),
        *(sign.encode() for sign in "\u202e\u00ad\ud7ff\u3002"),
        b"v=1; a=rsa-sha256; d=nhs.net; s=s; h=from; bh=; b=",
    ]
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict(message: bytes) -> None:
    assert json.dumps(judged(message).as_json("x"))


@QUICK
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_any_mixture_of_what_attackers_write_gets_a_verdict(message: bytes) -> None:
    assert json.dumps(judged(message).as_json("x"))


@QUICK
@given(st.lists(PIECES, max_size=25).map(b"".join), st.text(max_size=60), st.text(max_size=30))
def test_any_envelope_gets_a_verdict(value: bytes, sender: str, helo: str) -> None:
    envelope = replace(
        OUTSIDE, mail_from=sender, helo=helo, client_ip=helo, client_name=sender, recipients=(helo,)
    )

    assert json.dumps(judged(b"From:" + value, envelope).as_json("x"))


@QUICK
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_a_plain_address_anywhere_among_authors_is_never_lost(noise: bytes) -> None:
    noise = b" ".join(noise.replace(b"\x00", b" ").split()).replace(b"From", b"")
    message = said(b"admin@nhs.net, " + noise)

    assert judged(message).is_spoof


# What costs a reader most for its length: each must cost no more than in proportion.
HEAVY = [
    *(b"a", b" ", b'"', b"(", b"<", b"@", b"a@", b"=?", b"=?a?q?", b":", b";", b",", b"a:", b"\\"),
    *(b'"" ', b"<>", b"\r", b"\x00", b"\n ", b"a@b,", b"\rFrom:a@b", b"\nFrom:a@b", b"(a)", b" . "),
    *(b"%", b"<a@", b'a"', b"xn--a.", "\u202e".encode(), b"\nSender:a@b", b"\nReceived: x"),
]


def calls(message: bytes) -> int:
    """How many calls a verdict takes: work without a clock."""
    count = 0

    def count_one(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(count_one)
    try:
        judged(message)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", HEAVY)
def test_work_grows_no_faster_than_the_header(unit: bytes) -> None:
    small, large = (
        calls(b"From: " + unit * (size // len(unit)) + b"\r\n\r\n") for size in (2_000, 16_000)
    )

    assert large <= 10 * small + 2_000


@pytest.mark.long
@pytest.mark.parametrize("unit", HEAVY)
def test_a_header_of_a_megabyte_gets_a_verdict(unit: bytes) -> None:
    assert judged(b"From: " + unit * (1_040_000 // len(unit)) + b"\r\n\r\n").policy_version


def test_a_header_beyond_its_cap_is_malformed_and_its_start_is_still_read() -> None:
    verdict = judged(
        said("admin@nhs.net").partition(b"\r\n\r\n")[0] + b"\r\nX: " + b"a" * 1_100_000
    )

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.EXACT_DOMAIN)
    assert "malformed" in codes(verdict)


@QUICK
@given(st.binary(max_size=300))
def test_a_canonical_body_is_the_same_made_again(body: bytes) -> None:
    for form in (b"simple", b"relaxed"):
        once = canonicalise_body(body, form)

        assert canonicalise_body(once, form) == once


@QUICK
@given(st.binary(max_size=200))
def test_any_results_field_is_read_or_refused(value: bytes) -> None:
    assert read_results(value) is None or is_by(value, "mx.nhs.test") in (True, False)


@QUICK
@given(st.text(max_size=80))
def test_a_peers_word_is_written_plain_or_quoted_or_not_at_all(word: str) -> None:
    written = write_value(word)

    assert written.isascii()
    assert not set(written) & set("\r\n\x00")
    assert written.startswith('"') == written.endswith('"')


@pytest.mark.long
def test_a_minute_of_guided_fuzzing_finds_no_exception(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel everywhere: pip install atheris")
    target = Path(__file__).with_name("fuzz_target.py")
    words = [sys.executable, str(target), "-max_total_time=60", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stderr[-2000:]
