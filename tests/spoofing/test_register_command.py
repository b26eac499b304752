"""`lamppost spoof replay` and `spoof report` over the sample."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from lamppost.cli import root
from lamppost.clock import SystemClock
from lamppost.settings import Settings
from prepared import accounts, organisations, prepare, presets, spoofing


@pytest.fixture
def run(sqlite_engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    now = SystemClock().now()
    prepare(sqlite_engine, presets, organisations, accounts, spoofing, now=now)
    monkeypatch.setenv("LAMPPOST_DATA", str(settings.data))
    return CliRunner()


def test_a_replay_counts_by_network_and_kind_and_names_known_senders(run: CliRunner) -> None:
    document = json.loads(
        run.invoke(root, ["spoof", "replay", "--stage", "junk", "--days", "28", "--json"]).output
    )
    words = run.invoke(root, ["spoof", "replay", "--stage", "junk", "--days", "28"]).output

    internet, hscn = document["networks"]
    assert internet["messages"] > hscn["messages"] > 0
    assert {one["kind"] for one in internet["by_kind"]} == {
        "exact-domain", "subdomain", "malformed",
    }  # fmt: skip
    assert internet["known"][0]["claimed"] == "anticoagulation.rx1@nhs.net"
    assert "known: anticoagulation.rx1@nhs.net by ptr:remindwell.example" in words


def test_a_report_is_of_the_service_or_of_one_organisation(run: CliRunner) -> None:
    whole = json.loads(run.invoke(root, ["spoof", "report", "--json"]).output)
    own = json.loads(run.invoke(root, ["spoof", "report", "--org", "rx3", "--json"]).output)
    words = run.invoke(root, ["spoof", "report", "--org", "RX3"])

    assert len(whole["senders"]) > len(own["senders"]) == 3
    assert own["organisation"] == "RX3"
    assert "3 senders that wrote to RX3" in words.output


@pytest.mark.parametrize(
    "words",
    [
        ["replay", "--days", "28"],
        ["replay", "--stage", "junk", "--days", "0"],
        ["replay", "--stage", "off", "--days", "7"],
        ["report", "--org", "NOWHERE"],
    ],
)
def test_what_cannot_be_asked_is_a_mistake_of_use(run: CliRunner, words: list[str]) -> None:
    answer = run.invoke(root, ["spoof", *words])

    assert answer.exit_code == 2
    assert answer.output.strip()
