"""A new era: proposed with who would move, raised and signed by others, and nothing in the past."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, or_, select, update

from era_rows import FIRST, PROPOSER, SIGNER, new_era, put_era
from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import operator
from postmaster.accounts.actions import mark_leaver
from postmaster.accounts.tables import Account
from postmaster.audit.tables import AuditEntry
from postmaster.eras.actions import raise_edit_limit, reject_era, sign_era, withdraw_era
from postmaster.eras.reads import EditPage, get_edit, list_tasks
from postmaster.eras.rules import EditStatus, EraError, NewEra
from postmaster.eras.tables import PolicyEdit, PolicyEditNumber
from postmaster.lifecycle.comparing import compare_policies
from postmaster.lifecycle.criteria import is_candidate
from postmaster.lifecycle.cutoffs import make_cutoffs
from postmaster.lifecycle.rules import LEADS_TO
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy
from postmaster.policy.tables import PolicyNumber
from postmaster.policy.words import wording_of

MADE = datetime(2016, 11, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
BUILT = datetime(2018, 4, 2, tzinfo=UTC)


@pytest.fixture
def estate(engine: Engine) -> Estate:
    return make_estate(engine, now=BUILT)


@pytest.fixture
def small(sqlite_engine: Engine) -> Estate:
    return make_estate(sqlite_engine, now=BUILT)


def _propose(estate: Estate, new: NewEra | None = None, now: datetime = NOW) -> int:
    with unit_of_work(estate.engine) as session:
        return put_era(session, now=now, new=new)


def _page(estate: Estate, edit_id: int) -> EditPage:
    with read_only(estate.engine) as session:
        page = get_edit(session, reader=SIGNER, edit_id=edit_id)
        session.expunge_all()
    assert page is not None
    return page


def _sign(estate: Estate, edit_id: int, **other: object) -> None:
    given = {"digest": _page(estate, edit_id).row.digest, "by": SIGNER, "now": NOW} | other
    with unit_of_work(estate.engine) as session:
        sign_era(session, edit_id=edit_id, **given)  # type: ignore[arg-type]  # as given


def _raise(estate: Estate, edit_id: int, permille: int = 1000) -> None:
    with unit_of_work(estate.engine) as session:
        raise_edit_limit(
            session, edit_id=edit_id, permille=permille, why="Ten accounts", by=SIGNER, now=NOW
        )


def _policy(estate: Estate, on: date) -> Policy:
    with read_only(estate.engine) as session:
        return get_policy(session, on=on)


def _leavers(estate: Estate, *ages: int) -> None:
    """Leavers of so many days, among accounts whose password was changed yesterday."""
    for number, age in enumerate(ages):
        account = estate.add(f"left{number}@nhs.net", at=MADE)
        with unit_of_work(estate.engine) as session:
            mark_leaver(session, account_id=account, by=BY, now=NOW - timedelta(days=age))
    with unit_of_work(estate.engine) as session:
        session.execute(
            update(Account)
            .where(Account.status == "active")
            .values(last_password_at=NOW - timedelta(days=1))
        )


def test_a_signed_era_holds_from_its_day_and_nothing_before_it_changes(estate: Estate) -> None:
    before = _policy(estate, FIRST - timedelta(days=1))
    edit_id = _propose(estate)
    assert _policy(estate, FIRST)[Key.LEAVER_KEPT_DAYS] == 30
    _sign(estate, edit_id)

    assert _policy(estate, FIRST)[Key.LEAVER_KEPT_DAYS] == 60
    assert _policy(estate, FIRST).version == "summer (2018-07-01)"
    assert _policy(estate, FIRST).numbers[Key.LEAVER_KEPT_DAYS].source == "The board, 5 April 2018"
    after = _policy(estate, FIRST - timedelta(days=1))
    assert {key: after[key] for key in Key} == {key: before[key] for key in Key}
    assert _page(estate, edit_id).row.status == EditStatus.SIGNED
    assert [change.after.value for change in _page(estate, edit_id).changes] == [60]
    with read_only(estate.engine) as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.kind.in_(["policy-edit", "policy-number"]))
            .order_by(AuditEntry.entry_id.desc())
            .limit(3)
        ).all()
    assert actions == ["policy.sign", "policy.enter", "policy.propose"]


def test_the_simulation_says_who_would_move_and_who_no_longer_would(estate: Estate) -> None:
    estate.add("used@nhs.net", at=MADE)
    _leavers(estate, 20, 40, 70)
    more = _page(estate, _propose(estate, new_era((Key.LEAVER_KEPT_DAYS, 15)))).simulation
    less = _page(estate, _propose(estate, new_era((Key.LEAVER_KEPT_DAYS, 60)))).simulation

    assert (more.estate, more.more, more.less) == (4, 1, 0)
    assert more.by_reason == {"leaver-due": 1}
    assert more.by_organisation == {"RX2": 1}
    assert more.by_kind == {"person": 1}
    assert more.by_age == {"under 90 days": 1}
    assert (more.estate_permille, more.worst_permille, more.worst_organisation) == (250, 250, "RX2")
    assert (less.more, less.less) == (0, 1)
    assert less.less_by_reason == {"leaver-due": 1}
    page = _page(estate, _propose(estate, new_era((Key.LEAVER_KEPT_DAYS, 15))))
    assert [address for _, address, _ in page.more] == ["left0@nhs.net"]
    assert page.less == []


def test_the_difference_of_two_policies_is_that_of_their_candidates(estate: Estate) -> None:
    for number in range(3):
        estate.add(f"used{number}@nhs.net", at=MADE)
    _leavers(estate, *range(10, 60, 7))
    with read_only(estate.engine) as session:
        policies = [get_policy(session, on=day) for day in (NOW.date(), date(2023, 1, 1))]
        sets = []
        for policy in policies:
            cutoffs = make_cutoffs(policy, as_of=NOW)
            due = or_(*(is_candidate(cutoffs, reason) for reason in LEADS_TO))
            sets.append(set(session.scalars(select(Account.account_id).where(due))))
        found = compare_policies(
            session, reader=BY, before=policies[0], after=policies[1], as_of=NOW
        )
    # By the policy of 2022 a password does not count: those who changed it yesterday are idle.
    assert set(found.more_ids) == sets[1] - sets[0]
    assert set(found.less_ids) == sets[0] - sets[1]
    assert (found.more, found.less, len(sets[0])) == (3, 0, 5)


@pytest.mark.parametrize("who", [PROPOSER, operator("policy"), BY])
def test_nobody_signs_or_rejects_their_own_era_and_no_command_does(
    small: Estate, who: object
) -> None:
    edit_id = _propose(small)
    for act in ("sign", "reject", "raise"):
        with (
            pytest.raises(EraError, match=r"Somebody else|second person"),
            unit_of_work(small.engine) as session,
        ):
            if act == "sign":
                sign_era(
                    session, edit_id=edit_id, digest=_page(small, edit_id).row.digest,
                    by=who, now=NOW,  # type: ignore[arg-type]  # an actor
                )  # fmt: skip
            elif act == "reject":
                reject_era(session, edit_id=edit_id, why="No", by=who, now=NOW)  # type: ignore[arg-type]  # an actor
            else:
                raise_edit_limit(
                    session, edit_id=edit_id, permille=1000, why="So", by=who, now=NOW,  # type: ignore[arg-type]  # an actor
                )  # fmt: skip
    assert _page(small, edit_id).row.status == EditStatus.PROPOSED


def test_an_era_that_would_delete_a_third_of_the_estate_waits_for_a_raised_number(
    small: Estate,
) -> None:
    for number in range(6):
        small.add(f"used{number}@nhs.net", at=MADE)
    _leavers(small, 20, 20, 20)
    edit_id = _propose(small, new_era((Key.LEAVER_KEPT_DAYS, 15)))

    with pytest.raises(EraError, match=r"334‰ of all accounts; the limit is 20‰"):
        _sign(small, edit_id)
    for permille, why, words in ((333, "So", "334‰"), (400, " ", "Say why")):
        with pytest.raises(EraError, match=words), unit_of_work(small.engine) as session:
            raise_edit_limit(
                session, edit_id=edit_id, permille=permille, why=why, by=SIGNER, now=NOW
            )
    _raise(small, edit_id, 334)
    _sign(small, edit_id)
    assert _policy(small, FIRST)[Key.LEAVER_KEPT_DAYS] == 15


def test_an_era_that_would_by_now_move_more_than_was_allowed_is_not_signed(small: Estate) -> None:
    for number in range(6):
        small.add(f"used{number}@nhs.net", at=MADE)
    _leavers(small, 20)
    edit_id = _propose(small, new_era((Key.LEAVER_KEPT_DAYS, 15)))
    _raise(small, edit_id, _page(small, edit_id).row.highest_permille)
    for number in range(3):
        account = small.add(f"more{number}@nhs.net", at=MADE)
        with unit_of_work(small.engine) as session:
            mark_leaver(session, account_id=account, by=BY, now=NOW - timedelta(days=20))
    with pytest.raises(EraError, match="Propose it anew"):
        _sign(small, edit_id)


def test_a_signature_is_of_what_was_shown(small: Estate) -> None:
    edit_id = _propose(small)
    with pytest.raises(EraError, match="not what you were shown"):
        _sign(small, edit_id, digest="0" * 64)
    with unit_of_work(small.engine) as session:
        session.execute(update(PolicyEditNumber).values(value=15))
    with pytest.raises(EraError, match="not what you were shown"):
        _sign(small, edit_id)


def test_an_era_whose_day_has_come_or_that_is_decided_is_not_signed(small: Estate) -> None:
    edit_id = _propose(small)
    with pytest.raises(EraError, match="to come"):
        _sign(small, edit_id, now=datetime(2018, 6, 30, 23, 30, tzinfo=UTC))
    with unit_of_work(small.engine) as session:
        reject_era(session, edit_id=edit_id, why="Too long", by=SIGNER, now=NOW)
    with pytest.raises(EraError, match="rejected already"):
        _sign(small, edit_id)
    assert _policy(small, FIRST)[Key.LEAVER_KEPT_DAYS] == 30


def test_a_proposal_is_withdrawn_by_whoever_made_it_and_rejected_with_a_reason(
    small: Estate,
) -> None:
    edit_id = _propose(small)
    with pytest.raises(EraError, match="reject it"), unit_of_work(small.engine) as session:
        withdraw_era(session, edit_id=edit_id, by=SIGNER, now=NOW)
    with pytest.raises(EraError, match="Say why"), unit_of_work(small.engine) as session:
        reject_era(session, edit_id=edit_id, why=" ", by=SIGNER, now=NOW)
    with read_only(small.engine) as session:
        waits = [task.count for task in list_tasks(session, reader=SIGNER, now=NOW)]
        own = list_tasks(session, reader=PROPOSER, now=NOW)
        late = list_tasks(session, reader=SIGNER, now=NOW + timedelta(days=90))
    assert (waits, own, late) == ([1], [], [])
    with unit_of_work(small.engine) as session:
        withdraw_era(session, edit_id=edit_id, by=PROPOSER, now=NOW)
    assert _page(small, edit_id).row.status == EditStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (new_era(holds_from=date(2018, 4, 9)), "to come"),
        (new_era(era=""), "name of one line"),
        (new_era((Key.NOTICE_DAYS, 13)), r"14 to 365"),
        (new_era((Key.SIGN_IN_COUNTS, 2)), r"0 to 1"),
        (new_era((Key.LEAVER_KEPT_DAYS, 30)), "Nothing would change"),
        (new_era((Key.LEAVER_KEPT_DAYS, 31), (Key.LEAVER_KEPT_DAYS, 32)), "twice"),
        (new_era((Key.UNDO_WINDOW_DAYS, 31)), "taken back for longer"),
        (new_era((Key.LIST_NAMED_SENDERS_OVER, 60_000)), "named senders"),
        (new_era((Key.INACTIVE_AFTER_DAYS, 40), holds_from=date(2019, 5, 23)), "another era"),
        (NewEra("summer", FIRST, "So", ()), "at least one"),
        (NewEra("summer", FIRST, "", new_era().numbers), "Say why"),
    ],
)
def test_an_era_that_cannot_be_says_why(small: Estate, new: NewEra, words: str) -> None:
    with pytest.raises(EraError, match=words):
        _propose(small, new)
    with read_only(small.engine) as session:
        assert session.scalar(select(func.count()).select_from(PolicyEdit)) == 0


def test_every_number_of_the_register_has_words_and_lies_within_its_bounds(small: Estate) -> None:
    assert all(wording_of(key).words and wording_of(key).unit for key in Key)
    with read_only(small.engine) as session:
        rows = session.execute(select(PolicyNumber.key, PolicyNumber.value)).all()
    assert [
        key
        for key, value in rows
        if not wording_of(Key(key)).low <= value <= wording_of(Key(key)).high
    ] == []
