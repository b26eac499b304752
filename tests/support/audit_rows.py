"""Audit entries recorded and sealed, for tests of what comes after."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, update
from sqlalchemy.orm import DeclarativeBase

from lamppost.database import read_only, unit_of_work
from postmaster.audit.actions import record
from postmaster.audit.chain import public_hex
from postmaster.audit.sealing import seal_pending
from postmaster.audit.verifying import Verification, verify

SIGNER = Ed25519PrivateKey.from_private_bytes(b"audit tests have their own key.."[:32])
PUBLIC = public_hex(SIGNER.public_key())


def record_some(engine: Engine, count: int, now: datetime, *, of: str | None = "RX1") -> list[int]:
    """Entries of an organisation, every second of them with personal data."""
    with unit_of_work(engine) as session:
        return [
            record(
                session,
                action="people.invite" if number % 2 else "roles.grant",
                kind="person",
                key=f"p{number}",
                organisation=of,
                changes={"role": (None, "reader")},
                personal={"name": f"Ann {number}"} if number % 2 else None,
                by="person:p0",
                now=now + timedelta(seconds=number),
            )
            for number in range(count)
        ]


def seal(engine: Engine, now: datetime, *, signer: Ed25519PrivateKey = SIGNER) -> int:
    """Seal in a transaction of its own."""
    with unit_of_work(engine) as session:
        return seal_pending(session, signer=signer, now=now)


def check(engine: Engine, *, public_key: str | None = PUBLIC) -> Verification:
    """Verify in a read transaction."""
    with read_only(engine) as session:
        return verify(session, public_key=public_key)


def tamper(engine: Engine, table: type[DeclarativeBase], where: object, **values: object) -> None:
    """Change rows as somebody with the database in hand would."""
    with unit_of_work(engine) as session:
        session.execute(
            update(table)
            .where(where)  # type: ignore[arg-type]  # a condition, as its caller wrote it
            .values(**values)
            .execution_options(synchronize_session=False)
        )
