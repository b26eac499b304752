"""The edge cases of an account's life, one line each: what happened, what is asked, the answer.

A day is noon in London unless an hour is given. The batch is the one of April 2018.
"""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from april import CUT_OFF, MADE, NOTICED, April, make_april
from estate import BY, Estate
from lamppost.database import make_engine, read_only, unit_of_work
from postmaster.access.actions import grant_role
from postmaster.access.reads import list_grants
from postmaster.access.roles import Role
from postmaster.accounts.actions import (
    cancel_leaver,
    disable,
    enable,
    join,
    mark_leaver,
)
from postmaster.accounts.activity import Source as Use
from postmaster.accounts.activity import keep_account, record_activity
from postmaster.accounts.holds import place_hold
from postmaster.accounts.mailboxes import give_mailbox
from postmaster.accounts.restoring import restore
from postmaster.accounts.rules import (
    AccountError,
    HoldKind,
    Kind,
    MemberRole,
    Status,
    display_name,
    get_effects,
)
from postmaster.accounts.tables import AccountAlias, MailboxMember
from postmaster.blackouts.actions import set_period
from postmaster.blackouts.rules import Hold, Source
from postmaster.days import LONDON, start_of
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.explaining import explain
from postmaster.lifecycle.guards import record_evidence
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem
from postmaster.organisations.tables import Organisation
from postmaster.policy.reads import get_policy

