"""What a search finds, and that it reads an index and not the estate. Both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, Select, insert, select, text
from sqlalchemy.orm import Session

from estate import BY, Estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.criteria import Narrowing, is_namesake, select_accounts
from postmaster.accounts.reads import list_accounts
from postmaster.accounts.reports import MAILBOX_KEY, select_badly_owned
from postmaster.accounts.rules import Kind, Status, fold_name
from postmaster.accounts.tables import Account

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
MANY = 4000
LA = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX2"),), "RX2")


def _rows(many: int = MANY) -> Iterator[dict[str, object]]:
    """People of two organisations, one of them small."""
    for number in range(1, many + 1):
        name = f"ALDER{number % 977:03}, Zoë{number % 31}"
        address = f"zoe{number % 31}.alder{number}@nhs.net"
        yield {
            "address": address, "address_key": address, "name": name, "name_key": fold_name(name),
            "kind": Kind.PERSON, "organisation": "RX2" if number % 60 == 0 else "RX3",
            "is_service": False, "status": Status.ACTIVE, "status_since": MADE,
            "created_at": MADE, "counted_from": MADE,
            "idle_since": NOW - timedelta(days=number % 800), "sign_in_blocked": False,
            "hold_count": 0, "revision": 0,
        }  # fmt: skip


@pytest.fixture
def many(estate: Estate) -> Estate:
    _fill(estate, MANY)
    return estate


def _fill(estate: Estate, count: int) -> None:
    with unit_of_work(estate.engine) as session:
        session.execute(insert(Account), list(_rows(count)))
    with estate.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _find(session: Session, prefix: str = "", reader: Actor = BY, **narrowed: object) -> list[str]:
    narrowing = Narrowing(prefix=prefix, **narrowed)  # type: ignore[arg-type]  # the caller's
    rows = list_accounts(session, reader=reader, narrowing=narrowing, as_of=NOW)
    return [row.address for row in rows]


def test_a_search_finds_by_address_and_by_name_whatever_the_accents(estate: Estate) -> None:
    for address in ("ann.orme@nhs.net", "zoe.pike@nhs.net", "pike.ward@nhs.net"):
        estate.add(address, at=MADE)
    with unit_of_work(estate.engine) as session:
        row = session.get_one(Account, estate.add("z.o@nhs.net", at=MADE, organisation="RX3"))
        row.name, row.name_key = "PÍKE, Zoë", fold_name("PÍKE, Zoë")
    with read_only(estate.engine) as session:
        assert _find(session, "ANN.O") == ["ann.orme@nhs.net"]
        # By the name and by the address, merged in the order of their keys.
        assert _find(session, "pike") == ["z.o@nhs.net", "pike.ward@nhs.net"]
        assert _find(session, "pike", LA) == ["pike.ward@nhs.net"]
        assert _find(session, "pike", organisation="RX3") == ["z.o@nhs.net"]
        assert _find(session, "%") == []
        assert _find(session, "pike", kind=Kind.SHARED) == []


def test_bands_part_the_estate(many: Estate) -> None:
    with read_only(many.engine) as session:
        bands = ("under 90 days", "90 days to 1 year", "1 to 2 years", "over 2 years", "not known")
        counts = [
            len(list_accounts(session, reader=BY, as_of=NOW, limit=MANY * 2,
                              narrowing=Narrowing(band=band)))
            for band in bands
        ]  # fmt: skip
    assert sum(counts) == MANY
    assert min(counts[:4]) > 300
    assert counts[4] == 0


def test_pages_by_key_give_every_account_once(many: Estate) -> None:
    seen: list[int] = []
    after = None
    with read_only(many.engine) as session:
        while True:
            rows = list_accounts(
                session, reader=BY, as_of=NOW, after=after, limit=100,
                narrowing=Narrowing(prefix="alder00"),
            )  # fmt: skip
            seen += [row.account_id for row in rows]
            if len(rows) < 100:
                break
            after = (fold_name(rows[-1].name), rows[-1].account_id)
    wanted = {number for number in range(1, MANY + 1) if number % 977 < 10}
    assert len(seen) == len(wanted)
    assert len(set(seen)) == len(wanted)


def _explain(engine: Engine, statement: Select[*tuple[object, ...]]) -> str:
    prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    words = statement.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(prefix + str(words))
        return "\n".join(str(row[-1]) for row in rows)


ADDRESS, NAME = "ix_account_address_key", "ix_account_name_key_account_id"
OF_ONE = "ix_account_organisation_address_key"
# Who searches, for what, and the indexes a branch may read.
PLANS: list[tuple[Actor, Narrowing, list[set[str]]]] = [
    (BY, Narrowing("zoe1.alder1"), [{ADDRESS}, {NAME}]),
    (BY, Narrowing("alder001, z"), [{ADDRESS}, {NAME}]),
    (LA, Narrowing("zoe"), [{OF_ONE, ADDRESS}, {OF_ONE, NAME}]),
    (BY, Narrowing("zoe", organisation="RX2"), [{OF_ONE}, {OF_ONE, NAME}]),
    (BY, Narrowing(), [{ADDRESS}]),
    (BY, Narrowing(organisation="RX2"), [{OF_ONE}]),
]


def test_a_page_reads_an_index_in_its_order(estate: Estate) -> None:
    # Large enough that PostgreSQL reads no index from end to end.
    _fill(estate, 20_000)
    for reader, narrowing, indexes in PLANS:
        branches = select_accounts(reader=reader, narrowing=narrowing, as_of=NOW)
        assert len(branches) == len(indexes)
        for (statement, key), wanted in zip(branches, indexes, strict=True):
            plan = _explain(estate.engine, statement.order_by(*key).limit(51))
            assert any(index in plan for index in wanted), plan
            assert "Seq Scan on account" not in plan, plan
            assert "SCAN account\n" not in f"{plan}\n", plan
    # Among all of a name, not among all of an organisation.
    plan = _explain(estate.engine, select(Account.address).where(is_namesake("RX2", "alder, zoe")))
    assert NAME in plan


def test_owners_are_looked_up_and_no_list_is_made_of_all_who_live(sqlite_engine: Engine) -> None:
    plan = _explain(sqlite_engine, select_badly_owned(reader=LA).order_by(*MAILBOX_KEY).limit(51))
    assert "SCAN account" not in plan, plan
    assert "SEARCH account_1 USING INTEGER PRIMARY KEY" in plan, plan
