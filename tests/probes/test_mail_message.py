"""The probe mail and what may pass for it."""

from base64 import encodebytes
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.mail_message import compose, is_owned, new_token, tokens_in

TOKEN = new_token()
MAIL = compose(
    token=TOKEN,
    owner="incoming",
    mail_from="probe@hospital.test",
    rcpt_to="in@hospital.test",
    sent_at=datetime(2018, 4, 9, 7, 30, tzinfo=UTC),
)


def test_nobody_is_to_answer_it() -> None:
    mail = message_from_bytes(MAIL)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] is None
    assert mail["Message-ID"].endswith("@hospital.test>")
    assert TOKEN not in mail["Message-ID"]


def test_the_token_stands_alone_on_a_line_of_the_text() -> None:
    assert f"\r\n{TOKEN}\r\n".encode() in MAIL


@pytest.mark.parametrize(
    "answer",
    [
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\n" + MAIL + b"\r\n--x--\r\n",
        b"Auto-Submitted: auto-replied\r\nSubject: Away\r\n\r\n> " + TOKEN.encode(),
        b"In-Reply-To: <a@b>\r\nSubject: RE: delay test " + TOKEN.encode() + b"\r\n\r\n",
    ],
    ids=["bounce", "absence note", "reply"],
)
def test_an_answer_that_quotes_the_mail_is_not_the_mail(answer: bytes) -> None:
    assert not tokens_in(answer)


def test_a_text_that_was_encoded_on_the_way_is_read() -> None:
    encoded = encodebytes(f"Hello\n{TOKEN}\n".encode())
    assert tokens_in(b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded) == {TOKEN}


def test_another_probes_mail_is_not_owned() -> None:
    assert is_owned(MAIL, "incoming", {TOKEN})
    assert not is_owned(MAIL, "outgoing", {TOKEN})
    assert not is_owned(MAIL, "incoming", set())


@given(st.binary(max_size=400), st.integers(0, len(MAIL)))
def test_no_mail_however_broken_stops_the_probe(noise: bytes, at: int) -> None:
    assert isinstance(tokens_in(MAIL[:at] + noise + MAIL[at:]), set | frozenset)
