"""A file staged, judged, planned and applied; both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, select, update

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant, system
from postmaster.access.roles import Role
from postmaster.accounts.actions import mark_leaver
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account, AddressQuarantine
from postmaster.audit.tables import AuditEntry
from postmaster.uploads.applying import ChunkResult, apply_chunk, begin_apply, pause_apply
from postmaster.uploads.forgetting import forget_rows
from postmaster.uploads.reading import read_file
from postmaster.uploads.reads import count_actions, list_results
from postmaster.uploads.rules import COLUMNS, Layout, RowAction, UploadError
from postmaster.uploads.staging import stage_upload
from postmaster.uploads.tables import Upload, UploadRow

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
HEAD = ",".join(COLUMNS[Layout.NEW])
LA = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX2"),), "RX2")
WORKER = system("uploads")


@pytest.fixture
def estate(engine: Engine) -> Estate:
    return make_estate(engine, now=datetime(2018, 4, 2, tzinfo=UTC))


def _stage(
    estate: Estate, lines: Sequence[str], *, by: Actor = LA, code: str | None = "RX2"
) -> int:
    content = "\r\n".join((HEAD, *lines)).encode("utf-8-sig")
    file = read_file(content, name="people.csv", organisation=code)
    with unit_of_work(estate.engine) as session:
        return stage_upload(session, file=file, by=by, now=NOW)


def _get(estate: Estate, upload_id: int) -> Upload:
    with read_only(estate.engine) as session:
        row = session.get_one(Upload, upload_id)
        session.expunge(row)
    return row


def _verdicts(estate: Estate, upload_id: int) -> list[tuple[str | None, str]]:
    with read_only(estate.engine) as session:
        rows = session.execute(
            select(UploadRow.action, UploadRow.message)
            .where(UploadRow.upload_id == upload_id)
            .order_by(UploadRow.line)
        )
        return [(row[0], row[1] or "") for row in rows]


def _begin(estate: Estate, upload_id: int, plan_hash: str | None = None) -> None:
    plan = plan_hash or _get(estate, upload_id).plan_hash
    with unit_of_work(estate.engine) as session:
        begin_apply(session, upload_id=upload_id, plan_hash=plan, by=LA, now=NOW)


def _chunk(estate: Estate, upload_id: int, size: int = 1000) -> ChunkResult:
    with unit_of_work(estate.engine) as session:
        return apply_chunk(session, upload_id=upload_id, size=size, by=WORKER, now=NOW)


def _apply(estate: Estate, upload_id: int, size: int = 1000) -> None:
    _begin(estate, upload_id)
    while not _chunk(estate, upload_id, size).is_over:
        pass


def _people(estate: Estate) -> list[tuple[str, str, str | None]]:
    with read_only(estate.engine) as session:
        rows = session.execute(
            select(Account.address, Account.status, Account.job_title).order_by(Account.address)
        )
        return [(row[0], row[1], row[2]) for row in rows]


ANN = ',ann@nhs.net,"ORME, Ann",user,RX2,007,Nurse,07700900123'


@pytest.mark.parametrize(
    ("line", "action", "words"),
    [
        (',new@nhs.net,"NEW, One",user,RX2,,,', "create", "A new account"),
        (',new@nhs.net,"HELD, Ann",user,RX2,,,', "create", "Somebody of this name has the account"),
        (',held@nhs.net,"HELD, Ann",user,RX2,,,', "skip", "stored so already"),
        (',held@nhs.net,"HELD, Ann",user,RX2,,Nurse,', "update", "is changed: job title"),
        (',held@nhs.net,"HELD, Anna",user,RX2,,,07700900123', "update", "is changed: mobile, name"),
        (',x@nhs.net,"HELD, Ann",user,RX2,L1,,', "error", "A file changes no address"),
        (',left@nhs.net,"L, Eve",user,RX2,,,', "join", "marked as a leaver of RX3"),
        (',other@nhs.net,"O, Ian",user,RX2,,,', "error", "an account of another organisation"),
        (',gone@nhs.net,"G, Una",user,RX2,,,', "error", "is deleted. Restore it"),
        (',kept@nhs.net,"K, Una",user,RX2,,,', "error", "is kept apart"),
        (',held@nhs.net,"Ward",shared,RX2,,,', "error", "is of the kind person"),
        (',new@nhs.net,"Ward",shared,RX2,,,', "error", "A file makes people only"),
        (',new@nhs.net,"N, N",user,RX3,,,', "error", "RX3 is none of your organisations"),
        (',new@nhs.net,"N, N",user,NOPE1,,,', "error", "NOPE1 is none of your organisations"),
        ('999999,new@nhs.net,"N, N",user,RX2,,,', "error", "no account of yours with the ID"),
        (",new@nhs.net,=cmd,user,RX2,,,", "error", "runs as a formula"),
    ],
)  # fmt: skip
def test_each_row_has_its_verdict(
    sqlite_engine: Engine, line: str, action: str, words: str
) -> None:
    estate = make_estate(sqlite_engine, now=datetime(2018, 4, 2, tzinfo=UTC))
    _fill(estate)
    found, message = _verdicts(estate, _stage(estate, [line]))[0]
    assert found == action
    assert words in message


def test_the_verdicts_are_the_same_on_both_databases(estate: Estate) -> None:
    _fill(estate)
    lines = [
        ',new@nhs.net,"NEW, One",user,RX2,,,', ',held@nhs.net,"HELD, Ann",user,RX2,,Nurse,',
        ',left@nhs.net,"L, Eve",user,RX2,,,', ',NEW@nhs.net,"NEW, One",user,RX2,,,',
        ',b@nhs.net,"B, B",user,RX2,9,,', ',c@nhs.net,"C, C",user,RX2,9,,',
        ',kept@nhs.net,"K, Una",user,RX2,,,', ',d@nhs.net,"D, D",user,RX3,,,',
    ]  # fmt: skip
    upload_id = _stage(estate, lines)
    verdicts = _verdicts(estate, upload_id)
    assert [one[0] for one in verdicts] == [
        "create", "update", "join", "error", "create", "error", "error", "error",
    ]  # fmt: skip
    assert verdicts[3][1] == "The address is on line 2 already. Keep one."
    assert verdicts[5][1] == "The local number is on line 6 already. Keep one."
    with read_only(estate.engine) as session:
        assert count_actions(session, upload_id=upload_id) == {
            RowAction.CREATE: 2, RowAction.UPDATE: 1, RowAction.JOIN: 1, RowAction.ERROR: 4,
        }  # fmt: skip


def _fill(estate: Estate) -> None:
    for local, code in (("held", "RX2"), ("left", "RX3"), ("other", "RX3"), ("gone", "RX2")):
        account_id = estate.add(f"{local}@nhs.net", at=MADE, organisation=code)
        with unit_of_work(estate.engine) as session:
            row = session.get_one(Account, account_id)
            if local == "held":
                row.name, row.name_key, row.external_id = "HELD, Ann", "held, ann", "L1"
            if local == "gone":
                row.status = Status.DELETED
            if local == "left":
                mark_leaver(session, account_id=account_id, by=BY, now=NOW)
            if local == "other":
                kept = AddressQuarantine(
                    address_key="kept@nhs.net", account_id=account_id, kept_until=date(2019, 1, 1)
                )
                session.add(kept)


def test_a_plan_is_applied_as_it_was_shown_and_only_that(estate: Estate) -> None:
    estate.add("held@nhs.net", at=MADE)
    upload_id = _stage(estate, [ANN, ",held@nhs.net,Held,user,RX2,,Porter,"])
    with pytest.raises(UploadError, match="not the plan that was shown"):
        _begin(estate, upload_id, "0" * 64)
    with unit_of_work(estate.engine) as session:
        session.execute(update(UploadRow).where(UploadRow.line == 2).values(name="Somebody else"))
    with pytest.raises(UploadError, match="not the plan that was shown"):
        _begin(estate, upload_id)
    with unit_of_work(estate.engine) as session:
        session.execute(update(UploadRow).where(UploadRow.line == 2).values(name="ORME, Ann"))
    _apply(estate, upload_id)

    assert _people(estate) == [
        ("ann@nhs.net", "pending", "Nurse"), ("held@nhs.net", "active", "Porter"),
    ]  # fmt: skip
    with pytest.raises(UploadError, match="The file is done"):
        _begin(estate, upload_id)
    with read_only(estate.engine) as session:
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.actor, AuditEntry.changes).where(
                AuditEntry.kind == "account",
                AuditEntry.changes.contains('"upload"'),
            ).order_by(AuditEntry.entry_id)
        ).all()  # fmt: skip
    assert [(row[0], row[1]) for row in entries] == [
        ("accounts.add", LA.reference), ("accounts.change", LA.reference),
    ]  # fmt: skip
    assert "Porter" not in entries[1][2]
    assert '"fields":[null,"job_title"]' in entries[1][2]


def test_a_corrected_file_touches_only_the_rows_that_changed(estate: Estate) -> None:
    other = ',bob@nhs.net,"ORME, Bob",user,RX2,,,'
    _apply(estate, _stage(estate, [ANN, other, ",bad,,user,RX2,,,"]))
    again = _stage(estate, [ANN, other.replace(",,,", ",,Porter,")])

    assert [one[0] for one in _verdicts(estate, again)] == ["skip", "update"]
    _apply(estate, again)
    assert [row[2] for row in _people(estate)] == ["Nurse", "Porter"]
    third = _stage(estate, [ANN])
    assert _get(estate, third).planned_count == 0
    with pytest.raises(UploadError, match="No row of the file changes anything"):
        _begin(estate, third)


def test_an_account_changed_after_the_check_is_left_alone_and_said_so(estate: Estate) -> None:
    held = estate.add("held@nhs.net", at=MADE)
    upload_id = _stage(estate, [",held@nhs.net,Held,user,RX2,,Porter,", ANN])
    estate.add("ann@nhs.net", at=NOW)
    with unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=held, by=BY, now=NOW)
    _apply(estate, upload_id)

    found = _get(estate, upload_id)
    assert (found.done_count, found.refused_count) == (0, 2)
    assert estate.get(held).job_title is None
    with read_only(estate.engine) as session:
        results = [row[2] for row in list_results(session, upload_id=upload_id)]
    assert all(result.startswith("Not done: ") for result in results)


def test_a_run_cut_off_between_chunks_goes_on_and_ends_the_same(estate: Estate) -> None:
    lines = [f',p{number:03}@nhs.net,"P, {number}",user,RX2,{number},,' for number in range(25)]
    upload_id = _stage(estate, lines)
    _begin(estate, upload_id)
    assert _chunk(estate, upload_id, 10) == ChunkResult(10, 0, is_over=False)
    with pytest.raises(RuntimeError), unit_of_work(estate.engine) as session:
        apply_chunk(session, upload_id=upload_id, size=10, by=WORKER, now=NOW)
        raise RuntimeError
    with unit_of_work(estate.engine) as session:
        pause_apply(session, upload_id=upload_id, by=LA, now=NOW)
    assert _chunk(estate, upload_id, 10).is_over
    assert len(_people(estate)) == 10
    _apply(estate, upload_id, 10)

    assert len(_people(estate)) == 25
    found = _get(estate, upload_id)
    assert (found.status, found.done_count, found.refused_count) == ("done", 25, 0)


def test_the_same_bytes_checked_again_give_the_same_plan_and_replace_the_first(
    estate: Estate,
) -> None:
    first, second = _stage(estate, [ANN]), _stage(estate, [ANN])
    assert _get(estate, first).plan_hash == _get(estate, second).plan_hash
    assert _get(estate, first).status == "replaced"
    other = _stage(estate, [ANN.replace("Nurse", "Porter")])
    assert _get(estate, other).plan_hash != _get(estate, second).plan_hash


def test_nobody_uploads_for_another_organisation_or_goes_on_with_its_file(estate: Estate) -> None:
    for code in ("RX3", None):
        with pytest.raises(RefusedError):
            _stage(estate, [ANN], code=code)
    foreign = _stage(estate, [",e@nhs.net,E,user,RX3,,,"], by=BY, code="RX3")
    with pytest.raises(RefusedError):
        _begin(estate, foreign)


def test_a_file_costs_as_many_statements_for_two_hundred_rows_as_for_one(estate: Estate) -> None:
    counts = []
    for many in (1, 200):
        lines = [f',q{many}.{number}@nhs.net,"Q, {number}",user,RX2,,,' for number in range(many)]
        statements: list[str] = []

        def count(*args: object, seen: list[str] = statements) -> None:
            seen.append(str(args[2]))

        event.listen(estate.engine, "before_cursor_execute", count)
        _apply(estate, _stage(estate, lines))
        event.remove(estate.engine, "before_cursor_execute", count)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_names_in_old_files_are_forgotten_and_what_they_did_is_not(estate: Estate) -> None:
    upload_id = _stage(estate, [ANN])
    _apply(estate, upload_id)
    with unit_of_work(estate.engine) as session:
        assert forget_rows(session, now=NOW + timedelta(days=90)) == 0
        assert forget_rows(session, now=NOW + timedelta(days=91)) == 1
    with read_only(estate.engine) as session:
        assert session.scalars(select(UploadRow)).all() == []
    assert _get(estate, upload_id).done_count == 1
