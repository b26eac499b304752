"""One worker at a time, on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from lamppost.worker.election import AdvisoryElection, make_election


def test_a_second_process_stands_by_until_the_first_resigns(engine: Engine, tmp_path: Path) -> None:
    first, second = make_election(engine, tmp_path), make_election(engine, tmp_path)

    assert first.win()
    assert not second.win()
    assert first.still_won()
    first.resign()
    assert second.win()
    assert not first.still_won()
    second.resign()


def test_a_replaced_lock_file_ends_the_term(sqlite_engine: Engine, tmp_path: Path) -> None:
    election = make_election(sqlite_engine, tmp_path)
    election.win()
    (tmp_path / "worker.lock").unlink()
    (tmp_path / "worker.lock").touch()

    assert not election.still_won()
    election.resign()


@pytest.mark.parametrize("storage_url", ["postgresql"], indirect=True)
def test_a_broken_connection_ends_the_term(engine: Engine, tmp_path: Path) -> None:
    election = make_election(engine, tmp_path)
    assert isinstance(election, AdvisoryElection)
    election.win()
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND granted"
            )
        )

    assert not election.still_won()