CASES = """
# Leavers
leaver 2018-03-10; cancelled 2018-03-20                  | status             | active
leaver 2018-03-10; cancelled 2018-03-20                  | due on 2018-04-20  | in-use
disabled 2017-06-01; leaver 2018-03-10                   | status             | leaver
disabled 2017-06-01; leaver 2018-03-10; cancelled 2018-03-20 | status         | disabled since 2017-06-01
leaver 2018-03-10; disabled 2018-03-11                   | status             | leaver
leaver 2018-03-10; disabled 2018-03-11                   | may on 2018-03-12  | send no, receive yes, sign in no
leaver 2018-03-10                                        | due on 2018-04-09  | leaver-kept
leaver 2018-03-09                                        | due on 2018-04-09  | leaver-due
leaver 2018-03-09                                        | may on 2018-04-09  | send yes, receive yes, sign in no
leaver 2018-03-10                                        | may on 2018-04-09  | send yes, receive yes, sign in yes
leaver of unknown day                                    | due on 2018-04-09  | leaver-due, held back: since-unknown
leaver 2018-03-10; joined 2018-04-09                     | status             | active in RX3
leaver 2018-03-10; joined 2018-04-10                     | status             | refused: more than 30 days ago
disabled 2018-02-01; leaver 2018-03-10; joined 2018-04-09 | status            | disabled in RX3
leaver 2018-03-10; joined 2018-04-09 as ann.new@nhs.net  | alias              | ann@nhs.net until 2018-07-08
leaver 2018-03-10; joined 2018-04-09 as ann.new@nhs.net; somebody with the same address | status | refused: receives for another account until 2018-07-08
leaver 2018-03-10; joined 2018-04-09                     | directory          | Ann (Brackendale Ambulance Service NHS Trust)
leaver of unknown day; cancelled 2018-03-20              | status             | active
leaver 2018-03-10; leaver 2018-03-11                     | status             | refused: it is leaver already
administers RX2; leaver 2018-03-10                       | roles              | none
administers RX2; disabled 2018-03-10                     | roles              | none
uses ward; leaver 2018-03-10                             | mailboxes          | member of ward
# Disabled
disabled 2018-01-15 until 2019-07-15                     | status             | disabled
disabled 2018-01-15 until 2019-07-16                     | status             | refused: Give a day from today
disabled 2018-01-15; disabled 2018-06-01 until 2019-07-16 | status            | refused: Give a day from today
disabled 2018-01-15; disabled 2018-06-01 until 2019-07-15 | status            | disabled since 2018-01-15
disabled 2018-01-15                                      | may on 2018-04-09  | send no, receive yes, sign in no
disabled 2018-01-15; enabled 2018-04-01                  | status             | active
inactive 2018-01-15; disabled 2018-02-01; enabled 2018-04-01 | status         | inactive since 2018-04-01
stored disabled 2016-08-31                               | due on 2018-02-28  | disabled-kept
stored disabled 2016-08-31                               | due on 2018-03-01  | disabled-due
stored disabled 2016-02-29                               | due on 2017-08-29  | disabled-kept
stored disabled 2016-02-29                               | due on 2017-08-30  | disabled-due
# Long leave must be said: whoever only stays away becomes inactive, whoever is disabled does not
password 2017-06-01                                      | due on 2018-04-09  | idle
password 2017-06-01; disabled 2017-06-02                 | due on 2018-04-09  | disabled-kept
# What counts as use, by the policy of the day
password 2018-03-01                                      | due on 2018-04-09  | in-use
signs in 2018-03-01                                      | due on 2018-04-09  | idle
sends 2018-03-01                                         | due on 2018-04-09  | idle
signs in 2019-12-01                                      | due on 2020-01-09  | in-use
password 2018-12-01                                      | due on 2020-01-09  | idle
inactive 2018-01-15; password 2018-03-01                 | status             | active
inactive 2018-01-15; locked until 2018-04-30             | may on 2018-04-09  | send no, receive yes, sign in no
inactive 2018-01-15; locked until 2018-04-30             | due on 2018-04-16  | inactive-due
# The clocks go forward on 25 March 2018: thirty days are days, not hours
leaver 2018-02-24T23:30                                  | due on 2018-03-26T00:10 | leaver-kept
leaver 2018-02-24T23:30                                  | due on 2018-03-27T00:10 | leaver-due
# What stands in the way
leaver 2018-01-10; held                                  | due on 2018-04-09  | leaver-due, held back: held
leaver 2018-01-10; held for an inquiry                   | due on 2018-04-09  | leaver-due, held back: held
leaver 2018-01-10; stuck migrating                       | due on 2018-04-09  | leaver-due, held back: operation
leaver 2018-01-10; kept 2018-04-01                       | due on 2018-04-09  | leaver-due, held back: spared
owns ward; leaver 2018-01-10                             | due on 2018-04-09  | leaver-due, held back: sole-owner
stored administrator of RX2; stored leaver 2018-01-10    | due on 2018-04-09  | leaver-due, held back: sole-administrator
# Deleted and restored
stored deleted 2018-03-10; restored 2018-04-09           | status             | active
stored deleted 2018-03-10; restored 2018-04-10           | status             | refused: cannot be restored
stored deleted 2018-03-10; somebody with the same number; restored 2018-04-01 | status | refused: One person has one account
stored deleted 2018-03-10; somebody with the same address | status            | refused: Choose another
uses ward; deletion takes ward 2018-03-10; restored 2018-04-01 | mailboxes    | member of ward
held; stored deleted 2018-03-01                          | due on 2018-04-09  | purge-due, held back: held
held for an inquiry; stored deleted 2018-03-01           | due on 2018-04-09  | purge-due, held back: held
# The batch: leavers before 6 September 2017, noticed on 9 April, run from the 23rd
leaver 2017-09-05T23:59; frozen                          | batch              | member
leaver 2017-09-06T00:00; frozen                          | batch              | not in it
leaver 2018-03-09; frozen                                | batch              | not in it
leaver of unknown day; frozen                            | batch              | not in it
leaver 2017-08-01; frozen; noticed 2018-04-09; run 2018-04-22 | batch         | refused: nothing is ready before
leaver 2017-08-01; frozen; noticed 2018-04-09; run 2018-04-23 | batch         | done
leaver 2017-08-01; frozen; bounced 2018-04-09; run 2018-04-23 | batch         | dropped: notice-failed
leaver 2017-08-01; frozen; noticed 2018-04-09; cancelled 2018-04-12; run 2018-04-23 | batch | dropped: not-due
leaver 2017-08-01; frozen; noticed 2018-04-09; held; run 2018-04-23 | batch   | dropped: held
leaver 2017-08-01; frozen; noticed 2018-04-09; cancelled 2018-04-23T08:59:59; runs at 2018-04-23T09:00 | batch | dropped: not-due
leaver 2017-08-01; frozen; noticed 2018-04-09; run 2018-04-23; run 2018-04-23 | batch | refused: The batch is done
stored inactive 2017-10-01; frozen as inactive; noticed 2018-04-09; run 2018-04-23 | batch | done
stored inactive 2017-10-01; frozen as inactive; noticed 2018-04-09; password 2018-04-12; run 2018-04-23 | batch | dropped: not-due
stored disabled 2016-08-31; frozen as disabled; bounced 2018-04-09; run 2018-04-23 | batch | dropped: notice-failed
# What bounced is noticed again by another batch, and waits its own fourteen days
leaver 2017-08-01; frozen; bounced 2018-04-09; run 2018-04-23; frozen again; noticed 2018-04-24; run 2018-05-07 | batch | refused: nothing is ready before
leaver 2017-08-01; frozen; bounced 2018-04-09; run 2018-04-23; frozen again; noticed 2018-04-24; run 2018-05-08 | batch | done
# The recovery test of 21 to 30 September 2018 is ten whole days of London
leaver 2017-08-01; frozen; noticed 2018-04-09; recovery test; runs at 2018-09-20T23:59 | batch | done
leaver 2017-08-01; frozen; noticed 2018-04-09; recovery test; runs at 2018-09-21T00:00 | batch | refused: BCDR test
leaver 2017-08-01; frozen; noticed 2018-04-09; recovery test; runs at 2018-09-30T23:59 | batch | refused: BCDR test
leaver 2017-08-01; frozen; noticed 2018-04-09; recovery test; runs at 2018-10-01T00:00 | batch | done
"""  # noqa: E501 - a table is read by its columns

