"""One message judged and answered, away from the event loop and within a time limit."""

import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address

from lamppost.clock import Clock
from lamppost.worker.milter.enforcing import enforce, without_reply
from lamppost.worker.milter.knowing import Knowledge
from lamppost.worker.milter.off_loop import WITHIN_S, OffLoop
from lamppost.worker.milter.server import Answer
from lamppost.worker.milter.spool import Spool
from lamppost.worker.milter.transaction import Transaction
from lamppost.worker.milter.wire import TEMPFAIL, hold, refuse
from postmaster.spoofing.resolving import Resolver
from postmaster.spoofing.sightings import make_sighting
from postmaster.spoofing.values import Envelope, Network
from postmaster.spoofing.verdict import Judge, Verdict

log = logging.getLogger(__name__)


class Failure(StrEnum):
    """What a message meets that could not be judged. Letting it through is none of them."""

    TEMPFAIL = "tempfail"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(slots=True)
class Counts:
    """What became of messages since the start, for the log."""

    judged: int = 0
    noted: int = 0
    failed: int = 0
    by_action: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """How this milter judges."""

    authserv_id: str
    hscn_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    failure: Failure = Failure.TEMPFAIL
    within_s: float = WITHIN_S


class MessageJudge:
    """Judges messages in threads; what fails or takes too long meets the failure action."""

    def __init__(
        self,
        *,
        judge: Judge,
        resolver: Resolver,
        knowledge: Knowledge,
        spool: Spool,
        choices: Choices,
        clock: Clock,
    ) -> None:
        self._judge = judge
        self._resolver = resolver
        self._knowledge = knowledge
        self._spool = spool
        self._choices = choices
        self._clock = clock
        self._off_loop = OffLoop(self.answer, self._fail, within_s=choices.within_s)
        self.counts = Counts()

    async def handle(self, transaction: Transaction) -> Answer:
        """Answer one message; never raises, never says yes to what was not judged."""
        return await self._off_loop(transaction)

    def answer(self, transaction: Transaction) -> Answer:
        """Answer one message, in a thread: judged, and what must be remembered on the disc."""
        if transaction.is_too_big:
            return self._fail(transaction, "it is larger than may be held")
        envelope = self._envelope(transaction)
        policy = self._knowledge.policy()
        senders = self._knowledge.senders(
            transaction.authenticated_as, is_inside=envelope.network is Network.HSCN
        )
        verdict = self._judge(
            transaction.raw(), envelope, policy=policy, senders=senders, resolver=self._resolver
        )
        if transaction.client_ip is None:
            verdict = without_reply(verdict)
        replies = enforce(transaction, verdict, authserv_id=self._choices.authserv_id)
        self.counts.judged += 1
        by_action = self.counts.by_action
        by_action[verdict.action] = by_action.get(verdict.action, 0) + 1
        if verdict.kind is None:
            return Answer(replies)
        return self._note(transaction, verdict, replies)

    def _note(self, transaction: Transaction, verdict: Verdict, replies: bytes) -> Answer:
        """The answer, once what must be remembered of it lies on the disc."""
        sighting = make_sighting(
            verdict,
            record=_new_record(verdict.received_at),
            queue_id=transaction.queue_id,
            helo=transaction.helo or "",
        )
        if sighting is None:
            return Answer(replies)
        self._spool.put(sighting.record, sighting.as_text())
        self.counts.noted += 1
        log.info(
            "%s: %s from %s, %s", transaction.queue_id, sighting.kind,
            sighting.first_infrastructure, verdict.action,
        )  # fmt: skip
        return Answer(replies, lambda: self._spool.mark_taken(sighting.record))

    def _envelope(self, transaction: Transaction) -> Envelope:
        return Envelope(
            network=self._network_of(transaction.client_ip),
            received_at=self._clock.now(),
            client_ip=transaction.client_ip,
            client_name=transaction.client_name,
            helo=transaction.helo,
            mail_from=transaction.mail_from,
            recipients=tuple(transaction.recipients),
            authenticated_as=transaction.authenticated_as,
        )

    def _network_of(self, client_ip: str | None) -> Network:
        """HSCN for its own networks and for what never came over a network; else the internet."""
        if client_ip is None:
            return Network.HSCN
        if not self._choices.hscn_networks:
            return Network.INTERNET
        try:
            address = ip_address(client_ip)
        except ValueError:
            return Network.INTERNET
        is_inside = any(address in network for network in self._choices.hscn_networks)
        return Network.HSCN if is_inside else Network.INTERNET

    def _fail(self, transaction: Transaction, why: str) -> Answer:
        self.counts.failed += 1
        failure = self._choices.failure
        log.warning("Message %s: %s; it meets %s.", transaction.queue_id, why, failure)
        if failure is Failure.HOLD:
            return Answer(hold("Lamppost could not judge this message"))
        if failure is Failure.REJECT:
            return Answer(refuse("550 5.7.1", "This message could not be checked."))
        return Answer(TEMPFAIL)


def _new_record(at: datetime) -> str:
    """A name that sorts by when the message came, and is nobody else's."""
    return f"{int(at.timestamp() * 1_000_000):020d}-{uuid.uuid4().hex[:16]}"
