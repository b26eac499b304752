"""Sealing chains every entry; verifying finds whatever was changed since."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audit_rows import PUBLIC, SIGNER, check, record_some, seal, tamper
from lamppost.database import make_engine, read_only, unit_of_work
from postmaster.access.actors import operator
from postmaster.audit.actions import LONGEST_VALUE, record
from postmaster.audit.heads import append_heads, list_heads_over, read_heads
from postmaster.audit.sealing import SealedElsewhereError, seal_pending
from postmaster.audit.tables import AuditDay, AuditDetail, AuditEntry
from postmaster.audit.verifying import verify
from postmaster.inspection.actions import NothingToEraseError, erase_detail
from postmaster.inspection.reads import get_entry

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
NEXT_DAY = NOW + timedelta(days=1)


@pytest.fixture
def sealed(engine: Engine) -> Engine:
    """Ten entries sealed on 9 April, six on 10 April."""
    record_some(engine, 10, NOW)
    assert seal(engine, NOW) == 10
    record_some(engine, 6, NEXT_DAY)
    assert seal(engine, NEXT_DAY) == 6
    return engine


def entry_at(engine: Engine, sequence: int) -> int:
    with read_only(engine) as session:
        found = session.scalar(select(AuditEntry.entry_id).where(AuditEntry.sequence == sequence))
    assert found is not None
    return found


def test_a_whole_chain_of_two_days_is_whole(sealed: Engine) -> None:
    found = check(sealed)

    assert (found.entries, found.unsealed, found.broken) == (16, 0, None)
    with read_only(sealed) as session:
        days = session.execute(
            select(AuditDay.day, AuditDay.first_sequence, AuditDay.last_sequence)
        ).all()
    assert [tuple(day) for day in days] == [(date(2018, 4, 9), 1, 10), (date(2018, 4, 10), 11, 16)]


def test_sealing_again_does_nothing(sealed: Engine) -> None:
    assert seal(sealed, NEXT_DAY) == 0
    assert check(sealed).broken is None


def test_an_empty_audit_is_whole(engine: Engine) -> None:
    assert check(engine).broken is None


def test_a_day_begins_at_midnight_in_london(engine: Engine) -> None:
    record_some(engine, 1, NOW)
    # 00:30 on 10 April in London (BST).
    seal(engine, datetime(2018, 4, 9, 23, 30, tzinfo=UTC))

    with read_only(engine) as session:
        assert session.scalar(select(AuditDay.day)) == date(2018, 4, 10)


def test_a_clock_put_back_opens_no_day_that_is_over(sealed: Engine) -> None:
    record_some(sealed, 1, NOW)
    seal(sealed, NOW)

    assert check(sealed).broken is None


def test_what_waits_is_counted_with_its_age(sealed: Engine) -> None:
    record_some(sealed, 2, NOW)

    found = check(sealed)

    assert (found.unsealed, found.oldest_unsealed_at, found.broken) == (2, NOW, None)


CHANGED = {
    "recorded_at": NOW + timedelta(days=9),
    "actor": "person:other",
    "action": "x.y",
    "kind": "other",
    "key": "other",
    "organisation": None,
    "changes": "{}",
    "detail_digest": "0" * 64,
    "sealed_on": date(2018, 4, 10),
    "sequence": 99,
    "previous": "0" * 64,
    "digest": "0" * 64,
}


@pytest.mark.parametrize("column", CHANGED)
@pytest.mark.parametrize("sequence", [2, 4, 10, 16])
def test_a_changed_column_is_found(sealed: Engine, column: str, sequence: int) -> None:
    entry_id = entry_at(sealed, sequence)
    value = date(2018, 4, 9) if (column, sequence) == ("sealed_on", 16) else CHANGED[column]
    tamper(sealed, AuditEntry, AuditEntry.entry_id == entry_id, **{column: value})

    broken = check(sealed).broken

    assert broken is not None
    assert broken.sequence == sequence
    assert broken.entry_id == entry_id or column == "sequence"


@pytest.mark.parametrize(
    "values",
    [
        {"detail": '{"name":"Bob"}'},
        {"salt": "0" * 32},
        {"detail": None},
        {"is_erased": True},
        {"detail": None, "salt": "", "is_erased": True},
    ],
)
def test_a_changed_detail_is_found(sealed: Engine, values: dict[str, object]) -> None:
    entry_id = entry_at(sealed, 4)
    tamper(sealed, AuditDetail, AuditDetail.entry_id == entry_id, **values)

    broken = check(sealed).broken

    assert broken is not None
    assert (broken.entry_id, broken.sequence) == (entry_id, 4)


def test_a_detail_taken_away_is_found(sealed: Engine) -> None:
    with unit_of_work(sealed) as session:
        session.execute(delete(AuditDetail).where(AuditDetail.entry_id == entry_at(sealed, 4)))

    broken = check(sealed).broken

    assert broken is not None
    assert broken.why == "its personal data are missing"


def take_out(engine: Engine, *conditions: object) -> None:
    with unit_of_work(engine) as session:
        gone = select(AuditEntry.entry_id).where(*conditions)  # type: ignore[arg-type]  # conditions
        ids = session.scalars(gone).all()
        session.execute(delete(AuditDetail).where(AuditDetail.entry_id.in_(ids)))
        session.execute(delete(AuditEntry).where(AuditEntry.entry_id.in_(ids)))


@pytest.mark.parametrize("gone", [1, 5, 10, 11, 16])
def test_a_missing_entry_is_found(sealed: Engine, gone: int) -> None:
    take_out(sealed, AuditEntry.sequence == gone)

    broken = check(sealed).broken

    assert broken is not None
    assert broken.sequence == gone
    assert "missing" in broken.why


def test_a_cut_tail_stays_found_when_sealing_goes_on(sealed: Engine) -> None:
    take_out(sealed, AuditEntry.sequence > 14)
    record_some(sealed, 3, NEXT_DAY)
    seal(sealed, NEXT_DAY)

    broken = check(sealed).broken

    assert broken is not None
    assert broken.sequence == 15


def test_two_entries_swapped_are_found(sealed: Engine) -> None:
    first, second = entry_at(sealed, 3), entry_at(sealed, 4)
    for entry_id, sequence in ((first, 1000), (second, 3), (first, 4)):
        tamper(sealed, AuditEntry, AuditEntry.entry_id == entry_id, sequence=sequence)

    broken = check(sealed).broken

    assert broken is not None
    assert broken.sequence == 3


def test_a_forged_head_is_found(sealed: Engine) -> None:
    tamper(sealed, AuditDay, AuditDay.day == date(2018, 4, 10), head="0" * 64)

    broken = check(sealed).broken

    assert broken is not None
    assert broken.why == "the signature of 2018-04-10 is not its head's"


def test_a_chain_sealed_by_another_key_is_found(engine: Engine) -> None:
    record_some(engine, 3, NOW)
    seal(engine, NOW, signer=Ed25519PrivateKey.generate())

    broken = check(engine).broken

    assert check(engine, public_key=None).broken is None
    assert broken is not None
    assert broken.why == "the head of 2018-04-09 names another key"


@pytest.mark.parametrize("with_head", [True, False])
@pytest.mark.parametrize("day", [9, 10])
def test_a_whole_day_gone_is_found(sealed: Engine, day: int, *, with_head: bool) -> None:
    gone = date(2018, 4, day)
    with read_only(sealed) as session:
        lines = list_heads_over(session, now=NEXT_DAY + timedelta(days=1), after=None)
        heads = [json.loads(line) for line in lines]
    take_out(sealed, AuditEntry.sealed_on == gone)
    if with_head:
        with unit_of_work(sealed) as session:
            session.execute(delete(AuditDay).where(AuditDay.day == gone))

    broken = check(sealed).broken

    # The last day with its head leaves nothing behind; only a copy of the head tells.
    assert (broken is None) == (day == 10 and with_head)
    assert len(heads) == 2


def test_the_kept_heads_tell_of_a_last_day_that_is_gone(
    sealed: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("heads") / "audit" / "heads.jsonl"
    with read_only(sealed) as session:
        append_heads(path, list_heads_over(session, now=NEXT_DAY, after=None))
    with path.open("a") as file:
        file.write('{"day": "2018-04-1')  # the machine stopped here
    with read_only(sealed) as session:
        after = read_heads(path)[-1].day
        lines = list_heads_over(session, now=NEXT_DAY + timedelta(days=1), after=after)
    append_heads(path, lines)
    heads = read_heads(path)
    assert [head.day.day for head in heads] == [9, 10]
    with read_only(sealed) as session:
        assert verify(session, public_key=PUBLIC, heads=heads).broken is None

    take_out(sealed, AuditEntry.sequence > 10)
    with unit_of_work(sealed) as session:
        session.execute(delete(AuditDay).where(AuditDay.day == date(2018, 4, 10)))
        broken = verify(session, public_key=PUBLIC, heads=heads).broken

    assert broken is not None
    assert broken.why == "2018-04-10 is not the day whose head was kept elsewhere"


def test_an_entry_without_a_head_is_found(sealed: Engine) -> None:
    entry_id = record_some(sealed, 1, NOW)[0]
    values = {"sequence": 17, "sealed_on": date(2018, 4, 10), "previous": "", "digest": ""}
    tamper(sealed, AuditEntry, AuditEntry.entry_id == entry_id, **values)

    broken = check(sealed).broken

    assert broken is not None
    assert (broken.entry_id, broken.why) == (entry_id, "no head speaks of it")


def test_erasing_what_is_personal_keeps_the_chain_whole(sealed: Engine) -> None:
    entry_id, by = entry_at(sealed, 4), operator("test")
    with unit_of_work(sealed) as session:
        erase_detail(session, entry_id=entry_id, reason="asked to", by=by, now=NEXT_DAY)
    assert check(sealed).broken is None
    seal(sealed, NEXT_DAY)

    found = check(sealed)

    assert (found.entries, found.broken) == (17, None)
    with read_only(sealed) as session:
        entry = get_entry(session, reader=by, entry_id=entry_id)
        salt = session.scalar(select(AuditDetail.salt).where(AuditDetail.entry_id == entry_id))
    assert entry is not None
    assert (entry.personal, entry.is_erased, salt) == ((), True, "")


def test_nothing_is_erased_twice(sealed: Engine) -> None:
    by = operator("test")
    with unit_of_work(sealed) as session:
        erase_detail(session, entry_id=entry_at(sealed, 4), reason="r", by=by, now=NOW)
        for sequence in (4, 3):  # erased before; never had any
            with pytest.raises(NothingToEraseError):
                erase_detail(
                    session, entry_id=entry_at(sealed, sequence), reason="r", by=by, now=NOW
                )
        with pytest.raises(NothingToEraseError):
            erase_detail(session, entry_id=9999, reason="r", by=by, now=NOW)


def test_a_megabyte_with_newlines_is_cut_and_told(engine: Engine) -> None:
    text = "line\r\n\x00\x1b[2J\udcff" * 100_000
    with unit_of_work(engine) as session:
        entry_id = record(
            session,
            action="a.b",
            kind="k",
            key="1",
            changes={"text": (None, text)},
            personal={"text": text},
            by="system:test",
            now=NOW,
        )
    seal(engine, NOW)

    with read_only(engine) as session:
        entry = get_entry(session, reader=operator("test"), entry_id=entry_id)

    assert entry is not None
    for kept in (entry.changes[0].after, entry.personal[0][1]):
        assert isinstance(kept, str)
        assert kept.startswith("line\r\n\x00\x1b[2J")
        assert LONGEST_VALUE < len(kept) < LONGEST_VALUE + 200
        assert "characters, SHA-256 " in kept
    assert check(engine).broken is None


# SQLite lets one transaction write at a time.
@pytest.mark.parametrize("storage_url", ["postgresql"], indirect=True)
def test_entries_committed_out_of_order_are_sealed_without_a_gap(storage_url: str) -> None:
    engine = make_engine(storage_url)
    slow = Session(engine)
    late = record(slow, action="a.b", kind="k", key="slow", by="system:t", now=NOW)
    early = record_some(engine, 3, NOW)
    assert late < min(early)
    assert seal(engine, NOW) == 3
    slow.commit()
    slow.close()
    assert seal(engine, NOW) == 1

    with read_only(engine) as session:
        ids = session.scalars(select(AuditEntry.entry_id).order_by(AuditEntry.sequence)).all()
    assert ids == [*early, late]
    assert check(engine).broken is None
    engine.dispose()


# SQLite lets one transaction write at a time.
@pytest.mark.parametrize("storage_url", ["postgresql"], indirect=True)
def test_two_sealers_never_double(storage_url: str) -> None:
    engine = make_engine(storage_url)
    record_some(engine, 2, NOW)
    seal(engine, NOW)
    record_some(engine, 2, NOW)
    other = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    stale = Session(other)
    stale.scalar(select(func.count()).select_from(AuditEntry))
    seal(engine, NOW)

    with pytest.raises((SealedElsewhereError, IntegrityError, Exception), match="serialize"):
        seal_pending(stale, signer=SIGNER, now=NOW)
    stale.close()
    other.close()

    assert check(engine).entries == 4
    assert check(engine).broken is None
    engine.dispose()