FROZEN_AS = {"as inactive": Reason.INACTIVE_DUE, "as disabled": Reason.DISABLED_DUE}


def _read_cases() -> list[tuple[str, str, str]]:
    lines = [line for line in CASES.strip().splitlines() if not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]  # type: ignore[misc]  # three cells


def _at(text: str) -> datetime:
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return moment.replace(tzinfo=LONDON)


class Life:
    """Ann's account, what happens to it, and the answers to what is asked."""

    def __init__(self, april: April) -> None:
        self.april, self.estate = april, april.estate
        self.ann = self.estate.add("ann@nhs.net", at=MADE)
        self.ward = self.estate.add("rx2.ward@nhs.net", at=MADE, kind=Kind.SHARED)

    def happen(self, words: str) -> None:
        verb = max((one for one in VERBS if words.startswith(one)), key=len)
        VERBS[verb](self, words.removeprefix(verb).strip())

    def ask(self, words: str) -> str:
        question = max((one for one in QUESTIONS if words.startswith(one)), key=len)
        return QUESTIONS[question](self, words.removeprefix(question).strip())

    def do(self, act: object, day: str, **given: object) -> None:
        assert callable(act)
        with unit_of_work(self.estate.engine) as session:
            act(session, account_id=self.ann, by=BY, now=_at(day), **given)

    def leave(self, day: str) -> None:
        if day == "of unknown day":
            self.put(status=Status.LEAVER, status_since=None, prior_status=Status.ACTIVE)
        else:
            self.do(mark_leaver, day)

    def disable(self, words: str) -> None:
        day, _, until = words.partition(" until ")
        last = date.fromisoformat(until) if until else None
        self.do(disable, day, reason_code="leave", until=last)

    def join(self, words: str) -> None:
        day, _, address = words.partition(" as ")
        self.do(join, day, organisation="RX3", new_address=address or None)

    def use(self, source: Use, day: str) -> None:
        with unit_of_work(self.estate.engine) as session:
            record_activity(
                session, account_id=self.ann, source=source, at=_at(day), by=BY, now=_at(day)
            )

    def give(self, role: MemberRole) -> None:
        with unit_of_work(self.estate.engine) as session:
            give_mailbox(
                session, mailbox_id=self.ward, address="ann@nhs.net", role=role, by=BY, now=MADE
            )

    def administer(self) -> None:
        with unit_of_work(self.estate.engine) as session:
            grant_role(
                session, person_id="ann", address_key="ann@nhs.net", scope="RX2",
                role=Role.LOCAL_ADMINISTRATOR, by=BY, now=MADE,
            )  # fmt: skip

    def put(self, **values: object) -> None:
        """As an import would, past every action."""
        self.april.put(self.ann, **values)

    def store(self, words: str) -> None:
        status, day = words.split()
        self.put(status=status, status_since=_at(day), prior_status=Status.ACTIVE)

    def hold(self, kind: HoldKind) -> None:
        self.do(
            place_hold, "2018-04-12", kind=kind, reason="Inquest",
            review_on=date(2018, 10, 1),
        )  # fmt: skip

    def add_again(self, what: str) -> None:
        if what == "address":
            self.estate.add("Ann@NHS.net", at=NOTICED)
            return
        other = self.estate.add("ann.other@nhs.net", at=NOTICED)
        self.put(external_id="007")
        self.april.put(other, external_id="007")

    def delete_with_mailboxes(self, day: str) -> None:
        self.store(f"deleted {day}")
        with unit_of_work(self.estate.engine) as session:
            session.execute(
                update(MailboxMember)
                .where(MailboxMember.account_id == self.ann)
                .values(ended_at=_at(day), ended_reason="deleted", ended_by_batch=1)
            )

    def freeze(self, words: str) -> None:
        """Bob is in the batch whatever becomes of Ann."""
        if words == "again":
            self.april.freeze(Reason.LEAVER_DUE, cut_off=CUT_OFF)
        elif words:
            ann, bob = self.ann, self.estate.add("bob@nhs.net", at=MADE)
            row = self.estate.get(ann)
            self.april.put(bob, status=row.status, status_since=row.status_since)
            with unit_of_work(self.estate.engine) as session:
                record_evidence(
                    session, source=Use.PASSWORD, volume=100, on_day=date(2018, 4, 8), now=NOTICED
                )
            self.april.freeze(FROZEN_AS[words], cut_off=None)
        else:
            self.april.leaver("bob@nhs.net")
            self.april.freeze(Reason.LEAVER_DUE, cut_off=CUT_OFF)

    def test_recovery(self) -> None:
        """Ten days, both ends within."""
        with unit_of_work(self.estate.engine) as session:
            set_period(
                session, source=Source("bcdr-window", "2018-09"), holds=frozenset({Hold.BATCHES}),
                from_at=start_of(date(2018, 9, 21)), until_at=start_of(date(2018, 10, 1)),
                reason="BCDR test of 21 to 30 September 2018", by=BY.reference, now=NOTICED,
            )  # fmt: skip

    def notice(self, day: str, *, refused: str = "") -> None:
        self.april.approve()
        self.april.notify()
        self.april.carry(refused=refused, at=_at(day))

    def say_status(self, _rest: str) -> str:
        row = self.estate.get(self.ann)
        since = "" if row.status_since is None else f" since {row.status_since.date()}"
        return f"{row.status}{since} in {row.organisation}"

    def say_due(self, day: str) -> str:
        moment = _at(day)
        with read_only(self.estate.engine) as session:
            policy = get_policy(session, on=moment.date())
            found = explain(session, reader=BY, account_id=self.ann, policy=policy, as_of=moment)
        assert found is not None
        blocker = found.verdict.blocker
        return found.verdict.reason + (f", held back: {blocker}" if blocker else "")

    def say_effects(self, day: str) -> str:
        row, moment = self.estate.get(self.ann), _at(day)
        found = get_effects(
            Status(row.status), Kind(row.kind), is_blocked=row.sign_in_blocked,
            is_locked=row.locked_until is not None and row.locked_until > moment,
            is_due=self.say_due(day).startswith(Reason.LEAVER_DUE),
        )  # fmt: skip
        words = (("send", found.sends), ("receive", found.receives), ("sign in", found.signs_in))
        return ", ".join(f"{name} {'yes' if one else 'no'}" for name, one in words)

    def say_directory(self, _rest: str) -> str:
        row = self.estate.get(self.ann)
        with read_only(self.estate.engine) as session:
            name = session.get_one(Organisation, row.organisation).name
        return display_name(row.name, Kind(row.kind), name)

    def say_alias(self, _rest: str) -> str:
        with read_only(self.estate.engine) as session:
            row = session.scalars(select(AccountAlias)).one()
            return f"{row.address_key} until {row.receives_until}"

    def say_roles(self, _rest: str) -> str:
        with read_only(self.estate.engine) as session:
            return ", ".join(one.role for one in list_grants(session, person_id="ann")) or "none"

    def say_mailboxes(self, _rest: str) -> str:
        with read_only(self.estate.engine) as session:
            rows = session.scalars(select(MailboxMember).where(MailboxMember.ended_at.is_(None)))
            return ", ".join(f"{row.role} of ward" for row in rows) or "none"

    def say_batch(self, _rest: str) -> str:
        with read_only(self.estate.engine) as session:
            if session.get(BatchItem, (self.april.batch_id, self.ann)) is None:
                return "not in it"
        state, why = self.april.item(self.ann)
        return state.value + (f": {why}" if why else "")


