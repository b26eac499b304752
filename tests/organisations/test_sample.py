"""The sample has every kind of organisation in every state."""

from collections import Counter

from sqlalchemy import Engine, select

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.sample.organisations import add_organisations
from postmaster.access.reads import get_above
from postmaster.organisations.reads import get_final_successors
from postmaster.organisations.tables import Organisation


def test_the_sample_has_sixty_organisations_of_every_kind_and_state(
    engine: Engine, clock: FixedClock
) -> None:
    for _ in range(2):
        with unit_of_work(engine) as session:
            add_organisations(session, now=clock.now())

    with read_only(engine) as session:
        rows = session.scalars(select(Organisation)).all()
        assert len(rows) >= 60
        assert Counter(row.parent for row in rows)["RX1"] == 3
        assert {row.status for row in rows} == {"open", "closing", "closed"}
        assert get_above(session, organisation="FX001") == {"FX001", "NHSPHARMACY"}
        assert get_final_successors(session, ods_code="Y90021") == ("Y90022", "Y90023")
        assert {get_final_successors(session, ods_code=f"Y9001{n}") for n in "123"} == {("Y90010",)}
