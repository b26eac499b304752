"""Whatever somebody sends, one record is one line, bounded and without secrets."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from lamppost import logs
from lamppost.settings import Settings

Write = Callable[..., str]


@pytest.fixture
def write() -> Iterator[Write]:
    """Logs a message as the processes do; gives what was written, without the last newline."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up(("a-secret-of-the-settings",), stream=stream)

    def log(message: str, *values: object, error: BaseException | None = None) -> str:
        logging.getLogger("room").warning(message, *values, exc_info=error)
        return stream.getvalue().removesuffix("\n")

    yield log
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("a\nERROR room: forged", r"a\nERROR room: forged"),
        ("a\r\nb", r"a\r\nb"),
        ("a\x00b\x07c\x7f", r"a\x00b\x07c\x7f"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("abc\u202egnp.exe\u2066", r"abc\u202egnp.exe\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("Zoë Ærø €", "Zoë Ærø €"),
    ],
    ids=range(8),
)
def test_control_characters_are_written_as_escapes(write: Write, sent: str, written: str) -> None:
    assert write("Somebody sent %s", sent) == f"WARNING room: Somebody sent {written}"


def test_half_a_character_is_written_as_an_escape() -> None:
    record = logging.LogRecord("room", logging.INFO, "", 0, "half\ud800", None, None)

    assert logs.OneLine().format(record) == r"INFO room: half\ud800"


def test_a_megabyte_is_cut_and_its_length_told(write: Write) -> None:
    line = write("%s", "\n" * 1_000_000)

    assert len(line) < 5_000
    assert "(1,000,0" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("sent", "secret"),
    [
        ("GET /invitation/Zm9vYmFyYmF6cXV4MTIzNDU2", "Zm9vYmFyYmF6cXV4MTIzNDU2"),
        ("Authorization: Bearer abc.def.ghi", "abc.def.ghi"),
        ("{'Cookie': 'session=eyJ0b2tlbiI6'}", "eyJ0b2tlbiI6"),
        ("smtp://user:hunter2@mail.example.nhs.uk:587", "hunter2"),
        ("postgresql+psycopg://u:p4ss@db/lamppost", "p4ss"),
        ("/feed?token=0123456789&page=2", "0123456789"),
        ("it said a-secret-of-the-settings", "a-secret-of-the-settings"),
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(write: Write, sent: str, secret: str) -> None:
    line = write("Refused: %s", sent)

    assert secret not in line
    assert logs.HIDDEN in line


def test_the_secrets_of_the_settings_are_the_ones_hidden() -> None:
    given = Settings(secret_key="k" * 40, smtp_url="smtp://mail")

    assert given.secret_values() == ("k" * 40, "smtp://mail")


def test_a_traceback_is_one_line_and_keeps_its_end(write: Write) -> None:
    line = write("A view failed", error=ValueError("first\nWARNING room: forged"))

    assert line.count("\n") == 0
    assert r"ValueError: first\nWARNING room: forged" in line


def test_a_view_that_fails_on_what_was_typed_writes_one_line(
    app: Flask, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise RuntimeError("typed\nERROR lamppost: forged \x1b[31m " + "x" * 1_000_000)

    app.view_functions["pages.contacts"] = fail
    answer = app.test_client().get("/contacts/")
    written = write("after").splitlines()

    assert answer.status_code == 500
    assert len(written) == 2
    assert len(written[0]) < 20_000
    assert r"typed\nERROR lamppost: forged \x1b[31m" in written[0]
    assert capsys.readouterr().err == ""
