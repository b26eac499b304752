"""Invitations: sent, looked at, accepted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.people.means import Means
from lamppost.people.outcomes import HalfSession, PasswordFaults, SignInBusy
from postmaster.access.acting import acts
from postmaster.access.actors import Actor, Grant
from postmaster.access.matrix import Action


class PersonExistsError(Exception):
    """Somebody with this address signs in already, or is disabled."""


class AddressError(ValueError):
    """This is not an email address."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited; the link is in the message and nowhere else."""

    person_id: str
    link: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that may be accepted now."""

    person_id: str
    email: str
    name: str
    expires_at: datetime


class InvitationOverError(Exception):
    """This invitation has been used, has expired or was replaced by a newer one."""


@acts(Action.PEOPLE_INVITE)
def invite(
    session: Session,
    means: Means,
    *,
    email: str,
    name: str,
    organisation: str | None,
    grants: Sequence[Grant] = (),
    is_sent: bool = True,
    by: Actor,
    now: datetime,
) -> Invited:
    """Invite somebody, or invite them again, which ends the older invitation.

    Args:
        session: the unit of work.
        means: the service's name and address, for the message.
        email: where the message goes and what they sign in with.
        name: as the inviter knows it; they may correct it.
        organisation: their home organisation; None for those of the whole service.
        grants: roles to give; each must be within the inviter's reach.
        is_sent: False at the command line, which prints the link.
        by: who invites.
        now: when.

    Raises:
        AddressError: not an address.
        PersonExistsError: they sign in already, or are disabled.
        RefusedError: not in the inviter's organisations, or a role out of their reach.
    """
    raise NotImplementedError


def get_invitation(session: Session, *, token: str, now: datetime) -> OpenInvitation | None:
    """The invitation of a link; None when used, expired, replaced or never made."""
    raise NotImplementedError


def accept_invitation(
    engine: Engine,
    means: Means,
    *,
    token: str,
    name: str,
    password: str,
    source: str,
    user_agent: str,
    now: datetime,
) -> HalfSession | PasswordFaults | SignInBusy:
    """Set name and password; gives a half session whose next step is setting up the factor.

    Raises:
        InvitationOverError: used, expired or replaced.
    """
    raise NotImplementedError
