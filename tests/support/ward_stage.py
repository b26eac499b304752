"""A ward's people over a fresh database, with a hasher that costs nothing."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.people.factors import place_factor
from lamppost.people.joining import add_person
from lamppost.people.means import Means, make_means
from lamppost.people.outcomes import HalfSession, SignedInSession, SignInBusy, SignInRefused
from lamppost.people.reads import get_signed_in
from lamppost.people.signing import sign_in_with_code, sign_in_with_password
from lamppost.settings import Settings
from postmaster.access.actions import place_organisation
from postmaster.access.actors import Actor, ActorKind, Grant, operator
from postmaster.access.roles import Role
from postmaster.credentials.hashing import CHEAP

PASSWORD = "marmalade-under-the-clock"
WARD = "192.0.2.10"


@dataclass
class Stage:
    """The database, the clock and the means, and short words for what tests do with them."""

    engine: Engine
    clock: FixedClock
    means: Means

    def add(self, email: str, *grants: Grant, organisation: str | None = "RX1") -> Actor:
        """Somebody active, with a password and a confirmed authenticator."""
        with unit_of_work(self.engine) as session:
            person_id = add_person(
                session,
                email=email,
                name="",
                organisation=organisation,
                grants=grants,
                password_hash=self.means.hasher.hash(PASSWORD),
                by=operator("test"),
                now=self.now,
            )
            place_factor(
                session,
                self.means,
                person_id=person_id,
                now=self.now,
                secret=secret_of(email),
                is_confirmed=True,
            )
        return Actor(ActorKind.PERSON, person_id, grants, organisation)

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    def password(
        self, email: str, password: str = PASSWORD, source: str = WARD
    ) -> HalfSession | SignInRefused | SignInBusy:
        """The first step."""
        return sign_in_with_password(
            self.engine,
            self.means,
            email=email,
            password=password,
            source=source,
            user_agent="test",
            now=self.now,
        )

    def code(self, half: object, code: str, source: str = WARD) -> SignedInSession | SignInRefused:
        """The second step."""
        assert isinstance(half, HalfSession)
        return sign_in_with_code(
            self.engine, self.means, token=half.token, code=code, source=source, now=self.now
        )

    def sign_in(self, email: str, source: str = WARD) -> str:
        """Both steps, a minute after whatever was before; gives the token."""
        self.clock.sleep(60)
        whole = self.code(self.password(email, source=source), self.code_of(email), source)
        assert isinstance(whole, SignedInSession)
        return whole.token

    def code_of(self, email: str, steps: int = 0) -> str:
        """The code an authenticator shows, so many steps from now."""
        return pyotp.TOTP(secret_of(email)).generate_otp(int(self.now.timestamp()) // 30 + steps)

    def is_signed_in(self, token: str) -> bool:
        """Whether the token's session is live and whole."""
        with unit_of_work(self.engine) as session:
            found = get_signed_in(session, token=token, now=self.now)
        return found is not None and found.has_both_factors


def make_stage(engine: Engine, clock: FixedClock, settings: Settings) -> Stage:
    """A trust with a child, and a practice that is none of its business."""
    with unit_of_work(engine) as session:
        place_organisation(session, ods_code="RX1", above=[])
        place_organisation(session, ods_code="RX101", above=["RX1"])
        place_organisation(session, ods_code="A81001", above=[])
    return Stage(engine, clock, make_means(settings, cost=CHEAP))


def secret_of(email: str) -> str:
    """An authenticator's secret, the same each time."""
    return (email.upper().translate(str.maketrans("@.-0189", "AAAABBB")) * 4)[:32]


def local(role: Role = Role.LOCAL_ADMINISTRATOR, scope: str = "RX1") -> Grant:
    """A local role."""
    return Grant(role, scope)


PRIMARY = Grant(Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX1")
TENANT = Grant(Role.TENANT_ADMINISTRATOR)
