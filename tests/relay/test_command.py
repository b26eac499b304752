"""`lamppost relay set`, `show` and `reset`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lamppost.cli.relay import command
from lamppost.worker.relay.folders import folders_in


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the settings, in the test's own folder."""
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_set_changes_only_what_it_is_told(data: Path) -> None:
    run("set", "--mailbox", "incoming", "--delay", "90", "--drop", "0.5", "--duplicate")
    said = run("set", "--mailbox", "incoming", "--drop", "0", "--clock-offset", "-300")

    assert said.output == "incoming: delay_s=90.0, duplicate=True, clock_offset_s=-300.0\n"
    assert folders_in(data).script.read_text().startswith("[incoming]\ndelay_s = 90.0\n")


def test_show_tells_every_mailbox_and_page_with_the_default_filled_in() -> None:
    run("set", "--defer", "1")
    run("set", "--page", "owa", "--http-status", "503", "--http-delay", "0.5")

    shown = json.loads(run("show", "--json").output)

    assert list(shown)[:4] == ["default", "incoming", "outgoing", "internal"]
    assert shown["incoming"]["defer"] == shown["owa"]["defer"] == 1
    assert shown["owa"]["http_status"] == 503
    assert "owa: defer=1, http_status=503, http_delay_s=0.5\n" in run("show").output


def test_every_behaviour_can_be_set_and_undone() -> None:
    flags = ["duplicate", "refuse", "hang", "drip", "junk", "mangle", "imap-refuse-login"]
    run("set", *(f"--{flag}" for flag in flags), "--drop-every", "3", "--index-lag", "5")
    assert run("show").output.count("True") == len(flags) * 7

    run("set", *(f"--no-{flag}" for flag in flags), "--drop-every", "0", "--index-lag", "0")

    assert "True" not in run("show").output
    assert "default: prompt and honest" in run("show").output


def test_reset_takes_out_one_mailbox_or_everything() -> None:
    run("set", "--mailbox", "incoming", "--refuse")
    run("set", "--mailbox", "outgoing", "--refuse")

    assert run("reset", "--mailbox", "incoming").output == "incoming: prompt and honest\n"
    assert "outgoing: refuse=True" in run("show").output
    run("reset")
    assert "refuse" not in run("show").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["set", "--drop", "3"], "[default] drop should be less than or equal to 1, not 3.0."),
        (["set", "--mailbox", "../etc", "--junk"], "[../etc] cannot be the name of a mailbox"),
        (["set"], "Say what is to change"),
        (["set", "--delay", "soon"], "'soon' is not a valid float"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence_and_changes_nothing(
    data: Path, words: list[str], sentence: str
) -> None:
    said = run(*words)

    assert said.exit_code == 2
    assert sentence in said.output
    assert not folders_in(data).script.exists()


def test_a_broken_script_is_told_and_reset_mends_it(data: Path) -> None:
    run("reset")
    folders_in(data).script.write_text("[incoming]\ndelai = 3\n")

    said = run("show")
    assert said.exit_code == 2
    assert "delai is not a behaviour" in said.output
    assert run("set", "--junk").exit_code == 2
    assert run("reset").exit_code == 0
    assert run("show").exit_code == 0


def test_data_may_be_given_before_or_after_the_verb(tmp_path: Path) -> None:
    other = tmp_path / "other"
    run("set", "--junk", "--data", str(other))

    assert "junk=True" in run("--data", str(other), "show").output
    assert "junk" not in run("show").output
