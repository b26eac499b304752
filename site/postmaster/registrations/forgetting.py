"""Applications nobody sent in, and people of those that are over, forgotten after their days."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_number
from postmaster.registrations.rules import OVER, UNSENT
from postmaster.registrations.tables import Applicant, Registration


def forget_registrations(session: Session, *, now: datetime) -> int:
    """Forget what is old enough by the policy of the day; gives how many registrations.

    One nobody sent in goes whole. One that is over stays, without anybody's name, address, mobile
    or the words of its refusal: that a site registered, and what was made, is kept.
    """
    today = london_day(now)
    drafts = get_number(session, Key.REGISTRATION_DRAFT_KEPT_DAYS, on=today)
    people = get_number(session, Key.REGISTRATION_PEOPLE_KEPT_DAYS, on=today)
    if drafts is None or people is None:
        return 0
    unsent = session.scalars(
        select(Registration.registration_id).where(
            Registration.state.in_(sorted(UNSENT)),
            Registration.state_since < now - timedelta(days=drafts),
        )
    ).all()
    over = session.scalars(
        select(Registration.registration_id).where(
            Registration.state.in_(sorted(OVER)),
            Registration.state_since < now - timedelta(days=people),
            Registration.forgotten_at.is_(None),
        )
    ).all()
    _blank(session, [*unsent, *over])
    if unsent:
        session.execute(delete(Applicant).where(Applicant.registration_id.in_(unsent)))
        session.execute(delete(Registration).where(Registration.registration_id.in_(unsent)))
    if over:
        session.execute(
            update(Registration)
            .where(Registration.registration_id.in_(over))
            .values(contact_email=None, reason_words=None, identifiers={}, forgotten_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(unsent) + len(over)


def _blank(session: Session, registrations: list[int]) -> None:
    if registrations:
        session.execute(
            update(Applicant)
            .where(Applicant.registration_id.in_(registrations))
            .values(first_name="", last_name="", email="", mobile="", existing="")
            .execution_options(synchronize_session=False)
        )
