"""What everybody may do to their own account, whatever their roles."""

from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.people.means import Means
from lamppost.people.outcomes import PasswordChanged, PasswordFaults, SignInBusy, SignInRefused
from postmaster.access.actors import Actor


def end_own_session(session: Session, *, session_id: str, by: Actor, now: datetime) -> bool:
    """End one of one's own sign-ins; False when it is not one's own or is over."""
    raise NotImplementedError


def end_own_other_sessions(session: Session, *, token: str, by: Actor, now: datetime) -> int:
    """End all of one's own sign-ins but the one of this cookie; gives how many."""
    raise NotImplementedError


def change_password(
    engine: Engine,
    means: Means,
    *,
    token: str,
    current: str,
    password: str,
    source: str,
    by: Actor,
    now: datetime,
) -> PasswordChanged | PasswordFaults | SignInRefused | SignInBusy:
    """Change one's own password; the session of this cookie stays, the others are over."""
    raise NotImplementedError
