"""The standard library's imaplib finds, reads, marks, deletes and adds mail."""

import imaplib
import os
import time
from typing import Any

import pytest

from lamppost.worker.relay.running import PracticeRelay

SEARCHES = [
    ("HEADER", "X-Lamppost-Probe", "tok1"),
    ("SUBJECT", "tok1"),
    ("TEXT", "tok1"),
    ("BODY", '"Hello tok1"'),
    ("FROM", "probe@", "SMALLER", "5000", "SUBJECT", "tok1"),
    ("TO", "incoming", "1"),
    ("UNSEEN", "SUBJECT", "TOK1"),
    ("NOT", "SUBJECT", "tok2"),
    ("OR", "SUBJECT", "nothing", "SUBJECT", "tok1"),
    ("(SUBJECT tok1)", "UID", "1:*"),
    ("SINCE", "1-Jan-2018", "SMALLER", "5000", "SUBJECT", "tok1"),
    ("CHARSET", "UTF-8", "SUBJECT", "tok1"),
]


@pytest.mark.parametrize("words", SEARCHES)
def test_search_finds_the_mail(send: Any, arrived: Any, sign_in: Any, words: tuple[str]) -> None:
    send("tok1")
    arrived(1)
    send("tok2")
    arrived(2)

    assert sign_in().uid("SEARCH", *words)[1] == [b"1"]


def test_a_literal_may_hold_what_is_looked_for(send: Any, arrived: Any, sign_in: Any) -> None:
    send("tok1")
    arrived()
    client = sign_in()
    client.literal = b"tok1"

    assert client.uid("SEARCH", "CHARSET", "UTF-8", "SUBJECT")[1] == [b"1"]


def test_new_mail_shows_without_selecting_again(send: Any, arrived: Any, sign_in: Any) -> None:
    client = sign_in()
    assert client.uid("SEARCH", "ALL")[1] == [b""]
    send()
    arrived()

    assert client.noop()[0] == "OK"
    assert client.search(None, "ALL")[1] == [b"1"]


def test_fetch_gives_headers_and_the_file_time_in_utc(
    send: Any, arrived: Any, sign_in: Any
) -> None:
    send("tok1")
    os.utime(arrived()[0], (1523260800, 1523260800))

    _, found = sign_in().uid("FETCH", "1", "(INTERNALDATE BODY.PEEK[HEADER.FIELDS (RECEIVED)])")

    assert b'INTERNALDATE " 9-Apr-2018 08:00:00 +0000"' in found[0][0]
    assert b"BODY[HEADER.FIELDS (RECEIVED)]" in found[0][0]
    assert found[0][1].count(b"Received: from") == 2
    assert b"Subject" not in found[0][1]
    assert imaplib.Internaldate2tuple(found[0][0]) == time.localtime(1523260800)


def test_fetch_gives_the_whole_mail_and_its_true_size(
    send: Any, arrived: Any, sign_in: Any
) -> None:
    send()
    kept = arrived()[0].read_bytes().replace(b"\n", b"\r\n")

    _, found = sign_in().uid("FETCH", "1:*", "(RFC822.SIZE FLAGS BODY.PEEK[])")

    assert found[0][1] == kept
    assert b"RFC822.SIZE %d" % len(kept) in found[0][0]


def test_a_partial_fetch_gives_the_bytes_asked_for(send: Any, arrived: Any, sign_in: Any) -> None:
    send()
    arrived()

    _, found = sign_in().fetch("1", "(BODY.PEEK[]<0.11>)")

    assert found[0] == (b"1 (BODY[]<0> {11}", b"Return-Path")


def test_reading_marks_as_seen_and_peeking_does_not(send: Any, arrived: Any, sign_in: Any) -> None:
    send()
    arrived()
    client = sign_in()

    client.uid("FETCH", "1", "(BODY.PEEK[TEXT])")
    assert client.uid("SEARCH", "UNSEEN")[1] == [b"1"]
    client.uid("FETCH", "1", "(BODY[TEXT])")
    assert client.uid("SEARCH", "SEEN")[1] == [b"1"]


def test_deleted_mail_is_expunged_and_the_rest_keep_their_uids(
    send: Any, arrived: Any, sign_in: Any
) -> None:
    for number in range(3):
        send(f"tok{number}")
        arrived(number + 1)
    client = sign_in()

    client.uid("STORE", "1,3", "+FLAGS.SILENT", "(\\Deleted)")
    assert client.expunge()[1] == [b"3", b"1"]
    assert client.uid("SEARCH", "ALL")[1] == [b"2"]
    assert sign_in().uid("SEARCH", "SUBJECT", "tok1")[1] == [b"2"]


