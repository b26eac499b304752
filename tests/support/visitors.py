"""Somebody signed in to the site with both factors, without the steps of signing in."""

import re
from datetime import datetime
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import Engine

from lamppost.database import unit_of_work
from lamppost.people.rules import PersonState, fold
from lamppost.people.sessions import open_session
from lamppost.people.tables import Person
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant, ScopeLink
from postmaster.credentials.tables import Credential


def put_person(
    engine: Engine, *, now: datetime, email: str, role: Role, scope: str | None = None,
    name: str = "",
) -> str:  # fmt: skip
    """An active person with one role; gives the id. A scope stands over itself."""
    person_id, key = str(uuid4()), fold(email)
    with unit_of_work(engine) as session:
        session.add(
            Person(
                person_id=person_id,
                email=email,
                address_key=key,
                name=name or f"{role.value} of {scope or 'the service'}",
                search_key=key,
                organisation=scope,
                state=PersonState.ACTIVE,
                created_at=now,
            )
        )
        session.add(
            Credential(
                subject=person_id,
                password_hash="none",
                set_at=now,
                must_change=False,
                session_key="key",
            )
        )
        session.add(
            RoleGrant(
                grant_id=uuid4(),
                person_id=person_id,
                address_key=key,
                role=role,
                scope=scope,
                granted_at=now,
                granted_by="system:test",
            )
        )
        if scope is not None:
            session.merge(ScopeLink(above=scope, below=scope))
    return person_id


def sign_in(client: FlaskClient, engine: Engine, *, person_id: str, now: datetime) -> None:
    """Put the cookie of a whole sign-in on the client."""
    with unit_of_work(engine) as session:
        token = open_session(
            session,
            person_id=person_id,
            session_key="key",
            source="192.0.2.1",
            user_agent="test",
            has_both_factors=True,
            now=now,
        )
    with client.session_transaction() as cookie:
        cookie["token"] = token
        cookie["seen"] = int(now.timestamp())


def csrf_token_of(text: str) -> str:
    """The token in a page's forms."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found is not None
    return found.group(1)
