"""Every way of writing From that shows some reader the protected name, and those that must not."""

from base64 import b64encode

import pytest

from postmaster.spoofing.values import SpoofKind
from spoof_cases import codes, judged, said

EVIL = "x@evil.example"
NUL_WORD = b64encode(b"admin@nhs.net\x00").decode()
LINE_WORD = b64encode(b"admin@nhs.net\n").decode()
MANY = ", ".join(f"a{number}@evil.example" for number in range(300))

EXACT: dict[str, bytes] = {
    "exact": said("admin@nhs.net"),
    "capitals": said("<ADMIN@NHS.NET>"),
    "mixed capitals": said("<a@Nhs.Net>"),
    "final dot": said("<ADMIN@NHS.NET.>"),
    "two fields, ours second": b"From: " + EVIL.encode() + b"\r\n" + said("admin@nhs.net"),
    "two fields, ours first": b"From: admin@nhs.net\r\n" + said(EVIL),
    "two authors": said(f"<{EVIL}>, <admin@nhs.net>"),
    "two authors and a sender": b"Sender: x@evil.example\r\n" + said(f"{EVIL}, admin@nhs.net"),
    "ours first": said(f"<admin@nhs.net>, <{EVIL}>"),
    "semicolon": said(f"{EVIL}; admin@nhs.net"),
    "escaped comma": said(f"{EVIL}\\, admin@nhs.net"),
    "two angles": said(f"<{EVIL}><admin@nhs.net>"),
    "text after the angle": said(f"<{EVIL}>admin@nhs.net"),
    "group": said("Team: <admin@nhs.net>;"),
    "group of two": said(f"nhs:{EVIL},admin@nhs.net;"),
    "encoded address with NUL": said(f"=?utf-8?B?{NUL_WORD}?=@evil.example"),
    "encoded address with LF": said(f"=?utf-8?B?{LINE_WORD}?=@evil.example"),
    "encoded address in angles": said("<=?utf-8?Q?admin=40nhs.net?=>"),
    "unquoted address as name": said(f"admin@nhs.net <{EVIL}>"),
    "comments": said("admin(a)@(b)nhs(c).net"),
    "comment that nests": said("admin(a(b)c)@nhs.net"),
    "blanks": said("admin @ nhs . net"),
    "fold in the domain": said("admin@nhs\r\n .net"),
    "fold before the author": said("\r\n admin@nhs.net"),
    "route": said("<@evil.example,@any.example:admin@nhs.net>"),
    "quoted local part": said('"a b"@nhs.net'),
    "two @, ours first": said("admin@nhs.net@evil.example"),
    "two @, ours last": said("admin@evil.example@nhs.net"),
    "domain literal": said("admin@[nhs.net]"),
    "unclosed quote": said('"Admin <admin@nhs.net>'),
    "unclosed angle": said("Admin <admin@nhs.net"),
    "unclosed comment": said("(x admin@nhs.net"),
    "blank before the colon": b"Subject: x\r\nFrom : admin@nhs.net\r\n\r\n",
    "blank before the first colon": b"From : admin@nhs.net\r\n\r\n",
    "tab before the colon": b"Subject: x\r\nFrom\t: admin@nhs.net\r\n\r\n",
    "folded name": b"X: y\r\nFrom\r\n : admin@nhs.net\r\n\r\n",
    "high byte in the name": b"Subject: x\r\nFrom\xff: admin@nhs.net\r\n\r\n",
    "indented first line": b" From: admin@nhs.net\r\nSubject: x\r\n\r\n",
    "name in capitals": b"FROM: admin@nhs.net\r\n\r\n",
    "bare CR": b"X: y\rFrom: admin@nhs.net\r\n\r\n",
    "bare LF": b"X: y\nFrom: admin@nhs.net\r\n\r\n",
    "NUL in the domain": said(b"admin@nhs.net\x00.evil.example"),
    "NUL in angles": said(b"<admin@nhs.net\x00.evil.example>"),
    "full-width letters": said("admin@\uff4e\uff48\uff53.net"),
    "full-width dot": said("admin@nhs\uff0enet"),
    "ideographic dot": said("admin@nhs\u3002net"),
    "soft hyphen": said("admin@nh\u00ads.net"),
    "zero width": said("admin@nh\u200bs.net"),
    "full-width @": said("admin\uff20nhs.net"),
    "small @": said("admin\ufe6bnhs.net"),
    "local part in Chinese": said("<用户@nhs.net>"),
    "Latin-1 name": said(b"Andr\xe9 <a@nhs.net>"),
    "bidi mark in the domain": said("admin@nhs\u200e.net"),
    "comment broken over a line": b"From: x@evil.example,(comm\r\nent),admin@nhs.net\r\n\r\n",
    "broken line that looks like a field": b"From: (\r\n)<@a.example:admin@nhs.net>\r\n\r\n",
    "Sender where some see no From": (
        b"X: y\r\nFrom\r\n : x@evil.example\r\nSender: admin@nhs.net\r\n\r\n"
    ),
    "comment broken after an indented name": b" From: (comm\r\nent)<admin@nhs.net>\r\n\r\n",
    "sign that no domain has": said("<admin@nhs.net}evil.example>"),
    "Sender and no From": b"Subject: x\r\nSender: admin@nhs.net\r\n\r\n",
    "301st author": said(f"{MANY}, admin@nhs.net"),
    "no To, no date": b"From: admin@nhs.net",
}
SUBDOMAIN = {
    "subdomain": said("x@trust.nhs.net"),
    "subdomain that does not exist": said("x@no.such.trust.nhs.net"),
    "subdomain in capitals": said("x@TRUST.NHS.NET"),
}
DISPLAY = {
    "address as name": said(f'"admin@nhs.net" <{EVIL}>'),
    "encoded word": said(f"=?utf-8?Q?admin=40nhs.net?= <{EVIL}>"),
    "encoded word in base64": said(f"=?utf-8?B?YWRtaW5AbmhzLm5ldA==?= <{EVIL}>"),
    "split over two words": said(f"=?utf-8?Q?admin=40?= =?utf-8?Q?nhs.net?= <{EVIL}>"),
    "encoded word in quotes": said(f'"=?utf-8?Q?admin=40nhs.net?=" <{EVIL}>'),
    "unknown charset": said(f"=?x-none?Q?admin=40nhs.net?= <{EVIL}>"),
    "comment": said(f"(admin@nhs.net) {EVIL}"),
    "comment after": said(f"{EVIL} (admin@nhs.net)"),
    "empty group named as an address": said('"admin@nhs.net":;'),
    "empty group, unquoted": said("admin@nhs.net:;"),
    "quoted local part": said('"admin@nhs.net"@evil.example'),
    "right to left": said(f'"\u202eten.shn@nimda" <{EVIL}>'),
    "padded with blanks": said(f'"admin@nhs.net{" " * 300}" <{EVIL}>'),
    "blanks around @": said(f'"admin @ nhs.net" <{EVIL}>'),
    "subdomain in the name": said(f'"admin@trust.nhs.net" <{EVIL}>'),
}
LOOKALIKE = {
    "protected name in front": said("x@nhs.net.evil.example"),
    "nhs.net.example": said("x@nhs.net.example"),
    "hyphen": said("x@nhs-net.org"),
    "run together": said("x@nhsnet.co.uk"),
    "digit for letter": said("x@nh5.net"),
    "doubled letter": said("x@nhss.net"),
    "Cyrillic letter": said("x@n\u04bbs.net"),
    "Cyrillic letter as xn--": said("x@xn--ns-4wc.net"),
    "ending one letter away": said("x@nhs.ne"),
}
SUSPICIOUS = {
    "decoy route with colons": said(f"<@nhs.net:@any.example:{EVIL}>"),
    "decoy route": said(f"<@nhs.net:{EVIL}>"),
    "percent": said("admin%nhs.net@evil.example"),
    "bang": said("nhs.net!admin@evil.example"),
    "sender": b"Sender: admin@nhs.net\r\n" + said(EVIL),
    "resent": b"Resent-From: admin@nhs.net\r\n" + said(EVIL),
}
MALFORMED = {
    "no From": b"Subject: x\r\n\r\nhello",
    "empty From": said(""),
    "empty angles": said("<>"),
    "nothing": b"",
    "bytes": bytes(range(128, 256)) * 4,
    "header too long": b"X: " + b"a" * 1_100_000,
}
CLEAN = {
    "stranger": said(EVIL),
    "sister nhs.uk": said("a@trust.nhs.uk"),
    "sister nhs.scot": said("a@nhs.scot"),
    "sister hscni.net": said("a@belfasttrust.hscni.net"),
    "sister nhs.wales": said("a@wales.nhs.uk"),
    "formerly NHS": said(f'"Formerly NHS Supply Chain" <{EVIL}>'),
    "reply to us": b"Reply-To: admin@nhs.net\r\n" + said(EVIL),
    "attached message": (
        b"From: a@trust.nhs.uk\r\nContent-Type: message/rfc822\r\n\r\n" + said("admin@nhs.net")
    ),
    "mbox line": b"From admin@nhs.net Mon Apr  9 08:00:00 2018\r\n" + said(EVIL),
    "list": b"List-Id: <gps.lists.example>\r\n" + said(EVIL),
    "another nhs": said("a@nhs.org"),
    "in the text": said(EVIL) + b"From: admin@nhs.net\r\n",
    "in a subject": b"Subject: From: admin@nhs.net\r\n" + said(EVIL),
}


