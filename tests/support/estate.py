"""A small estate of organisations, people and a policy, over a fresh database."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lamppost.database import make_engine, read_only, unit_of_work
from postmaster.access.actors import operator
from postmaster.accounts.actions import accept_terms, add_account
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from prepared import organisations, prepare, presets

BY = operator("test")


@dataclass
class Estate:
    """The database, and short words for what tests do with it."""

    engine: Engine

    def add(
        self,
        address: str,
        *,
        at: datetime,
        kind: Kind = Kind.PERSON,
        organisation: str = "RX2",
        is_accepted: bool = True,
    ) -> int:
        """An account made at a moment; a person has accepted the terms then, unless told not."""
        with unit_of_work(self.engine) as session:
            account_id = add_account(
                session,
                address=address,
                name=address.split("@", maxsplit=1)[0].replace(".", " ").title(),
                kind=kind,
                organisation=organisation,
                by=BY,
                now=at,
            )
            if kind is Kind.PERSON and is_accepted:
                accept_terms(session, account_id=account_id, by=BY, now=at)
        return account_id

    def get(self, account_id: int) -> Account:
        """The row as it stands."""
        with read_only(self.engine) as session:
            row = session.get_one(Account, account_id)
            session.expunge(row)
        return row

    def status(self, account_id: int) -> Status:
        """Where the account stands."""
        return Status(self.get(account_id).status)


def make_estate(engine: Engine, *, now: datetime) -> Estate:
    """The sample's organisations and the presets of the policy, no accounts."""
    prepare(engine, presets, organisations, now=now)
    return Estate(engine)


def copy_estate(template: Path, folder: Path) -> Estate:
    """An estate of one's own from a file that holds one: a copy costs less than making it anew."""
    path = folder / "lamppost.sqlite3"
    shutil.copyfile(template, path)
    return Estate(make_engine(f"sqlite:///{path}"))


def write_estate(empty: Path, path: Path, *, now: datetime) -> Path:
    """A file that holds an estate, from one that is migrated and empty."""
    shutil.copyfile(empty, path)
    engine = make_engine(f"sqlite:///{path}")
    make_estate(engine, now=now)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path
