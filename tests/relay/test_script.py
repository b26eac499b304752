"""The script's values are checked, and a broken file never stops the relay."""

from pathlib import Path
from typing import Any

import pytest

from lamppost.worker.relay.running import PracticeRelay
from lamppost.worker.relay.script import Behaviour, Script, ScriptError, read_script
from lamppost.worker.relay.script_file import ScriptFile

WRONG = [
    ("[incoming]\ndrop = 3", r"\[incoming\] drop should be less than or equal to 1, not 3"),
    ("[incoming]\ndelay_s = -1", "delay_s should be greater than or equal to 0, not -1"),
    ("[incoming]\ndelay_s = nan", "delay_s should be a finite number, not nan"),
    ("[incoming]\ndelay_s = '90'", "delay_s should be a valid number, not '90'"),
    ("[incoming]\nduplicate = 1", "duplicate should be a valid boolean, not 1"),
    ("[incoming]\nhttp_status = 99", "http_status should be greater than or equal to 200"),
    ("[incoming]\ndelai = 3", r"\[incoming\] delai is not a behaviour"),
    ("['../etc']\ndelay_s = 3", "cannot be the name of a mailbox"),
    ("delay_s = 3", "delay_s stands outside a section"),
    ("[incoming\n", "It is not TOML"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_wrong_value_is_named_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ScriptError, match=sentence):
        read_script(text)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ScriptError) as caught:
        read_script("[default]\ndrop = 3\n[incoming]\ndrop = 4")

    assert len(str(caught.value).split("\n")) == 2


def test_a_script_written_and_read_again_is_the_same() -> None:
    script = (
        Script().changed("incoming", {"delay_s": 90.5, "junk": True}).changed("a.b", {"defer": 1})
    )

    again = read_script(script.as_toml())

    assert again.sections == script.sections
    assert again.behaviour("incoming") == Behaviour(delay_s=90.5, junk=True)


def test_a_section_taken_out_falls_back_to_the_default() -> None:
    script = read_script("[default]\ndefer = 2\n[incoming]\ndefer = 0")

    assert script.behaviour("incoming").defer == 0
    assert script.without("incoming").behaviour("incoming").defer == 2


def test_a_broken_file_keeps_the_last_good_script_and_is_reported_once(tmp_path: Path) -> None:
    reports: list[str] = []
    file = ScriptFile(tmp_path / "script.toml", reports.append)
    (tmp_path / "script.toml").write_text("[incoming]\ndefer = 2\n")
    assert file.current().behaviour("incoming").defer == 2

    (tmp_path / "script.toml").write_text("[incoming]\ndefer = 'two'\n")

    assert [file.current().behaviour("incoming").defer for _ in range(3)] == [2, 2, 2]
    assert len(reports) == 1
    assert reports[0].startswith(f"{tmp_path}/script.toml: [incoming] defer should be")


def test_a_script_taken_away_means_prompt_and_honest(tmp_path: Path) -> None:
    file = ScriptFile(tmp_path / "script.toml", print)
    (tmp_path / "script.toml").write_text("[incoming]\ndefer = 2\n")
    assert file.current().behaviour("incoming").defer == 2

    (tmp_path / "script.toml").unlink()

    assert file.current().behaviour("incoming") == Behaviour()


def test_a_running_relay_goes_on_over_a_broken_file(
    relay: PracticeRelay, send: Any, arrived: Any
) -> None:
    relay.set("incoming", junk=True)
    send()
    relay.folders.script.write_bytes(b"\xff\xfe broken")
    send()

    arrived(2, junk=True)
    assert "goes on as before" in relay.reports[0]
