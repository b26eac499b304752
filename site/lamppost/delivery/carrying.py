"""Carry what is due: claim a batch, talk to the mail server, write each answer down at once.

A message is sent at least once: a process that dies between the server's 250 and the commit leaves
a claim behind, and ten minutes later the message goes again with the same Message-ID.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.delivery.composing import Origin, address_of, compose
from lamppost.delivery.mail_server import Conversation, ConversationError, MailServer, Reply
from lamppost.settings import Settings
from postmaster.outbox.carrying import Claimed, accept, claim_due, fail, put_off, release
from postmaster.outbox.reads import has_due

log = logging.getLogger(__name__)
MOST = 50
# Put off, not failed: the message goes when somebody names a gateway.
NO_GATEWAY = Reply(450, "No gateway for text messages is set (LAMPPOST_SMS_GATEWAY).")


@dataclass(frozen=True, slots=True)
class Carried:
    """How a round went: what the server took, put off, refused; what it was never asked."""

    accepted: int = 0
    put_off: int = 0
    failed: int = 0
    untried: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """The mail server and who the mail is from, with the times a conversation may take.

    `sms_gateway` is the domain whose mail becomes text messages; None where there is none.
    """

    server: MailServer
    origin: Origin
    sms_gateway: str | None = None
    step_s: float = 15.0
    deadline_s: float = 120.0

    def talk(self) -> Conversation:
        """A conversation with the server, not yet begun."""
        return Conversation(self.server, step_s=self.step_s, deadline_s=self.deadline_s)


def route_of(settings: Settings) -> Route | None:
    """The route these settings name; None when they name no mail server."""
    if settings.smtp_url is None:
        return None
    server = MailServer.parse(settings.smtp_url.get_secret_value())
    return Route(server, Origin.parse(settings.mail_from), settings.sms_domain())


def deliver_due(engine: Engine, route: Route, clock: Clock, *, most: int = MOST) -> Carried:
    """Carry up to `most` messages that are due, over one connection."""
    with read_only(engine) as session:
        if not has_due(session, now=clock.now()):
            return Carried()
    with unit_of_work(engine) as session:
        claimed = claim_due(session, most=most, now=clock.now())
    if not claimed:
        return Carried()
    try:
        with route.talk() as conversation:
            return _carry(engine, route, clock, conversation, claimed)
    except ConversationError as error:
        return _release(engine, clock, claimed, str(error), Carried())


def _carry(
    engine: Engine,
    route: Route,
    clock: Clock,
    conversation: Conversation,
    claimed: Sequence[Claimed],
) -> Carried:
    carried = Carried()
    for at, message in enumerate(claimed):
        if not conversation.has_time:
            return _release(engine, clock, claimed[at:], "The mail server is slow.", carried)
        to = address_of(message, sms_gateway=route.sms_gateway)
        if to is None:
            carried = _settle(engine, clock, message, NO_GATEWAY, carried)
            continue
        content = compose(message, origin=route.origin, now=clock.now(), to=to)
        try:
            reply = conversation.send(
                sender=route.origin.address,
                recipient=route.server.all_to or to,
                content=content,
            )
        except ConversationError as error:
            # This one was being spoken of, so it counts as a try: no message can block the others.
            carried = _settle(engine, clock, message, Reply(451, str(error)), carried)
            return _release(engine, clock, claimed[at + 1 :], str(error), carried)
        carried = _settle(engine, clock, message, reply, carried)
    return carried


def _settle(
    engine: Engine, clock: Clock, message: Claimed, reply: Reply, carried: Carried
) -> Carried:
    """Write one answer down, in a transaction of its own."""
    now = clock.now()
    with unit_of_work(engine) as session:
        if reply.is_accepted:
            accept(session, message=message, now=now)
            return replace(carried, accepted=carried.accepted + 1)
        if reply.is_final:
            fail(session, message=message, reason=reply.words)
            log.warning("Message %s is refused (%s).", message.message_id, reply.code)
            return replace(carried, failed=carried.failed + 1)
        put_off(session, message=message, reason=reply.words, now=now)
        return replace(carried, put_off=carried.put_off + 1)


def _release(
    engine: Engine, clock: Clock, claimed: Sequence[Claimed], reason: str, carried: Carried
) -> Carried:
    log.warning("The mail server could not be spoken to; %s messages wait.", len(claimed))
    with unit_of_work(engine) as session:
        for message in claimed:
            release(session, message=message, reason=reason, now=clock.now())
    return replace(carried, untried=len(claimed))
