"""The report as a command, the tables of truth, and what an organisation has beside accounts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, text

from closing import CLOSED_ON, MADE, NOW, make_closing
from estate import BY
from lamppost.cli import root
from lamppost.database import read_only, unit_of_work
from lamppost.sample.accounts import add_accounts
from lamppost.sample.closures import MOVES, add_closed_roles, add_closures
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind
from postmaster.closures.belongings import list_belongings
from postmaster.closures.move_reads import select_moves, to_row
from postmaster.closures.report import list_closed
from postmaster.closures.rules import BANDS, YOUNGEST, Outcome, Standing
from postmaster.closures.stages import Stage, Trouble
from postmaster.entitlements.tables import ProtocolGrant
from postmaster.organisations.tables import Organisation

POLICIES = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")


def rows_of(heading: str, table: int) -> set[str]:
    """The first cells of a table under a heading."""
    section = POLICIES.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = section.strip().split("\n\n")
    tables = [part.splitlines() for part in lines if part.startswith("|")]
    return {line.strip("|").split("|")[0].strip() for line in tables[table][2:]}


def test_the_tables_of_truth_name_every_outcome_standing_and_step() -> None:
    assert rows_of("Outcomes", 0) == {outcome.value for outcome in Outcome}
    assert rows_of("Outcomes", 1) == {standing.value for standing in Standing}
    assert rows_of("Moves into a container", 0) == {stage.value for stage in Stage}


def test_the_command_prints_what_is_left_by_organisation_and_age(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = make_closing(sqlite_engine)
    closing.add("ann@nhs.net", "A81001")
    closing.add("box@nhs.net", "A81001", Kind.SHARED)
    closing.close("A81001", "A81002")
    monkeypatch.setenv("LAMPPOST_DATABASE_URL", str(sqlite_engine.url))
    runner = CliRunner()

    told = runner.invoke(root, ["orgs", "closed", "--json"])
    words = runner.invoke(root, ["orgs", "closed", "--orphans"])

    assert (told.exit_code, words.exit_code) == (0, 0)
    document = json.loads(told.output)
    assert (document["accounts"], document["undecided"]) == (2, 2)
    (row,) = document["organisations"]
    assert (row["ods_code"], row["since"], row["band"]) == (
        "A81001", CLOSED_ON.isoformat(), "over 1 year",
    )  # fmt: skip
    assert (row["persons"], row["shared"], row["has_keeper"]) == (1, 1, False)
    assert "2 accounts in closed organisations need an outcome." in words.output


def test_what_an_organisation_has_beside_accounts_is_counted(engine: Engine) -> None:
    closing = make_closing(engine)
    account = closing.add("ann@nhs.net", "A81001")
    with unit_of_work(engine) as session:
        session.add(
            ProtocolGrant(
                account_id=account, protocol="imap", from_at=MADE, reason="x", granted_at=MADE,
                granted_by="test",
            )
        )  # fmt: skip
        session.add(
            RoleGrant(
                grant_id=uuid4(), person_id="p", address_key="p@nhs.net", role=Role.READER,
                scope="A81001", granted_at=MADE, granted_by="test",
            )
        )  # fmt: skip
    with read_only(engine) as session:
        codes = select(Organisation.ods_code).where(Organisation.ods_code == "A81001")
        found = list_belongings(session, codes=codes, now=NOW)
    assert [(one.one, one.goes_along, count) for one, count in found] == [
        ("role held for it", False, 1),
        ("protocol grant", True, 1),
    ]


def test_the_report_reads_accounts_by_the_index_of_their_organisation(engine: Engine) -> None:
    make_closing(engine)
    words = (
        "SELECT organisation, count(*) FROM account WHERE organisation IN "
        "(SELECT ods_code FROM organisation WHERE status <> 'open') GROUP BY organisation"
    )
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {words}")).all()
        else:
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {words}")).all()

    # It answers without the rows.
    assert "ix_account_organisation_address_key" in str(plan)


def test_the_sample_has_a_closing_of_every_age_and_a_move_at_every_step(
    sqlite_engine: Engine,
) -> None:

    now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    make_closing(sqlite_engine)
    with unit_of_work(sqlite_engine) as session:
        add_accounts(session, now=now)
        assert add_closures(session, now=now) == len(MOVES)
        add_closed_roles(session, now=now)
    with unit_of_work(sqlite_engine) as session:
        assert add_closures(session, now=now) == 0
    with read_only(sqlite_engine) as session:
        rows = list_closed(session, reader=BY, today=now.date())
        moves = [to_row(row, now.date()) for row in session.execute(select_moves(reader=BY))]
    assert {row.band for row in rows} == {words for _, words in BANDS} | {YOUNGEST}
    assert {row.state for row in rows} == {"closed", "closing", "closed in ODS"}
    assert {move.stage for move in moves} == set(Stage)
    assert [move.trouble for move in moves if move.trouble] == [Trouble.OVERDUE]
