"""`lamppost spoof judge`: a line of JSON for each message, whatever is in the files."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lamppost.cli import root
from lamppost.nameservers import ZoneFileError, ZoneResolver, read_zones
from lamppost.paths import CONTENT
from postmaster.spoofing.resolving import DnsAnswer, DnsTrouble
from spoof_cases import said

ZONES = CONTENT / "mail/zones.json"
KEYS = [
    *("file", "header_from", "envelope_from", "network", "authenticated_as", "spoof", "kind"),
    *("checks", "stage", "action", "reasons", "exception", "policy_version"),
]


def run(*words: str | Path, given: bytes | None = None) -> Result:
    return CliRunner().invoke(
        root, ["spoof", "judge", "--dns", str(ZONES), *map(str, words)], input=given
    )


def verdicts(*words: str | Path, given: bytes | None = None) -> list[dict[str, Any]]:
    result = run(*words, given=given)

    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_verdict_has_the_shape_others_rely_on(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(said("a@nhs.net"))
    (verdict,) = verdicts("--client-ip", "192.0.2.7", "--mail-from", "b@reminders.example", path)

    assert list(verdict) == KEYS
    assert verdict["file"] == str(path)
    assert verdict["checks"] == {"spf": "pass", "dkim": "none", "dmarc": "fail"}
    assert set(verdict["reasons"][0]) == {"code", "text", "at"}


def test_the_samples_of_the_tour_are_judged_as_the_tour_says() -> None:
    words = ["--client-ip", "192.0.2.7", "--mail-from", "bounce@reminders.example"]
    found = verdicts("--at", "2018-04-09", *words, *sorted((CONTENT / "mail").glob("*.eml")))

    assert {Path(one["file"]).stem: (one["kind"], one["action"]) for one in found} == {
        "supplier-reminder": ("exact-domain", "tag"),
        "name-shown": ("display-name", "tag"),
        "lookalike": ("lookalike", "tag"),
        "two-authors": ("exact-domain", "tag"),
        "trust": (None, "deliver"),
    }


@pytest.mark.parametrize(
    ("at", "network", "action"),
    [
        ("2019-02-12", "internet", "junk"),
        ("2019-02-12", "hscn", "tag"),
        ("2019-07-09", "internet", "discard"),
        ("2019-07-08T23:00:00Z", "hscn", "discard"),
        ("2019-07-08T22:59:59Z", "hscn", "junk"),
    ],
)
def test_the_stage_is_that_of_the_moment_and_network(at: str, network: str, action: str) -> None:
    sample = CONTENT / "mail/supplier-reminder.eml"
    (verdict,) = verdicts("--at", at, "--network", network, sample)

    assert verdict["action"] == action


def test_an_account_that_signed_in_is_itself() -> None:
    sample = CONTENT / "mail/supplier-reminder.eml"
    (verdict,) = verdicts("--auth-user", "appointment.reminder@nhs.net", sample)

    assert (verdict["spoof"], verdict["kind"], verdict["action"]) == (False, None, "deliver")


def test_standard_input_and_the_null_sender() -> None:
    (verdict,) = verdicts("--mail-from", "<>", "-", given=said("a@nhs.net"))

    assert (verdict["file"], verdict["envelope_from"]) == ("-", "")


def test_an_mbox_gives_a_verdict_for_each_message(tmp_path: Path) -> None:
    path = tmp_path / "mail.mbox"
    path.write_bytes(
        b"From a@b.example Mon Apr  9 08:00:00 2018\n"
        + said("a@nhs.net").replace(b"\r\n", b"\n")
        + b">From here on it goes\n\nFrom c@d.example Mon Apr  9 08:00:01 2018\n"
        + said("x@evil.example").replace(b"\r\n", b"\n")
    )
    found = verdicts("--mbox", path)

    assert [one["header_from"] for one in found] == [["a@nhs.net"], ["x@evil.example"]]
    assert [one["file"] for one in found] == [f"{path}:1", f"{path}:2"]


def test_a_thousand_files_give_a_thousand_verdicts_whatever_is_in_them(tmp_path: Path) -> None:
    bad = [b"", b"\x00" * 50, os.urandom(300), b"From", b"\r\n\r\n", b"From: <", b"=?" * 99]
    for number in range(1000):
        content = bad[number % len(bad)] if number % 3 else said(f"a{number}@nhs.net")
        (tmp_path / f"{number:04d}.eml").write_bytes(content)
    found = verdicts(tmp_path)

    assert len(found) == 1000
    assert sum(one["spoof"] for one in found) == 334


def test_what_cannot_be_read_gets_a_verdict_and_the_rest_are_judged(tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(said("a@nhs.net"))
    found = verdicts(tmp_path / "missing.eml", good)

    assert [(one["kind"], one["spoof"]) for one in found] == [
        ("malformed", False),
        ("exact-domain", True),
    ]
    assert "cannot be read" in found[0]["reasons"][0]["text"]


def test_bad_words_are_told_what_to_write(tmp_path: Path) -> None:
    assert "write 2018-04-09T08:00:00Z" in run("--at", "yesterday", "-").output
    assert "write 192.0.2.7" in run("--client-ip", "here", "-").output
    assert run("--network", "moon", "-").exit_code == 2
    assert CliRunner().invoke(root, ["spoof", "judge"]).exit_code == 2
    broken = tmp_path / "zones.json"
    broken.write_text('{"a": [{"MX": "x"}]}')
    result = CliRunner().invoke(root, ["spoof", "judge", "--dns", str(broken), "-"], input=b"")
    assert (result.exit_code, "write MX as [10, host]" in result.output) == (2, True)


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": [1]}', '{"a": [{"MX": [1]}]}'])
def test_a_file_of_zones_that_cannot_be_used_says_why(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zones.json"
    path.write_text(text)

    with pytest.raises(ZoneFileError):
        read_zones(path)


def test_a_zone_file_answers_as_the_dns_would() -> None:
    resolver = ZoneResolver(
        {
            "Text.Example.": [{"TXT": ["a", "b"]}, {"MX": [10, "mx.example"]}, "TIMEOUT"],
            "alias.example": [{"CNAME": "text.example"}],
            "loop.example": [{"CNAME": "loop.example"}],
            "deep.under.example": [{"A": "192.0.2.1"}],
        }
    )

    def ask(name: str, kind: str) -> DnsAnswer:
        return resolver.lookup(name, kind, seconds=1)

    assert ask("text.example", "TXT").values == (b"ab",)
    assert ask("alias.EXAMPLE", "MX").values == ((10, "mx.example"),)
    assert ask("text.example", "A").trouble is DnsTrouble.TIMEOUT
    assert ask("loop.example", "A") == DnsAnswer()
    assert ask("under.example", "A") == DnsAnswer()
    assert ask("none.example", "A").trouble is DnsTrouble.NO_SUCH_NAME
