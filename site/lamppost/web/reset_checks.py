"""What a reset checks outside any transaction, because hashing is slow; always the same work."""

from lamppost.web.means import means
from postmaster.credentials.kinds import judge_for
from postmaster.credentials.resets.choosing import Changing
from postmaster.credentials.resets.signing import Candidates, SignedInBy
from postmaster.credentials.resets.temporary import Temporary, make_temporary_password
from postmaster.credentials.rules import REUSED_OF_ACCOUNT


def make_temporary(shortest: int) -> Temporary:
    """A temporary password with its hash.

    Raises:
        postmaster.credentials.hashing.HashingBusyError: too many are hashed at this moment.
    """
    password = make_temporary_password(shortest)
    return Temporary(password, means().hasher.hash(password))


def check_password(found: Candidates, password: str) -> SignedInBy | None:
    """With what the typed password signs in; None when it is wrong. Both are checked, always.

    Raises:
        postmaster.credentials.hashing.HashingBusyError: too many are hashed at this moment.
    """
    is_sent = means().hasher.verify(found.temporary, password)
    is_own = means().hasher.verify(found.own, password)
    if is_sent:
        return SignedInBy.TEMPORARY
    return found.own_is if is_own else None


def judge_new(changing: Changing, password: str) -> tuple[str, ...]:
    """What is wrong with a new password; nothing when it will do.

    Raises:
        postmaster.credentials.hashing.HashingBusyError: too many are hashed at this moment.
    """
    names = (means().service_name, *changing.names)
    faults = judge_for(changing.asked, password, names=names)
    if not faults and any(means().hasher.verify(one, password) for one in changing.remembered):
        return (REUSED_OF_ACCOUNT,)
    return faults
