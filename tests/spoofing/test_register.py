"""The register: each message once, each reader their own, and what a stage would have met."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from estate import Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.spoofing.intake import mark_outcomes, mark_taken
from postmaster.spoofing.keeping import forget_old
from postmaster.spoofing.register import (
    get_pair,
    list_pairs,
    list_reached,
    list_receiving,
    list_seen,
    select_pairs,
    walk_pairs,
)
from postmaster.spoofing.rehearsal import rehearse
from postmaster.spoofing.sightings import SightingError, read_sighting
from postmaster.spoofing.steps import Sort
from postmaster.spoofing.tables import SpoofDay, SpoofPair, SpoofRecipient, SpoofSighting
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage
from spoof_rows import NATIONAL, administrator, sighting, store

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
RX1, RX2 = administrator("RX1"), administrator("RX2")


@pytest.fixture
def estate(engine: Engine) -> Estate:
    made = make_estate(engine, now=NOW)
    made.add("ann@nhs.net", at=NOW, organisation="RX1")
    made.add("ben@nhs.net", at=NOW, organisation="RX2")
    return made


BOTH = ("ann@nhs.net", "BEN@nhs.net", "nobody@elsewhere.example")


def test_a_sighting_goes_through_its_line_unchanged() -> None:
    made = sighting(NOW, recipients=BOTH)

    assert read_sighting(made.as_text()) == made


@pytest.mark.parametrize("line", ["", "{}", "[]", "null", '{"record": 1}', "\x00", "{" * 9999])
def test_a_line_that_is_no_sighting_says_so(line: str) -> None:
    with pytest.raises(SightingError):
        read_sighting(line)


def test_a_message_counts_once_however_often_it_is_brought_and_whoever_it_is_for(
    estate: Estate,
) -> None:
    made = sighting(NOW, recipients=BOTH)

    assert store(estate.engine, made, made) == 1
    assert store(estate.engine, made) == 0

    with read_only(estate.engine) as session:
        rows = {row.organisation: row for row in session.scalars(select(SpoofDay))}
        (pair,) = session.scalars(select(SpoofPair))
        assert {code: row.messages for code, row in rows.items()} == {"RX1": 1, "RX2": 1, "": 1}
        assert sum(row.counted for row in rows.values()) == 1
        assert pair.messages == 1
        assert (pair.sort, "mailer.example" in pair.evidence) == (Sort.SUPPLIER, True)


def test_a_day_is_a_day_in_london(estate: Estate) -> None:
    store(estate.engine, sighting(datetime(2018, 7, 9, 23, 30, tzinfo=UTC)))

    with read_only(estate.engine) as session:
        assert session.scalars(select(SpoofDay.on_day)).all() == [date(2018, 7, 10)]


def test_each_administrator_sees_their_own_and_the_service_sees_all(estate: Estate) -> None:
    store(
        estate.engine,
        sighting(NOW, recipients=BOTH),
        sighting(NOW, recipients=BOTH),
        sighting(NOW, claimed="other@nhs.net", recipients=("ben@nhs.net",)),
    )

    with read_only(estate.engine) as session:
        seen = {
            reader.key: [
                (row.claimed, row.messages) for row in walk_pairs(session, reader=reader, now=NOW)
            ]
            for reader in (RX1, RX2, NATIONAL)
        }
        receiving = {
            reader.key: {
                one.ods_code: (one.messages, one.senders)
                for one in list_receiving(session, reader=reader, now=NOW)
            }
            for reader in (RX1, NATIONAL)
        }
    assert seen["la-RX1"] == [("clinic@nhs.net", 2)]
    assert sorted(seen["la-RX2"]) == [("clinic@nhs.net", 2), ("other@nhs.net", 1)]
    assert sorted(seen["national"]) == sorted(seen["la-RX2"])
    assert receiving == {"la-RX1": {"RX1": (2, 1)}, "national": {"RX1": (2, 1), "RX2": (3, 2)}}


def test_a_sender_that_never_reached_ones_organisations_is_not_found(estate: Estate) -> None:
    store(estate.engine, sighting(NOW, recipients=("ben@nhs.net",)))
    with read_only(estate.engine) as session:
        pair_id = session.scalars(select(SpoofPair.pair_id)).one()

        assert get_pair(session, reader=RX1, pair_id=pair_id, now=NOW) is None
        assert list_reached(session, reader=RX1, pair_id=pair_id) == []
        assert list_seen(session, reader=RX1, pair_id=pair_id) == []
        found = get_pair(session, reader=RX2, pair_id=pair_id, now=NOW)
        assert found is not None
        assert [one.recipients for one in list_seen(session, reader=RX2, pair_id=pair_id)] == [1]
    assert (found.messages, found.organisations) == (1, 1)


def test_the_trend_is_of_whole_weeks_the_newest_last(estate: Estate) -> None:
    ages = (0, 6, 7, 55, 56)
    store(
        estate.engine,
        *(sighting(NOW - timedelta(days=age), recipients=("ann@nhs.net",)) for age in ages),
    )
    with read_only(estate.engine) as session:
        (row,) = walk_pairs(session, reader=RX1, now=NOW)

    assert row.weeks == (1, 0, 0, 0, 0, 0, 1, 2)
    assert row.messages == 5
    assert row.first_seen_at == NOW - timedelta(days=56)


def test_filters_narrow_the_list(estate: Estate) -> None:
    store(
        estate.engine,
        sighting(NOW, recipients=("ann@nhs.net",)),
        sighting(
            NOW, claimed="x@nhs.net", kind=SpoofKind.SUBDOMAIN, signed_by=(),
            infrastructure=("ip:198.51.100.0/24",), recipients=("ben@nhs.net",),
        ),
    )  # fmt: skip

    def count(**filters: object) -> int:
        with read_only(estate.engine) as session:
            return len(session.execute(select_pairs(reader=NATIONAL, **filters)).all())  # type: ignore[arg-type]  # filters of any kind

    assert count() == 2
    assert count(kind=SpoofKind.SUBDOMAIN) == 1
    assert count(sort=Sort.UNKNOWN) == 1
    assert count(organisation="RX1") == 1


def test_a_rehearsal_counts_messages_senders_organisations_and_who_is_known(
    estate: Estate,
) -> None:
    store(
        estate.engine,
        *(sighting(NOW, recipients=BOTH) for _ in range(3)),
        sighting(
            NOW, claimed="fraud@nhs.net", infrastructure=("ip:198.51.100.0/24",), signed_by=(),
            recipients=("ben@nhs.net",),
        ),
        sighting(NOW, kind=SpoofKind.LOOKALIKE, claimed="a@nhsnet.example", recipients=BOTH),
        sighting(NOW, network=Network.HSCN, recipients=BOTH),
        sighting(NOW - timedelta(days=7), recipients=BOTH),
    )  # fmt: skip
    with read_only(estate.engine) as session:
        junk = rehearse(
            session, reader=NATIONAL, network=Network.INTERNET, stage=Stage.JUNK, days=7, now=NOW
        )
        tag = rehearse(
            session, reader=NATIONAL, network=Network.INTERNET, stage=Stage.TAG, days=8, now=NOW
        )
        own = rehearse(
            session, reader=RX1, network=Network.INTERNET, stage=Stage.JUNK, days=7, now=NOW
        )

    (exact,) = junk.counts
    assert (exact.messages, exact.senders, exact.organisations) == (4, 2, 2)
    assert (exact.known_messages, exact.known_senders, junk.known_permille) == (3, 1, 750)
    assert [(one.claimed, one.sort, one.messages) for one in junk.known] == [
        ("clinic@nhs.net", Sort.SUPPLIER, 3)
    ]
    assert {one.kind: one.messages for one in tag.counts} == {
        SpoofKind.EXACT_DOMAIN: 5, SpoofKind.LOOKALIKE: 1,
    }  # fmt: skip
    assert [(one.messages, one.senders, one.organisations) for one in own.counts] == [(3, 1, 1)]


def test_a_rehearsal_and_a_list_read_by_their_indexes(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT pair_id, kind, sum(counted) FROM spoof_day "
                "WHERE network = 'internet' AND kind IN ('exact-domain') AND on_day >= '2018-01-01'"
                " GROUP BY pair_id, kind"
            )
        ).all()
        reached = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT 1 FROM spoof_day WHERE organisation = 'RX1' AND "
                "network = 'internet' AND kind = 'exact-domain' AND on_day >= '2018-01-01'"
            )
        ).all()

    words = " ".join(str(row) for row in plan)
    assert "COVERING INDEX ix_spoof_day_network_pair_id" in words
    assert "TEMP B-TREE" not in words
    assert "ix_spoof_day_organisation_network" in " ".join(str(row) for row in reached)


def test_what_the_mail_server_says_is_kept_and_a_contradiction_stays(estate: Estate) -> None:
    blocked = sighting(NOW, action=Action.DISCARD, queue_id="Q1", recipients=("ann@nhs.net",))
    tagged = sighting(NOW, queue_id="Q2", recipients=("ann@nhs.net",))
    store(estate.engine, blocked, tagged)
    with unit_of_work(estate.engine) as session:
        mark_taken(session, records=[blocked.record])
        for outcomes in ({"Q1": "delivered", "Q2": "delivered"}, {"Q1": "discarded", "Q3": "held"}):
            mark_outcomes(session, outcomes=outcomes, now=NOW)

    with read_only(estate.engine) as session:
        told = {
            row.queue_id: (row.is_taken, row.outcome, row.is_contradicted)
            for row in session.scalars(select(SpoofSighting))
        }
    assert told == {"Q1": (True, "delivered", True), "Q2": (False, "delivered", False)}


def test_messages_are_forgotten_sooner_than_counts(estate: Estate) -> None:
    store(estate.engine, sighting(NOW, recipients=BOTH))
    for days, left in ((89, (1, 3, 3, 1)), (91, (0, 0, 3, 1)), (731, (0, 0, 0, 0))):
        with unit_of_work(estate.engine) as session:
            forget_old(session, now=NOW + timedelta(days=days))
        with read_only(estate.engine) as session:
            kinds = (SpoofSighting, SpoofRecipient, SpoofDay, SpoofPair)
            assert tuple(len(session.scalars(select(one)).all()) for one in kinds) == left


def test_a_page_of_the_list_costs_two_queries_for_one_row_as_for_many(estate: Estate) -> None:
    store(
        estate.engine,
        *(sighting(NOW, claimed=f"a{n}@nhs.net", recipients=("ann@nhs.net",)) for n in range(30)),
    )
    with read_only(estate.engine) as session:
        ids = session.scalars(select(SpoofPair.pair_id)).all()
        assert len(list_pairs(session, reader=RX1, pair_ids=ids, now=NOW)) == 30
