"""Sign-ins long over are forgotten; those somebody may still look at are kept."""

from datetime import timedelta

from sqlalchemy import Engine, select

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.people.rules import SESSION_KEPT, SESSION_LASTS
from lamppost.people.sessions import forget_sessions, open_session
from lamppost.people.tables import SignInSession
from lamppost.people.throttle import KNOWN_FOR
from postmaster.access.roles import Role
from visitors import put_person


def test_a_sign_in_is_forgotten_after_its_days_and_not_before(
    engine: Engine, clock: FixedClock
) -> None:
    now = clock.now()
    person = put_person(engine, now=now, email="a@example.nhs.uk", role=Role.AUDITOR)
    begun = (now - SESSION_KEPT - timedelta(seconds=1), now - SESSION_KEPT, now)
    with unit_of_work(engine) as session:
        for moment in begun:
            open_session(
                session,
                person_id=person,
                session_key="key",
                source="192.0.2.1",
                user_agent="test",
                has_both_factors=True,
                now=moment,
            )
    with unit_of_work(engine) as session:
        forgotten = forget_sessions(session, now=now)

    with read_only(engine) as session:
        kept = session.scalars(
            select(SignInSession.created_at).order_by(SignInSession.created_at)
        ).all()
    assert (forgotten, kept) == (1, list(begun[1:]))


def test_what_is_forgotten_is_over_and_no_longer_tells_where_somebody_signs_in() -> None:
    assert SESSION_KEPT > SESSION_LASTS
    assert SESSION_KEPT > KNOWN_FOR
