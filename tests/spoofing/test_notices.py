"""Notices of blocked mail: once a day at most, no content, as each organisation wants them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from estate import Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.outbox.tables import OutboxMessage
from postmaster.spoofing.letters import draft_letter
from postmaster.spoofing.notices import AT_ONCE, owe_notices, write_notice
from postmaster.spoofing.sorting import Signs, sort_sender
from postmaster.spoofing.steps import NEXT_WAY, Manner, Sort, SpoofError, Way, WayState
from postmaster.spoofing.tables import SpoofPair
from postmaster.spoofing.values import Action
from postmaster.spoofing.ways_out import ask_way_out, choose_manner, sort_pair, step_way_out
from postmaster.spoofing.ways_reads import get_manner, get_way_out, list_ways_out
from spoof_rows import NATIONAL, administrator, sighting, store

NOW = datetime(2019, 8, 13, 9, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
RX1, RX2 = administrator("RX1"), administrator("RX2")


@pytest.fixture
def estate(sqlite_engine: Engine) -> Estate:
    made = make_estate(sqlite_engine, now=NOW - timedelta(days=400))
    made.add("ann@nhs.net", at=NOW - timedelta(days=400), organisation="RX1")
    made.add("ben@nhs.net", at=NOW - timedelta(days=400), organisation="RX2")
    return made


def block(estate: Estate, *, claimed: str = "clinic@nhs.net", times: int = 1) -> None:
    people = ("ann@nhs.net", "ben@nhs.net", "nobody@nhs.net")
    store(
        estate.engine,
        *(
            sighting(NOW, claimed=claimed, action=Action.DISCARD, recipients=people)
            for _ in range(times)
        ),
    )


def notices(estate: Estate, at: datetime) -> dict[str, list[str]]:
    with unit_of_work(estate.engine) as session:
        owe_notices(session, now=at)
    with read_only(estate.engine) as session:
        found: dict[str, list[str]] = {}
        for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.message_id)):
            found.setdefault(row.recipient, []).append(row.body or "")
    return found


def test_each_recipient_gets_one_letter_a_day_with_numbers_and_nothing_else(
    estate: Estate,
) -> None:
    block(estate, times=3)
    block(estate, claimed="other@nhs.net")
    assert notices(estate, NOW + timedelta(hours=1)) == {}

    for _ in range(2):
        found = notices(estate, TOMORROW)

    assert sorted(found) == ["ann@nhs.net", "ben@nhs.net"]
    (text,) = found["ann@nhs.net"]
    assert "- clinic@nhs.net: 3 messages\n- other@nhs.net: 1 message\n" in text
    assert "13 August 2019" in text


def test_an_organisation_chooses_a_letter_for_each_sender_or_none(estate: Estate) -> None:
    for code, manner, by in (("RX1", Manner.EACH, RX1), ("RX2", Manner.OFF, RX2)):
        with unit_of_work(estate.engine) as session:
            choose_manner(session, organisation=code, manner=manner, by=by, now=NOW)
    for number in range(7):
        block(estate, claimed=f"sender{number}@nhs.net")

    found = notices(estate, NOW + timedelta(hours=1))

    assert {one: len(letters) for one, letters in found.items()} == {"ann@nhs.net": 5}
    with read_only(estate.engine) as session:
        assert get_manner(session, organisation="RX2") is Manner.OFF
        assert get_manner(session, organisation="RX3") is Manner.DAILY


def test_a_tagged_message_needs_no_notice(estate: Estate) -> None:
    store(estate.engine, sighting(NOW, recipients=("ann@nhs.net",)))

    assert notices(estate, TOMORROW) == {}


def test_a_letter_names_no_more_than_ten_and_no_address_that_is_none() -> None:
    counts = {f"a{number}@nhs.net": 1 for number in range(12)} | {"<b>\r\nBcc: x@y": 50}

    text = write_notice(counts, "13 August 2019")

    assert "and 3 other senders" in text
    assert "an address that is none: 50 messages" in text
    assert "Bcc" not in text
    assert AT_ONCE > 1


def pair_of(estate: Estate) -> int:
    with read_only(estate.engine) as session:
        return session.scalars(select(SpoofPair.pair_id)).one()


def test_a_way_out_goes_its_steps_and_is_seen_by_its_own_organisation(estate: Estate) -> None:
    block(estate)
    pair_id = pair_of(estate)

    def ask(organisation: str = "RX1") -> int:
        with unit_of_work(estate.engine) as session:
            return ask_way_out(
                session, pair_id=pair_id, organisation=organisation, way=Way.DOMAIN,
                note="Spoke to them", by=RX1, now=NOW,
            )  # fmt: skip

    def step(number: int, state: WayState) -> None:
        with unit_of_work(estate.engine) as session:
            step_way_out(session, way_out_id=number, state=state, note="", by=RX1, now=NOW)

    number = ask()
    with pytest.raises(SpoofError, match="is open"):
        ask()
    with pytest.raises(RefusedError):
        ask("RX2")
    step(number, WayState.WRITTEN)
    step(number, WayState.DONE)
    with pytest.raises(SpoofError, match="cannot become"):
        step(number, WayState.ASKED)
    assert ask() > number
    with read_only(estate.engine) as session:
        assert get_way_out(session, reader=RX2, way_out_id=number) is None
        assert [one.state for one in list_ways_out(session, reader=NATIONAL)] == [
            WayState.ASKED, WayState.DONE,
        ]  # fmt: skip
    assert NEXT_WAY[WayState.DONE] == ()


def test_what_somebody_says_a_sender_is_stays(estate: Estate) -> None:
    block(estate)
    pair_id = pair_of(estate)
    with unit_of_work(estate.engine) as session:
        sort_pair(
            session, pair_id=pair_id, sort=Sort.SERVER, evidence="Our own lab", by=RX1, now=NOW
        )
    block(estate)

    with read_only(estate.engine) as session:
        row = session.get_one(SpoofPair, pair_id)
        assert (row.sort, row.evidence, row.sorted_by) == ("server", "Our own lab", RX1.reference)
    with pytest.raises(SpoofError, match="No such sender"), unit_of_work(estate.engine) as session:
        sort_pair(session, pair_id=pair_id + 1, sort=Sort.LIST, evidence="A list", by=RX1, now=NOW)


SIGNS = Signs("internet", ("ptr:mailer.example",), (), "", is_forwarded=False, list_id="")


@pytest.mark.parametrize(
    ("signs", "sort"),
    [
        (SIGNS, Sort.UNKNOWN),
        (Signs("internet", (), (), "", is_forwarded=False, list_id=""), Sort.UNKNOWN),
        (Signs("hscn", (), (), "", is_forwarded=False, list_id=""), Sort.SERVER),
        (Signs("internet", ("ptr:trust.nhs.uk",), (), "", False, ""), Sort.SERVER),  # noqa: FBT003 - a row
        (Signs("internet", (), (), "mx.trust.nhs.uk", False, ""), Sort.SERVER),  # noqa: FBT003 - as above
        (Signs("internet", (), ("mailer.example",), "", False, ""), Sort.SUPPLIER),  # noqa: FBT003 - as above
        (Signs("internet", (), ("nhs.net",), "", True, ""), Sort.FORWARDER),  # noqa: FBT003 - as above
        (Signs("hscn", (), ("a.example",), "", True, "<l.example>"), Sort.LIST),  # noqa: FBT003 - as above
    ],
)
def test_a_sender_is_sorted_by_the_first_sign_with_the_evidence(signs: Signs, sort: Sort) -> None:
    found, evidence = sort_sender(signs)

    assert found is sort
    assert evidence.endswith(".")


@pytest.mark.parametrize("way", list(Way))
def test_a_letter_names_the_sender_the_figures_and_the_way(way: Way) -> None:
    text = draft_letter(
        claimed="clinic@nhs.net", infrastructure="ptr:mailer.example", organisation="RX1", way=way,
        messages=1200, first_on=NOW.date(), last_on=TOMORROW.date(),
    )  # fmt: skip

    assert "the mail server mailer.example" in text
    assert "1,200 messages" in text
    assert "13 August 2019 and 14 August 2019" in text
