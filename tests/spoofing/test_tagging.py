"""Tagging: once, on top, in every text a reader may see; what is sealed is never touched."""

import base64
import email
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmaster.spoofing.mime_parts import Header
from postmaster.spoofing.tagging import Tagged, tag
from postmaster.spoofing.values import Stage
from postmaster.spoofing.wording import SUBJECT, TAG_STAGE, WORDINGS, Wording

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = WORDINGS[Stage.TAG], WORDINGS[Stage.JUNK]


def split(raw: bytes) -> tuple[list[Header], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    parsed = email.message_from_bytes(head + b"\r\n\r\n")
    headers = [(name.encode(), b" " + str(value).encode()) for name, value in parsed.items()]
    return headers, body


def tagged(raw: bytes) -> tuple[Tagged, EmailMessage]:
    """What changes, and the message read again by the standard library."""
    headers, body = split(raw)
    changed = tag(headers, body, FIRST)
    head = raw.partition(b"\r\n\r\n")[0]
    whole = head + b"\r\n\r\n" + (body if changed.body is None else changed.body)
    read = email.message_from_bytes(whole, policy=default)
    assert isinstance(read, EmailMessage)
    return changed, read


def text_of(part: EmailMessage) -> str:
    content = part.get_content()
    assert isinstance(content, str)
    return content


def written(
    text: str, *, subtype: str = "plain", cte: str = "7bit", charset: str = "utf-8"
) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["Subject"] = "Reminder"
    made.set_content(text, subtype=subtype, cte=cte, charset=charset)
    return made.as_bytes()


def test_the_first_text_is_the_services_own() -> None:
    bulletin = (ROOT / "content/bulletins/2018-04-09.md").read_text(encoding="utf-8")

    assert " ".join(TAG_STAGE.split()) in " ".join(bulletin.split()).replace("\\-", "-")


WRITTEN = [
    (cte, charset)
    for cte in ("7bit", "8bit", "quoted-printable", "base64")
    for charset in ("utf-8", "iso-8859-1", "utf-16")
    if charset != "utf-16" or cte in {"quoted-printable", "base64"}
]


@pytest.mark.parametrize(("cte", "charset"), WRITTEN)
def test_plain_text_bears_the_words_on_top_and_loses_none_of_its_own(
    cte: str, charset: str
) -> None:
    words = "Your appointment" if cte == "7bit" else "Your café appointment"

    changed, read = tagged(written(words, cte=cte, charset=charset))

    text = text_of(read)
    assert text.startswith(TAG_STAGE)
    assert words in text
    assert changed.subject is None


@pytest.mark.parametrize("cte", ["8bit", "quoted-printable", "base64"])
def test_html_bears_the_words_where_no_style_or_comment_hides_them(cte: str) -> None:
    page = "<!-- <body> --><style>div{display:none!important}</style><body><p>Café</p></body>"

    _, read = tagged(written(page, subtype="html", cte=cte))

    text = text_of(read)
    assert text.startswith("<div style=")
    assert TAG_STAGE in text
    assert page in text


def test_every_alternative_bears_the_words_and_no_attachment_does() -> None:
    made = EmailMessage(policy=SMTP)
    made.set_content("Plain words")
    made.add_alternative("<p>Html words</p>", subtype="html")
    made.add_attachment("A list", filename="list.txt")
    made.add_attachment(EmailMessage(policy=SMTP))

    changed, read = tagged(made.as_bytes())

    plain, page = read.get_body(("plain",)), read.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert TAG_STAGE in text_of(plain)
    assert TAG_STAGE in text_of(page)
    attached = next(part for part in read.iter_attachments() if part.get_filename())
    assert isinstance(attached, EmailMessage)
    assert text_of(attached).strip() == "A list"
    assert changed.subject is None


@pytest.mark.parametrize("wording", [FIRST, SECOND])
@pytest.mark.parametrize("cte", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_tagging_again_changes_nothing(wording: Wording, cte: str, subtype: str) -> None:
    headers, body = split(written("Words of a café", subtype=subtype, cte=cte))
    once = tag(headers, body, wording)
    assert once.body is not None

    again = tag(headers, once.body, wording)

    assert again == Tagged(None, None)


@pytest.mark.parametrize("quote", ["> ", ">> ", ""])
def test_a_reply_that_quotes_the_words_bears_them_once(quote: str) -> None:
    half = len(TAG_STAGE) // 2
    quoted = f"{quote}{TAG_STAGE[:half]}\r\n{quote}{TAG_STAGE[half:]}".replace(" \r\n", "\r\n")
    raw = written(f"My answer\r\n\r\n{quote}They wrote:\r\n{quoted}\r\n", cte="8bit")

    changed, _ = tagged(raw)

    assert changed.body is not None
    text = " ".join(changed.body.decode().replace(">", " ").split())
    assert text.startswith(TAG_STAGE)
    assert text.count("gives the appearance of being from an NHSmail address") == 1


def test_the_next_stages_words_take_the_place_of_the_first() -> None:
    headers, body = split(written("Words"))
    once = tag(headers, body, FIRST).body
    assert once is not None

    next_stage = tag(headers, once, SECOND).body

    assert next_stage is not None
    assert next_stage.count(b"--- This message was sent") == 1
    assert SECOND.text.encode() in next_stage


SIGNED = b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nsigned\r\n--b--\r\n"
SEALED = (
    SIGNED,
    b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
    b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nMIIB\r\n",
    b"Content-Type: text/plain\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nwords\r\n",
    b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + SIGNED + b"--o\r\n\r\nfooter\r\n",
)


@pytest.mark.parametrize("rest", SEALED)
def test_what_is_signed_or_encrypted_keeps_its_text_and_the_subject_bears_the_mark(
    rest: bytes,
) -> None:
    changed, _ = tagged(b"Subject: Results\r\n" + rest)

    assert changed == Tagged(f" {SUBJECT} Results".encode(), None)
    headers, body = split(b"Subject: " + SUBJECT.encode() + b" Results\r\n" + rest)
    assert tag(headers, body, FIRST) == Tagged(None, None)


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBOR\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n***\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nwords\r\n",
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\nno part\r\n",
    ],
)
def test_where_no_text_can_bear_the_words_the_subject_does(rest: bytes) -> None:
    changed, _ = tagged(b"Subject: Hello\r\n" + rest)

    assert changed == Tagged(f" {SUBJECT} Hello".encode(), None)


