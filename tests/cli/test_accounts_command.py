"""`lamppost accounts import`, `export` and `why`, on a database of the estate."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from estate import BY, Estate, make_estate
from lamppost.cli import root
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from postmaster.accounts.rules import Kind
from postmaster.entitlements.actions import grant_protocol
from postmaster.entitlements.rules import Protocol
from postmaster.uploads.rules import COLUMNS, Layout

HEAD = ",".join(COLUMNS[Layout.NEW])
Run = Callable[..., Result]
GOOD = ',ann@nhs.net,"ORME, Ann",user,RX2,007,Nurse,07700900123'


@pytest.fixture
def estate(sqlite_engine: Engine, clock: FixedClock) -> Estate:
    return make_estate(sqlite_engine, now=clock.now())


@pytest.fixture
def run(settings: Settings, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> Run:
    assert settings.storage_url() == str(estate.engine.url)
    monkeypatch.setenv("LAMPPOST_DATA", str(settings.data))

    def call(*words: str) -> Result:
        return CliRunner().invoke(root, ["accounts", *words])

    return call


def test_a_file_is_validated_and_its_plan_applied_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{HEAD}\n{GOOD}\n,bad,=x,user,RX2,,,\n", encoding="utf-8")

    checked = run("import", str(file), "--validate", "--json")
    document = json.loads(checked.stdout)
    assert checked.exit_code == 1
    assert document["counts"]["create"] == document["counts"]["error"] == 1
    assert document["findings"][0]["line"] == 3
    wrong = run("import", str(file), "--apply", "0" * 64)
    assert (wrong.exit_code, "No such plan" in wrong.stderr) == (2, True)
    done = run("import", str(file), "--apply", document["plan"])
    assert (done.exit_code, done.stdout) == (0, "1 done, 0 not done.\n")
    again = run("import", str(file), "--apply", document["plan"])
    assert (again.exit_code, "The file is done" in again.stderr) == (2, True)
    file.write_text(f"{HEAD}\n{GOOD.replace('Nurse', 'Porter')}\n", encoding="utf-8")
    other = run("import", str(file), "--apply", document["plan"])
    assert "No such plan of this file" in other.stderr
    assert "1 update" in run("import", str(file), "--validate").stdout


def test_a_file_that_cannot_be_read_and_a_missing_choice_say_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Name\nAnn\n", encoding="utf-8")

    assert "must read" in run("import", str(file), "--validate").stderr
    assert run("import", str(file)).exit_code == 2


def test_every_account_is_one_line_of_json(run: Run, estate: Estate, clock: FixedClock) -> None:
    estate.add("ann@nhs.net", at=clock.now())
    estate.add("tarnside.ward@nhs.net", at=clock.now(), kind=Kind.SHARED)
    estate.add("eve@nhs.net", at=clock.now(), organisation="RX3")

    lines = [json.loads(line) for line in run("export", "--org", "rx2").stdout.splitlines()]

    assert [line["address"] for line in lines] == ["ann@nhs.net", "tarnside.ward@nhs.net"]
    assert [line["can_sign_in"] for line in lines] == [True, False]
    assert lines[0]["status_since"].startswith("2018-04-09T08:00:00")
    assert run("export", "--status", "leaver").stdout == ""


def test_why_says_what_an_account_may_use_over_the_internet(
    run: Run, estate: Estate, clock: FixedClock
) -> None:
    now = clock.now()
    account = estate.add("recall@nhs.net", at=now, kind=Kind.APPLICATION)
    with unit_of_work(estate.engine) as session:
        grant_protocol(
            session, account_id=account, protocol=Protocol.SMTP, reason="Reminders", by=BY, now=now
        )

    document = json.loads(run("why", "recall@nhs.net", "--json").stdout)
    assert [one["protocol"] for one in document["may_use"]] == ["smtp"]
    words = run("why", "recall@nhs.net").stdout
    assert "SMTP because it has leave of its own since 9 April 2018, granted by operator:" in words
    assert "SMTP" not in run("why", "recall@nhs.net", "--on", "2018-04-08").stdout
