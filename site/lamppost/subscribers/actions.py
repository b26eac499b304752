"""Asked for, confirmed, let go, told. Its owner alone acts on an address, by a link sent to it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from lamppost.people.rules import digest_token, fold, make_token
from lamppost.subscribers.letters import CONFIRM, write_confirmation
from lamppost.subscribers.reads import list_told
from lamppost.subscribers.rules import LETTER_EVERY, LINK_LASTS, Choice
from lamppost.subscribers.tables import Announced, Subscriber, Subscription
from postmaster.outbox.actions import owe
from postmaster.outbox.rules import check_recipient
from postmaster.upserts import upsert_into

CONFIRM_CAUSE = "subscribers.confirm"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing to tell, once to each subscriber of any of its choices.

    `cause` begins with the list it belongs to, `bulletins` or `status`; cause, key and template
    name it, so that telling it again tells nobody twice.
    """

    cause: str
    key: str
    template: str
    subject: str
    text: str
    choices: frozenset[Choice]


def ask(
    session: Session,
    *,
    address: str,
    wanted: Collection[Choice],
    words: list[str],
    service: str,
    confirm_at: str,
    now: datetime,
) -> None:
    """Owe a letter that asks the address's owner to confirm; at most one an hour is sent.

    Args:
        session: the transaction.
        address: one plain address.
        wanted: what is asked for; it takes the place of what was before, once confirmed.
        words: the same as a person reads it, for the letter.
        service: the service's name, for the letter.
        confirm_at: the address behind which a token confirms.
        now: when.

    Raises:
        postmaster.outbox.rules.UnsendableError: not an address.
    """
    check_recipient(address)
    found = session.scalar(
        select(Subscriber).where(Subscriber.address_key == fold(address)).with_for_update()
    )
    if found is None:
        found = Subscriber(
            subscriber_id=uuid4().hex, address=address, address_key=fold(address), asked_at=now
        )
        session.add(found)
    elif now - found.asked_at < LETTER_EVERY:
        return
    token = make_token()
    found.wanted = [[choice.kind.value, choice.value] for choice in sorted(wanted)]
    found.link_digest, found.link_until, found.asked_at = digest_token(token), now + LINK_LASTS, now
    letter = write_confirmation(service, words, link=confirm_at + token)
    _owe_letter(session, letter, key=found.link_digest[:32], recipient=address, now=now)


def _owe_letter(
    session: Session, letter: tuple[str, str], *, key: str, recipient: str, now: datetime
) -> None:
    subject, text = letter
    owe(
        session,
        cause=CONFIRM_CAUSE,
        cause_key=key,
        recipient=recipient,
        subject=subject,
        text=text,
        template=CONFIRM,
        is_secret=True,
        now=now,
    )


def confirm(session: Session, *, token: str, now: datetime) -> bool:
    """Let what was asked for begin; False when the link is over. Doing it again changes nothing."""
    found = session.scalar(
        select(Subscriber)
        .where(Subscriber.link_digest == digest_token(token), Subscriber.link_until > now)
        .with_for_update()
    )
    if found is None:
        return False
    session.execute(delete(Subscription).where(_is_of(found.subscriber_id)))
    if found.wanted:
        rows = [
            {"subscriber_id": found.subscriber_id, "kind": kind, "value": value}
            for kind, value in found.wanted
        ]
        session.execute(insert(Subscription), rows)
    found.confirmed_at = found.confirmed_at or now
    return True


def let_go(session: Session, *, subscriber_id: str) -> None:
    """Forget an address and all it asked for; forgetting it again changes nothing."""
    session.execute(delete(Subscription).where(_is_of(subscriber_id)))
    session.execute(delete(Subscriber).where(Subscriber.subscriber_id == subscriber_id))


def forget_unconfirmed(session: Session, *, now: datetime) -> None:
    """Forget the addresses nobody confirmed while the link was good."""
    session.execute(
        delete(Subscriber).where(Subscriber.confirmed_at.is_(None), Subscriber.link_until <= now)
    )


def announce(
    session: Session,
    *,
    announcement: Announcement,
    stop_at: Callable[[str], str],
    now: datetime,
) -> int:
    """Owe it to every confirmed subscriber of any of its choices; gives how many those are.

    `stop_at` gives the address that lets a subscriber go, by the subscriber's id.
    """
    told = 0
    for subscriber_id, address in list_told(session, choices=announcement.choices):
        link = stop_at(subscriber_id)
        text = f"{announcement.text}\n\n-- \nTo be told no more: {link}\n"
        owe(
            session,
            cause=announcement.cause,
            cause_key=announcement.key,
            recipient=address,
            subject=announcement.subject,
            text=text,
            template=announcement.template,
            is_secret=False,
            unsubscribe=link,
            now=now,
        )
        told += 1
    return told


def move_on(session: Session, *, source: str, until_at: datetime) -> None:
    """Remember up to which moment a source has been announced."""
    session.execute(upsert_into(session, Announced).values(source=source, until_at=until_at))


def _is_of(subscriber_id: str) -> ColumnElement[bool]:
    return Subscription.subscriber_id == subscriber_id
