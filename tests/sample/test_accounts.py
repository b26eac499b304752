"""The sample estate: large enough, of every kind and state, the same at every load."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine, func, select

from april import CUT_OFF, NOTICED, RUN, April
from estate import make_estate
from lamppost.database import read_only, unit_of_work
from lamppost.sample.accounts import add_accounts
from lamppost.sample.requests import add_requests
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account, AccountHold
from postmaster.lifecycle.batches import BatchStatus
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem
from postmaster.uploads.reads import count_actions
from postmaster.uploads.rules import RowAction
from postmaster.uploads.tables import Upload

BUILT = datetime(2018, 4, 2, tzinfo=UTC)


def _load(engine: Engine) -> April:
    april = April(make_estate(engine, now=BUILT))
    with unit_of_work(engine) as session:
        assert add_accounts(session, now=NOTICED) >= 2000
    with unit_of_work(engine) as session:
        assert add_accounts(session, now=NOTICED) == 0
    with unit_of_work(engine) as session:
        for _ in range(2):
            add_requests(session, now=NOTICED)
        counts = count_actions(session, upload_id=session.scalars(select(Upload.upload_id)).one())
    assert set(counts) == set(RowAction) - {RowAction.SKIP}
    assert april.estate.get(april.estate.add("next@nhs.net", at=NOTICED)).status == Status.ACTIVE
    return april


def test_the_estate_has_every_kind_and_state_in_sixty_organisations(engine: Engine) -> None:
    _load(engine)
    with read_only(engine) as session:
        kinds = set(session.scalars(select(Account.kind).distinct()))
        states = set(session.scalars(select(Account.status).distinct()))
        organisations = session.scalar(select(func.count(Account.organisation.distinct())))
        held = session.scalar(select(func.count()).where(Account.hold_count > 0))
        holds = session.scalar(select(func.count()).select_from(AccountHold))
    assert kinds == set(Kind)
    assert states == set(Status) - {Status.PURGED}
    assert organisations is not None
    assert organisations >= 60
    assert held == holds


def test_the_run_of_april_2018_over_the_sample_estate(engine: Engine) -> None:
    april = _load(engine)
    members = april.freeze(Reason.LEAVER_DUE, cut_off=CUT_OFF)
    with read_only(engine) as session:
        inside = session.scalar(
            select(func.count())
            .select_from(BatchItem)
            .join(Account, Account.account_id == BatchItem.account_id)
            .where(Account.status_since < datetime(2017, 9, 5, 23, tzinfo=UTC))
        )
        beside = session.scalar(
            select(func.count()).where(
                Account.status == Status.LEAVER,
                Account.batch_id.is_(None),
                Account.status_since < datetime(2018, 3, 10, tzinfo=UTC),
            )
        )
    assert members == inside
    assert members > 100
    # Overdue and not in the batch: after the cut-off, held, or the only owner of a mailbox.
    assert beside is not None
    assert beside > members
    april.approve()
    april.notify()
    april.carry(refused="ada.")
    april.run(RUN)
    states = april.states()
    assert states["done"] + states["dropped"] == members
    assert states["dropped"] > 0
    assert april.batch().status == BatchStatus.DONE
    assert april.batch().undo_until == date(2018, 5, 7)
