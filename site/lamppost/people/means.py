"""What signing in needs beside the database, made once a process: hasher, seal, keys, names."""

from dataclasses import dataclass, field

from cryptography.fernet import Fernet

from lamppost.keys import derive_key, sealing_key
from lamppost.settings import Settings
from postmaster.credentials.hashing import OWASP, Cost, Hasher, make_hasher


@dataclass(frozen=True, slots=True)
class Means:
    """Handed to everything that checks or sets a password, a code or an invitation.

    Made once a process, because the hasher bounds how many passwords are hashed at once.
    """

    hasher: Hasher
    seal: Fernet = field(repr=False)
    recovery_key: bytes = field(repr=False)
    service_name: str
    base_url: str


def make_means(settings: Settings, *, cost: Cost = OWASP) -> Means:
    """The means of one process; tests hand in a cheaper cost."""
    return Means(
        hasher=make_hasher(cost),
        seal=Fernet(sealing_key(settings)),
        recovery_key=derive_key(settings, "recovery codes"),
        service_name=settings.service_name,
        base_url=settings.base_url,
    )