def test_two_content_types_put_the_mark_in_the_subject_as_well() -> None:
    headers = [(b"Content-Type", b" text/plain"), (b"Content-Type", b" text/html")]

    changed = tag(headers, b"words", FIRST)

    assert changed.subject is not None
    assert changed.body is not None


def test_the_bytes_around_the_words_stay_as_they_were() -> None:
    image = base64.encodebytes(bytes(range(256))).replace(b"\n", b"\r\n")
    body = (
        b"preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + image + b"\r\n--b--\r\nepilogue\r\n"
    )  # fmt: skip
    headers = [(b"Content-Type", b' multipart/mixed; boundary="b"')]

    changed = tag(headers, body, FIRST).body

    assert changed == body.replace(b"words", TAG_STAGE.encode() + b"\r\n\r\nwords", 1)


@given(body=st.binary(max_size=400), kind=st.sampled_from([
    b" text/plain", b" text/html; charset=utf-16", b' multipart/mixed; boundary="b"',
    b" multipart/alternative; boundary=b", b" text/plain; charset=idna", b" ;;;=", b"",
]), encoding=st.sampled_from([b"7bit", b"base64", b"quoted-printable", b"\xff"]))  # fmt: skip
def test_any_bytes_at_all_are_tagged_or_marked_and_never_raise(
    body: bytes, kind: bytes, encoding: bytes
) -> None:
    headers = [(b"Content-Type", kind), (b"Content-Transfer-Encoding", encoding)]

    changed = tag(headers, b"--b\r\n\r\n" + body, FIRST)

    assert changed.subject is not None or changed.body is not None or TAG_STAGE.encode() in body
