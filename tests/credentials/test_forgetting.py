"""What an account signed in with goes when the account is purged, and not before."""

from datetime import UTC, datetime

from sqlalchemy import Engine, func, select

from estate import make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import operator
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.credentials.actions import set_password
from postmaster.credentials.answers.actions import set_answers
from postmaster.credentials.answers.rules import Pair
from postmaster.credentials.answers.tables import SecurityAnswer
from postmaster.credentials.forgetting import forget_purged
from postmaster.credentials.resets.standing import subject_of
from postmaster.credentials.tables import Credential, CredentialHistory

NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
BY = operator("test")
PAIRS = [Pair("Street", "Mill Lane"), Pair("Teacher", "Mrs Birch"), Pair("Walk", "Malham")]


def test_a_purge_forgets_passwords_and_questions_of_what_it_purged(engine: Engine) -> None:
    estate = make_estate(engine, now=NOW)
    kept, gone = (estate.add(f"{name}@nhs.net", at=NOW) for name in ("ann", "bob"))
    with unit_of_work(engine) as session:
        for number in (kept, gone):
            set_password(session, subject=subject_of(number), password_hash="x", by=BY, now=NOW)
            set_answers(session, b"k", account_id=number, pairs=PAIRS, by=BY, now=NOW)
        session.get_one(Account, gone).status = Status.PURGED
    with unit_of_work(engine) as session:
        forget_purged(session, first=kept, last=gone)

    with read_only(engine) as session:
        assert session.scalars(select(Credential.subject)).all() == [subject_of(kept)]
        assert session.scalar(select(func.count()).select_from(CredentialHistory)) == 1
        assert set(session.scalars(select(SecurityAnswer.account_id))) == {kept}
