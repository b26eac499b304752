"""An estate in which sites register, and short words for what tests do about it."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from estate import BY, Estate
from lamppost.database import read_only, unit_of_work
from lamppost.sample.organisations import CONTAINERS
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.organisations.actions import add_organisation
from postmaster.organisations.rules import Kind
from postmaster.outbox.tables import OutboxMessage
from postmaster.registrations.applying import Site, begin, name_person
from postmaster.registrations.codes import digest_key
from postmaster.registrations.proving import Entered, enter_code, send_code
from postmaster.registrations.provisioning import approve_registration
from postmaster.registrations.regions import Region
from postmaster.registrations.rollouts import NEW, add_rollout
from postmaster.registrations.rules import Person, State, make_person
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.stages import Span, Stage
from postmaster.registrations.tables import Registration, Rollout

NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
PEPPER = b"a pepper of the tests"
SECTOR = Actor(
    ActorKind.PERSON, "sector", (Grant(Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY"),), "NHSPHARMACY"
)
SITE = Site(
    ods_code="FX999",
    name="Lantern Chemist",
    town="Larkmoor",
    count=1,
    email="dispensary@lantern.example",
    identifiers={"gphc_premises": "1033445"},
)
ANN = make_person(
    first_name="Ann", last_name="Lamp", email="ann@lantern.example", mobile="07700 900101"
)
BOB = make_person(
    first_name="Bob", last_name="Wick", email="bob@lantern.example", mobile="07700 900102"
)


def span(
    region: Region,
    stage: Stage,
    *days: date | None,
    words: str | None = None,
    sector: Sector = Sector.PHARMACY,
) -> Span:
    """A row of a roll-out; `days` are its first and its last one."""
    from_on, to_on = (*days, None, None)[:2]
    return Span(NEW, sector, region, stage, from_on, words, to_on)


def put_containers(session: Session, *, now: datetime) -> None:
    """The sectors' containers and nothing in them: a whole estate takes its time."""
    for code, name, short_code in CONTAINERS:
        add_organisation(
            session, ods_code=code, name=name, kind=Kind.CONTAINER, short_code=short_code,
            by=BY, now=now,
        )  # fmt: skip


def open_sector(
    session: Session, sector: Sector = Sector.PHARMACY, region: Region = Region.ENGLAND
) -> int:
    """A sector that is live since 2018 began."""
    row = span(region, Stage.LIVE, date(2018, 1, 1), sector=sector)
    return add_rollout(session, span=row, source="A test", by=BY, now=NOW)


def put_registration(session: Session, *, organisation: str, now: datetime) -> tuple[int, int]:
    """A registration that waits and a row of a roll-out, under any code as container; as rows."""
    code = organisation[:6]
    row = Registration(
        key_digest=digest_key(code), reference=f"PH-{code}", sector=Sector.PHARMACY,
        region=Region.LONDON, container=organisation, ods_code=f"FZ{code}"[:12],
        site_name="A pharmacy", town="Town", site_count=1,
        identifiers={"gphc_premises": "1033445"}, contact_email="site@example.com",
        state=State.VERIFIED, state_since=now, created_at=now, claim=f"pharmacy:{code}",
        code_tries=0, code_letters=1, verified_at=now,
    )  # fmt: skip
    rollout = Rollout(
        sector=Sector.PHARMACY, region=Region.LONDON, container=organisation, stage=Stage.PILOT,
        from_on=date(2018, 1, 1), to_on=date(2018, 1, 2), source="A test", entered_at=now,
        entered_by="person:another",
    )  # fmt: skip
    session.add_all([row, rollout])
    session.flush()
    return row.registration_id, rollout.rollout_id


@dataclass
class Desk:
    """An estate, and what applicants and administrators do in it."""

    estate: Estate

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.estate.engine

    def open(self, sector: Sector = Sector.PHARMACY, region: Region = Region.ENGLAND) -> None:
        """Let a sector's sites of a region register."""
        with unit_of_work(self.engine) as session:
            open_sector(session, sector, region)

    def begin(
        self, *people: Person, site: Site = SITE, sector: Sector = Sector.PHARMACY,
        at: datetime = NOW, **changed: object,
    ) -> str:  # fmt: skip
        """Fill in the form; gives the key of the cookie."""
        said = replace(site, **changed)  # type: ignore[arg-type]  # the caller's
        with unit_of_work(self.engine) as session:
            key = begin(session, sector=sector, region=Region.LONDON, site=said, now=at)
        for person in people:
            self.name(key, person, at=at)
        return key

    def name(self, key: str, person: Person, at: datetime = NOW) -> None:
        """Name somebody."""
        with unit_of_work(self.engine) as session:
            name_person(session, key=key, person=person, now=at)

    def send(self, key: str, at: datetime = NOW) -> str:
        """Have a code sent; gives it, out of the letter."""
        with unit_of_work(self.engine) as session:
            send_code(session, key=key, pepper=PEPPER, now=at)
        found = re.search(r"\b\d{6}\b", self.letters("registrations.code")[-1].body or "")
        assert found is not None
        return found.group()

    def enter(self, key: str, typed: str, at: datetime = NOW) -> Entered:
        """Enter a code."""
        with unit_of_work(self.engine) as session:
            return enter_code(session, key=key, typed=typed, pepper=PEPPER, now=at)

    def send_in(self, *people: Person, **given: object) -> int:
        """A whole application up to the code entered; gives its number."""
        key = self.begin(*people, **given)  # type: ignore[arg-type]  # the caller's
        assert self.enter(key, self.send(key)).words == ""
        return self.get(key).registration_id

    def approve(self, number: int, by: Actor = SECTOR, at: datetime = NOW) -> Registration:
        """Approve it; gives the row as it stands then."""
        with unit_of_work(self.engine) as session:
            approve_registration(session, registration_id=number, by=by, now=at)
        with read_only(self.engine) as session:
            row = session.get_one(Registration, number)
            session.expunge(row)
        return row

    def get(self, key: str) -> Registration:
        """The application of a key."""
        with read_only(self.engine) as session:
            row = session.scalars(
                select(Registration).where(Registration.key_digest == digest_key(key))
            ).one()
            session.expunge(row)
        return row

    def letters(self, cause: str) -> list[OutboxMessage]:
        """The letters owed of a cause, oldest first."""
        with read_only(self.engine) as session:
            rows = session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.cause == cause)
                .order_by(OutboxMessage.message_id)
            ).all()
            session.expunge_all()
        return list(rows)

    def administrator(self, sector: Sector) -> Actor:
        """Whoever administers a sector."""
        container = SECTORS[sector].container
        return Actor(ActorKind.PERSON, "nas", (Grant(Role.SECTOR_ADMINISTRATOR, container),))
