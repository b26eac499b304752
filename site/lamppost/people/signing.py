"""Signing in: look, check outside any transaction, write. A password, then a code."""

from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.people.means import Means
from lamppost.people.outcomes import HalfSession, SignedInSession, SignInBusy, SignInRefused


def sign_in_with_password(
    engine: Engine,
    means: Means,
    *,
    email: str,
    password: str,
    source: str,
    user_agent: str,
    now: datetime,
) -> HalfSession | SignInRefused | SignInBusy:
    """The first step. `source` is the client's address as the trusted proxies tell it."""
    raise NotImplementedError


def sign_in_with_code(
    engine: Engine, means: Means, *, token: str, code: str, source: str, now: datetime
) -> SignedInSession | SignInRefused:
    """The second step: a code of the authenticator.

    The first code of an authenticator that waits confirms it; the recovery codes come with it.
    """
    raise NotImplementedError


def sign_in_with_recovery_code(
    engine: Engine, means: Means, *, token: str, code: str, source: str, now: datetime
) -> SignedInSession | SignInRefused:
    """The second step without the authenticator: one of the recovery codes."""
    raise NotImplementedError


def sign_out(session: Session, *, token: str, now: datetime) -> None:
    """End the session of a cookie; nothing happens when it is over already."""
    raise NotImplementedError