def table(cases: dict[str, bytes]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("message", list(cases.values()), ids=list(cases))


@table(EXACT)
def test_a_reading_that_gives_our_domain_is_a_spoof_of_it(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.EXACT_DOMAIN)
    assert "@nhs.net" in verdict.claimed.lower()


@table(SUBDOMAIN)
def test_a_domain_under_ours_is_a_spoof_of_the_tree(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.SUBDOMAIN)


@table(DISPLAY)
def test_our_address_in_the_name_shown_is_a_display_spoof(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.DISPLAY_NAME)


@table(LOOKALIKE)
def test_a_domain_that_passes_for_ours_is_a_lookalike(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.LOOKALIKE)


@table(SUSPICIOUS)
def test_our_name_where_it_decides_nothing_is_only_noted(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (False, SpoofKind.SUSPICIOUS)


@table(MALFORMED)
def test_a_broken_message_that_names_nobody_is_malformed_and_no_spoof(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (False, SpoofKind.MALFORMED)


@table(CLEAN)
def test_what_bears_no_protected_name_is_clean(message: bytes) -> None:
    verdict = judged(message)

    assert (verdict.is_spoof, verdict.kind) == (False, None)


def test_a_brand_in_the_name_is_noted_only_since_a_supplier_may_say_it() -> None:
    verdict = judged(said(f'"NHSmail Helpdesk" <{EVIL}>'))

    assert (verdict.is_spoof, verdict.kind) == (False, SpoofKind.BRAND)
    assert judged(said('"NHSmail Helpdesk" <a@trust.nhs.uk>')).kind is None


def test_a_header_that_slipped_into_the_body_is_malformed_and_a_spoof() -> None:
    verdict = judged(b"Subject: hello\r\n\r\nFrom: admin@nhs.net\r\nX: y\r\n\r\nhello")

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.MALFORMED)


@pytest.mark.parametrize(
    "name", ["text after the angle", "two fields, ours second", "NUL in the domain"]
)
def test_readers_that_disagree_are_a_reason_of_their_own(name: str) -> None:
    assert "readers-disagree" in codes(judged(EXACT[name]))


def test_readers_do_not_disagree_about_two_authors_that_all_of_them_show() -> None:
    assert "readers-disagree" not in codes(judged(EXACT["two authors"]))


@pytest.mark.parametrize(
    "name",
    ["semicolon", "two angles", "unclosed quote", "blank before the colon", "bare CR"],
)
def test_a_spoof_that_is_malformed_too_says_so(name: str) -> None:
    assert "malformed" in codes(judged(EXACT[name]))


def test_a_reason_points_at_the_bytes_it_read_even_far_into_a_header() -> None:
    verdict = judged(EXACT["301st author"])

    assert "admin@nhs.net" in verdict.reasons[0].at
    assert len(verdict.reasons[0].at) < 300


def test_what_is_not_drawn_is_spelt_out_for_the_reader_of_a_verdict() -> None:
    verdict = judged(DISPLAY["right to left"])

    assert "\\xe2\\x80\\xae" in verdict.reasons[0].at
    assert "\u202e" not in "".join(reason.text for reason in verdict.reasons)
