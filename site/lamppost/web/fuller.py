"""Who sees the fuller status: whoever is on an inner network, or signed in with the right."""

from lamppost.web.context import settings
from lamppost.web.guard import visitor
from lamppost.web.peers import client_address, is_within
from postmaster.access.matrix import Action
from postmaster.access.rules import may

WHY_OPEN = "it answers by network: whoever is not on one of ours is told the public address"


def may_see_fuller() -> bool:
    """Whether the one who asks sees the fuller status."""
    if is_within(client_address(), settings().hscn_networks):
        return True
    found = visitor()
    return (
        found is not None
        and found.has_both_factors
        and may(found.actor, Action.STATUS_FULLER).is_allowed
    )