def test_uid_expunge_spares_other_deleted_mail(send: Any, arrived: Any, sign_in: Any) -> None:
    send()
    arrived(1)
    send()
    arrived(2)
    client = sign_in()
    client.uid("STORE", "1:2", "+FLAGS", "(\\Deleted)")

    client.uid("EXPUNGE", "1")

    assert client.uid("SEARCH", "ALL")[1] == [b"2"]


def test_the_junk_folder_is_listed_with_its_use_and_can_be_searched(
    relay: PracticeRelay, send: Any, arrived: Any, sign_in: Any
) -> None:
    relay.set("incoming", junk=True)
    send("tok1")
    arrived(1, junk=True)
    client = sign_in(folder=None)

    assert b'(\\HasNoChildren \\Junk) "/" Junk' in client.list()[1]
    assert client.select("Junk")[1] == [b"1"]
    assert client.uid("SEARCH", "TEXT", "tok1")[1] == [b"1"]


def test_append_without_a_date_is_stamped_by_the_scripted_clock(
    relay: PracticeRelay, sign_in: Any
) -> None:
    relay.set("incoming", clock_offset_s=600)
    client = sign_in()
    assert client.append("INBOX", "(\\Seen)", None, b"Subject: stamp\r\n\r\nx\r\n")[0] == "OK"

    _, found = client.uid("FETCH", "1", "(FLAGS INTERNALDATE)")

    stamped = time.mktime(imaplib.Internaldate2tuple(found[0]) or time.localtime(0))
    assert 595 < stamped - time.time() < 605
    assert b"FLAGS (\\Seen)" in found[0]


def test_append_keeps_the_date_it_is_given(sign_in: Any) -> None:
    client = sign_in()
    client.append("INBOX", "", '"28-Oct-2018 01:30:00 +0100"', b"Subject: old\r\n\r\nx\r\n")

    assert b"28-Oct-2018 00:30:00 +0000" in client.uid("FETCH", "1", "(INTERNALDATE)")[1][0]


def test_search_misses_what_is_not_in_the_index_yet_and_fetch_does_not(
    relay: PracticeRelay, send: Any, arrived: Any, sign_in: Any
) -> None:
    relay.set("incoming", index_lag_s=60)
    send("tok1")
    arrived()
    client = sign_in()

    assert client.uid("SEARCH", "SUBJECT", "tok1")[1] == [b""]
    assert b"UID 1" in client.uid("FETCH", "1:*", "(FLAGS)")[1][0]


def test_a_folder_opened_for_reading_is_never_changed(
    send: Any, arrived: Any, sign_in: Any
) -> None:
    send()
    arrived()
    client = sign_in(folder=None)
    client.select("INBOX", readonly=True)

    assert client.uid("STORE", "1", "+FLAGS", "(\\Deleted)")[0] == "NO"
    client.uid("FETCH", "1", "(BODY[])")
    assert client.uid("SEARCH", "UNSEEN")[1] == [b"1"]


@pytest.mark.parametrize("name", ["incoming", "incoming@practice.test", "nobody", "../incoming"])
def test_a_wrong_password_is_refused(relay: PracticeRelay, name: str) -> None:
    with (
        imaplib.IMAP4(relay.host, relay.ports.imap) as client,
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
    ):
        client.login(name, "wrong")


def test_the_script_can_refuse_the_sign_in(relay: PracticeRelay) -> None:
    relay.set("incoming", imap_refuse_login=True)

    with (
        imaplib.IMAP4(relay.host, relay.ports.imap) as client,
        pytest.raises(imaplib.IMAP4.error, match="practice script"),
    ):
        client.login("incoming", relay.password("incoming"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("FETCH", ("1", "(ENVELOPE)")),
        ("FETCH", ("1:x", "(FLAGS)")),
        ("SEARCH", ("SINCE", "yesterday")),
        ("SEARCH", ("KEYWORD",)),
        ("SEARCH", ("((ALL)",)),
        ("STORE", ("1", "FLUGS", "(\\Seen)")),
    ],
)
def test_what_is_not_offered_or_makes_no_sense_is_answered_bad(
    sign_in: Any, command: str, words: tuple[str]
) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="BAD"):
        sign_in().uid(command, *words)


def test_numbers_last_over_a_restart(tmp_path: Any) -> None:
    seen = []
    for _ in range(2):
        with PracticeRelay(tmp_path) as relay:
            client = imaplib.IMAP4(relay.host, relay.ports.imap)
            client.login("internal", relay.password("internal"))
            client.append("INBOX", "", "", b"Subject: x\r\n\r\nx\r\n")
            client.select("INBOX")
            seen.append((client.response("UIDVALIDITY")[1], client.uid("SEARCH", "ALL")[1]))
            client.logout()

    assert seen[0][0] == seen[1][0]
    assert [found for _, found in seen] == [[b"1"], [b"1 2"]]
