"""April 2018 by hand: two people take the leavers of the sample estate through the panels."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine, func, select

from axe_faults import look
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.sample.accounts import add_accounts
from lamppost.sample.organisations import add_organisations
from lamppost.settings import Settings
from lamppost.web.app import create_app
from lamppost.web.context import db
from lamppost.worker.lifecycle import carry_on
from lent_cookies import lend_again, lend_cookies
from postmaster.access.actors import operator
from postmaster.access.roles import Role
from postmaster.accounts.actions import cancel_leaver, join
from postmaster.accounts.holds import place_hold
from postmaster.accounts.rules import HoldKind, Status
from postmaster.accounts.tables import Account
from postmaster.audit.chain import public_hex
from postmaster.audit.sealing import seal_pending
from postmaster.audit.verifying import verify
from postmaster.lifecycle.tables import BatchItem
from postmaster.organisations.tables import Organisation
from postmaster.outbox.carrying import accept, claim_due, fail
from postmaster.policy.actions import enter_presets
from served import serving
from visitors import put_person, sign_in

BY = operator("test")
EVE = datetime(2018, 4, 22, 21, tzinfo=UTC)
RUN = datetime(2018, 4, 23, 8, tzinfo=UTC)
LATER = datetime(2018, 4, 24, 8, tzinfo=UTC)


class Town:
    """The sample estate, two tenant administrators with a browser each, and the worker."""

    def __init__(
        self, app: Flask, address: str, browser: Browser, *, engine: Engine, clock: FixedClock,
        settings: Settings,
    ) -> None:  # fmt: skip
        self.address, self.engine, self.clock, self._settings = address, engine, clock, settings
        with unit_of_work(engine) as session:
            enter_presets(session, by="system:test", now=clock.now())
            add_organisations(session, now=clock.now())
            add_accounts(session, now=clock.now())
        self._people: list[tuple[str, FlaskClient, BrowserContext]] = []
        self.maker, self.second = (self._person(app, browser, one) for one in ("maker", "second"))

    def _person(self, app: Flask, browser: Browser, name: str) -> Page:
        person_id = put_person(
            self.engine, now=self.clock.now(), email=f"{name}@example.nhs.uk",
            role=Role.TENANT_ADMINISTRATOR,
        )  # fmt: skip
        client = app.test_client()
        sign_in(client, self.engine, person_id=person_id, now=self.clock.now())
        context = lend_cookies(browser, client, self.address)
        self._people.append((person_id, client, context))
        page: Page = context.new_page()
        return page

    def set_to(self, moment: datetime) -> None:
        """Another day: both sign in anew, and the worker looks at what waits."""
        self.clock.set_to(moment)
        for person_id, client, context in self._people:
            sign_in(client, self.engine, person_id=person_id, now=moment)
            lend_again(context, client, self.address)
        self.work()

    def work(self) -> None:
        carry_on(self.engine, self._settings, self.clock)

    def carry(self, *, refused: str) -> int:
        """A server takes every letter but those to one address; gives how many it took."""
        taken = 0
        with unit_of_work(self.engine) as session:
            for message in claim_due(session, most=10_000, now=self.clock.now()):
                if message.recipient == refused:
                    fail(session, message=message, reason="550 no such user")
                else:
                    accept(session, message=message, now=self.clock.now())
                    taken += 1
        return taken

    def members(self) -> list[tuple[int, str]]:
        with read_only(self.engine) as session:
            rows = session.execute(
                select(BatchItem.account_id, Account.address)
                .join(Account, Account.account_id == BatchItem.account_id)
                .order_by(BatchItem.account_id)
            )
            return [(row[0], row[1]) for row in rows]

    def count(self, status: Status) -> int:
        with read_only(self.engine) as session:
            found = session.scalar(select(func.count()).where(Account.status == status))
        return found or 0

    def correct(self, held: int, joined: int, mistaken: int) -> None:
        """What happens to three of them while the notices run."""
        now = self.clock.now()
        with unit_of_work(self.engine) as session:
            place_hold(
                session, account_id=held, kind=HoldKind.LEGAL, reason="Inquest",
                review_on=date(2018, 10, 1), by=BY, now=now,
            )  # fmt: skip
            cancel_leaver(session, account_id=mistaken, by=BY, now=now)
            account = session.get_one(Account, joined)
            # Accepted too late by the policy, but accepted: its new administrator insisted.
            account.status_since = now
            session.flush()
            other = session.scalars(
                select(Organisation.ods_code).where(
                    Organisation.status == "open", Organisation.ods_code != account.organisation
                )
            ).first()
            join(session, account_id=joined, organisation=other or "", by=BY, now=now)


@pytest.fixture
def town(browser: Browser, sqlite_engine: Engine, clock: FixedClock, tmp_path: Path,
         settings: Settings) -> Iterator[Town]:  # fmt: skip
    assert str(tmp_path) in settings.storage_url()
    app = create_app(settings, clock)
    with serving(app) as address:
        yield Town(app, address, browser, engine=sqlite_engine, clock=clock, settings=settings)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _press(page: Page, words: str, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"form:has(button:has-text('{words}')) [name={name}]", value)
    page.click(f"button:has-text('{words}')")


@pytest.mark.browser
def test_the_leavers_of_april_are_noticed_run_and_taken_back_by_two_people(town: Town) -> None:
    maker, second = town.maker, town.second
    leavers = town.count(Status.LEAVER)
    maker.goto(f"{town.address}/admin/lifecycle/batches/new/")
    maker.select_option("[name=reason]", "leaver-due")
    _press(
        maker, "Draft the batch", title="Leavers before 6 September 2017", run_on="2018-04-23",
        cut_off="2017-09-06",
    )  # fmt: skip
    here = maker.url
    _press(maker, "Choose the members")
    expect(maker.locator("main")).to_contain_text("Somebody else must approve this batch")
    expect(maker.locator("main")).to_contain_text("Since the day the batch is cut off at")

    second.goto(f"{town.address}/admin/")
    expect(second.locator("main")).to_contain_text("1 batch waits for your approval")
    second.goto(here)
    _press(second, "Raise the number", permille="1000", why="The estate of a sample")
    _press(second, "Approve these members")
    expect(second.locator("main")).to_contain_text("The notices can go")
    maker.goto(here)
    faults = look(maker)
    _press(maker, "Write to every mailbox")
    town.work()
    members = town.members()
    (_, bounced), (held, _), (joined, _), (mistaken, _) = members[:4]
    assert town.carry(refused=bounced) >= len(members) - 1
    town.correct(held, joined, mistaken)

    town.set_to(EVE)
    maker.goto(here)
    _press(maker, "Run what is ready")
    expect(maker.locator("main")).to_contain_text("2018-04-23: nothing is ready before")
    _nobody_is_gone(town, members, leavers)

    town.set_to(RUN)
    before = town.count(Status.DELETED)
    maker.goto(here)
    _press(maker, "Run what is ready")
    expect(maker.locator("main")).to_contain_text("The batch runs")
    town.work()
    maker.goto(here)
    for words in (
        "Done since 23 April 2018", "A hold", "Moved to another organisation", "No longer due",
        "The notice reached nobody",
    ):  # fmt: skip
        expect(maker.locator("main")).to_contain_text(words)
    assert town.count(Status.DELETED) == before + len(members) - 4

    town.set_to(LATER)
    maker.goto(here)
    _press(maker, "Ask for it to be taken back", why="The list was wrong")
    second.goto(here)
    _press(second, "Take the batch back")
    town.work()
    second.goto(here)
    expect(second.locator("main")).to_contain_text("Undone since 24 April 2018")
    assert town.count(Status.DELETED) == before
    assert faults + _look_around(second, town.address) == []
    _verify(town)


def _look_around(page: Page, address: str) -> list[str]:
    """What axe finds on a telephone in the panels round about."""
    faults = []
    page.set_viewport_size({"width": 375, "height": 800})
    for path in ("lifecycle/", "lifecycle/preview/", "lifecycle/pilots/", "lifecycle/pilots/RX2/",
                 "policy/?since=2017-01-01", "policy/edits/new/"):  # fmt: skip
        page.goto(f"{address}/admin/{path}")
        faults += [f"{path} {fault}" for fault in look(page)]
    return faults


def _nobody_is_gone(town: Town, members: list[tuple[int, str]], leavers: int) -> None:
    """The leavers are those of before, less the two that were corrected."""
    assert town.count(Status.LEAVER) == leavers - 2
    with read_only(town.engine) as session:
        gone = session.scalar(
            select(func.count()).where(
                Account.status == Status.DELETED,
                Account.account_id.in_([account for account, _ in members]),
            )
        )
    assert gone == 0


def _verify(town: Town) -> None:
    """Every entry of it is sealed, and the chain is whole."""
    signer = Ed25519PrivateKey.generate()
    with unit_of_work(town.engine) as session:
        sealed = seal_pending(session, signer=signer, now=town.clock.now(), most=100_000)
    with read_only(town.engine) as session:
        found = verify(session, public_key=public_hex(signer.public_key()))
    assert found.broken is None
    assert found.entries > 0
    assert sealed
