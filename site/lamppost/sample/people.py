"""One person for each role, with random passwords written to people.json in the data folder."""

import json
import secrets
from datetime import datetime
from pathlib import Path

import pyotp
from sqlalchemy import Engine, select

from lamppost.database import read_only, unit_of_work
from lamppost.people.factors import place_factor
from lamppost.people.joining import add_person
from lamppost.people.means import Means
from lamppost.people.rules import fold
from lamppost.people.tables import Person
from lamppost.sample.private_files import write_private
from postmaster.access.actors import Grant, system
from postmaster.access.roles import SCOPE_OF_ROLE, Role, ScopeKind

SCOPES = {
    ScopeKind.ORGANISATION: "RX1",
    ScopeKind.CONTAINER: "NHSPHARMACY",
    ScopeKind.SERVICE: None,
}
NAMES = {
    Role.READER: "Rhona Reader",
    Role.LOCAL_HELPDESK: "Hari Helpdesk",
    Role.LOCAL_ADMINISTRATOR: "Lena Local",
    Role.PRIMARY_LOCAL_ADMINISTRATOR: "Priya Primary",
    Role.SECTOR_ADMINISTRATOR: "Seb Sector",
    Role.COMMUNICATIONS: "Cora Communications",
    Role.STATUS_OPERATOR: "Stan Status",
    Role.NATIONAL_HELPDESK: "Nia National",
    Role.TENANT_ADMINISTRATOR: "Tam Tenant",
    Role.AUDITOR: "Audrey Auditor",
}
FILE = "people.json"


def add_people(engine: Engine, means: Means, folder: Path, *, now: datetime) -> None:
    """Add whoever is missing; somebody there already keeps their password and factor.

    The file is written first: a load that was cut off finds the passwords it gave out.
    """
    entries = _read(folder / FILE)
    for role in Role:
        if not any(entry["role"] == role for entry in entries):
            entries.append(_make_entry(role))
    write_private(folder / FILE, entries)
    for entry in entries:
        _add(engine, means, entry, now)


def _make_entry(role: Role) -> dict[str, str | None]:
    return {
        "email": f"{role}@example.nhs.uk",
        "role": role.value,
        "org": SCOPES[SCOPE_OF_ROLE[role]],
        "password": secrets.token_urlsafe(15),
        "totp_secret": pyotp.random_base32(),
    }


def _add(engine: Engine, means: Means, entry: dict[str, str | None], now: datetime) -> None:
    email, role, scope = str(entry["email"]), Role(str(entry["role"])), entry["org"]
    with read_only(engine) as session:
        if session.scalar(select(Person.person_id).where(Person.address_key == fold(email))):
            return
    password_hash = means.hasher.hash(str(entry["password"]))
    with unit_of_work(engine) as session:
        person_id = add_person(
            session,
            email=email,
            name=NAMES[role],
            organisation=scope,
            grants=[Grant(role, scope)],
            password_hash=password_hash,
            by=system("sample"),
            now=now,
        )
        place_factor(
            session,
            means,
            person_id=person_id,
            now=now,
            secret=entry["totp_secret"],
            is_confirmed=True,
        )


def _read(path: Path) -> list[dict[str, str | None]]:
    if not path.exists():
        return []
    entries: list[dict[str, str | None]] = json.loads(path.read_text(encoding="utf-8"))
    return entries
