"""`lamppost db backup` and `db restore` as somebody types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lamppost.cli import root


def test_a_restore_says_what_it_would_replace_and_does_it_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    runner, file = CliRunner(), str(tmp_path / "backup.zip")
    assert runner.invoke(root, ["db", "upgrade"]).exit_code == 0

    written = runner.invoke(root, ["db", "backup", file, "--json"])
    again = runner.invoke(root, ["db", "backup", file])
    asked = runner.invoke(root, ["db", "restore", file])
    done = runner.invoke(root, ["db", "restore", file, "--yes"])
    (tmp_path / "words.txt").write_text("no backup")
    refused = runner.invoke(root, ["db", "restore", str(tmp_path / "words.txt"), "--yes"])

    assert json.loads(written.stdout)["rows"] > 0
    assert (again.exit_code, "choose another name" in again.stderr) == (2, True)
    assert "would be replaced" in asked.output
    assert "Nothing has changed" in asked.output
    assert "were replaced" in done.output
    assert (refused.exit_code, "is no whole backup" in refused.stderr) == (2, True)
