"""What is asked of security questions: are there any, what do they say, do characters fit."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.credentials.answers.rules import Asked, digest_character, list_spellings
from postmaster.credentials.answers.tables import SecurityAnswer
from postmaster.features.reads import was_live
from postmaster.features.rules import Feature

# Compared with where there is nothing to compare with, so that it takes as long.
_NOTHING = "0" * 64
_LONGEST_TYPED = 4


def get_set_at(session: Session, *, account_id: int) -> datetime | None:
    """Since when an account has its questions; None while it has none."""
    return session.scalar(
        select(SecurityAnswer.set_at).where(SecurityAnswer.account_id == account_id).limit(1)
    )


def list_questions(session: Session, *, account_id: int) -> Sequence[tuple[int, str]]:
    """The place and the words of each question, for staff who read them out; never an answer."""
    rows = session.execute(
        select(SecurityAnswer.place, SecurityAnswer.question)
        .where(SecurityAnswer.account_id == account_id)
        .order_by(SecurityAnswer.place)
    )
    return [(place, question) for place, question in rows]


def do_characters_fit(
    session: Session, key: bytes, *, account_id: int, given: Mapping[Asked, str], at: datetime
) -> bool:
    """Whether every typed character is the one asked for; False where there are no answers.

    Every character is compared whatever the others were, and for an account nobody has as well.
    """
    rows = session.scalars(select(SecurityAnswer).where(SecurityAnswer.account_id == account_id))
    kept = {row.place: row for row in rows}
    is_insensitive = was_live(session, feature=Feature.ANSWERS_CASE_INSENSITIVE, at=at)
    right = [
        _is_right(
            kept.get(asked.place),
            asked,
            typed,
            digest=partial(digest_character, key, account_id=account_id, asked=asked),
            is_insensitive=is_insensitive,
        )
        for asked, typed in given.items()
    ]
    return bool(right) and all(right)


def _is_right(
    row: SecurityAnswer | None,
    asked: Asked,
    typed: str,
    *,
    digest: Callable[..., str],
    is_insensitive: bool,
) -> bool:
    digests = [] if row is None else row.digests.split()
    has_it = len(digests) >= asked.position
    wanted = digests[asked.position - 1] if has_it else _NOTHING
    spellings = list_spellings(
        typed[:_LONGEST_TYPED],
        is_folded=row is not None and row.is_folded,
        is_insensitive=is_insensitive,
    )
    fits = [hmac.compare_digest(wanted, digest(character=spelling)) for spelling in spellings]
    return has_it and any(fits)