VERBS: dict[str, Callable[[Life, str], object]] = {
    "leaver": Life.leave,
    "cancelled": lambda life, day: life.do(cancel_leaver, day),
    "disabled": Life.disable,
    "enabled": lambda life, day: life.do(enable, day),
    "joined": Life.join,
    "restored": lambda life, day: life.do(restore, day),
    "kept": lambda life, day: life.do(keep_account, day),
    "signs in": lambda life, day: life.use(Use.SIGN_IN, day),
    "sends": lambda life, day: life.use(Use.SENDING, day),
    "password": lambda life, day: life.use(Use.PASSWORD, day),
    "inactive": lambda life, day: life.store(f"inactive {day}"),
    "stored": Life.store,
    "stored administrator of RX2": lambda life, _: life.administer(),
    "administers RX2": lambda life, _: life.administer(),
    "owns ward": lambda life, _: life.give(MemberRole.OWNER),
    "uses ward": lambda life, _: life.give(MemberRole.MEMBER),
    "held": lambda life, _: life.hold(HoldKind.LEGAL),
    "held for an inquiry": lambda life, _: life.hold(HoldKind.FORENSIC),
    "stuck migrating": lambda life, _: life.put(operation="migrating", operation_since=NOTICED),
    "locked until": lambda life, day: life.put(locked_until=_at(day)),
    "somebody with the same": Life.add_again,
    "deletion takes ward": Life.delete_with_mailboxes,
    "frozen": Life.freeze,
    "noticed": Life.notice,
    "bounced": lambda life, day: life.notice(day, refused="ann@"),
    "run": lambda life, day: life.april.run(_at(day) - timedelta(hours=3)),
    "runs at": lambda life, moment: life.april.run(_at(moment)),
    "recovery test": lambda life, _: life.test_recovery(),
}
QUESTIONS: dict[str, Callable[[Life, str], str]] = {
    "status": Life.say_status,
    "due on": Life.say_due,
    "may on": Life.say_effects,
    "alias": Life.say_alias,
    "directory": Life.say_directory,
    "roles": Life.say_roles,
    "mailboxes": Life.say_mailboxes,
    "batch": Life.say_batch,
}


@pytest.fixture(scope="module")
def estate_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    path = tmp_path_factory.mktemp("domain") / "estate.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    make_april(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.mark.parametrize(("happened", "asked", "answer"), _read_cases())
def test_what_happened_to_an_account_has_this_answer(
    estate_file: Path, tmp_path: Path, happened: str, asked: str, answer: str
) -> None:
    shutil.copyfile(estate_file, tmp_path / "life.sqlite3")
    engine = make_engine(f"sqlite:///{tmp_path / 'life.sqlite3'}")
    life = Life(April(Estate(engine)))
    try:
        for words in happened.split(";"):
            life.happen(words.strip())
        said = life.ask(asked)
    except (AccountError, BatchError) as error:
        said = f"refused: {error}"
    engine.dispose()
    if answer.startswith("refused: "):
        assert said.startswith("refused: ")
        assert answer.removeprefix("refused: ").casefold() in said.casefold()
    elif asked == "status":
        assert said.split()[0] == answer.split(maxsplit=1)[0]
        assert set(answer.split()) <= set(said.split())
    else:
        assert said == answer
