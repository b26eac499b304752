"""Why an account is due or not, what stands in the way, and when: from the very rule that runs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.restorable import say_way_back
from postmaster.accounts.rules import STATUS_WORDS, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.closures.criteria import is_moving
from postmaster.days import add_months, london_day, say_day
from postmaster.lifecycle.criteria import is_frozen
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.last_ones import is_sole_administrator, is_sole_owner
from postmaster.lifecycle.rules import (
    LEADS_TO,
    Blocker,
    Facts,
    Reason,
    Verdict,
    decide,
    find_idle_since,
)
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

BLOCKER_WORDS = {
    Blocker.SINCE_UNKNOWN: "Nobody knows since when it stands so. Set the day first.",
    Blocker.SERVICE_ACCOUNT: "It is an account the service itself needs.",
    Blocker.HELD: "A hold is placed on it. It goes only after every hold is lifted.",
    Blocker.SPARED: "Somebody asked to keep it. It is spared until that wish has run out.",
    Blocker.OPERATION: "Something is being done to it at this moment.",
    Blocker.ORGANISATION_FROZEN: "Its organisation is frozen: nothing is swept there.",
    Blocker.SOLE_ADMINISTRATOR: "Its owner is the only administrator of an organisation.",
    Blocker.SOLE_OWNER: "It is the only owner of a shared mailbox. Name another owner first.",
    Blocker.CONTAINER_MOVE: "It is on its way into a container. Join it there, or call that off.",
    Blocker.IN_BATCH: "It is a member of a batch already.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where an account stands by the policy of a moment.

    `due_on` is the first London day on which it is due if nothing happens to it until then; None
    where no day ever comes. `words` are the answer in sentences.
    """

    account_id: int
    address: str
    verdict: Verdict
    policy_version: str
    as_of: datetime
    due_on: date | None
    words: tuple[str, ...]


def explain(
    session: Session, *, reader: Actor, account_id: int, policy: Policy, as_of: datetime
) -> Explanation | None:
    """Explain one account; None when there is none or the reader may not see it."""
    row = session.execute(
        select(
            Account,
            is_frozen().label("is_frozen"),
            is_sole_administrator().label("is_administrator"),
            is_sole_owner().label("is_owner"),
            is_moving().label("is_moving"),
        ).where(
            Account.account_id == account_id,
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
    ).first()
    if row is None:
        return None
    facts = _facts_of(row)
    cutoffs = make_cutoffs(policy, as_of=as_of)
    verdict = decide(facts, cutoffs)
    due_on = find_due_day(facts, policy, cutoffs)
    words = _say(facts, verdict, due_on)
    if facts.status is Status.DELETED and due_on is not None:
        last, today = due_on - timedelta(days=1), london_day(as_of)
        words += (say_way_back(session, row=row.Account, last=last, today=today),)
    return Explanation(
        account_id=account_id,
        address=row.Account.address,
        verdict=verdict,
        policy_version=policy.version,
        as_of=as_of,
        due_on=due_on,
        words=words,
    )


def find_account_id(session: Session, *, reader: Actor, address_key: str) -> int | None:
    """The account of an address, if the reader may see it."""
    return session.scalar(
        select(Account.account_id).where(
            Account.address_key == address_key,
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
    )


def find_due_day(facts: Facts, policy: Policy, cutoffs: Cutoffs) -> date | None:
    """The first London day on which the account is due by its clock alone."""
    began, key = _clock_of(facts, cutoffs)
    if began is None or key is None:
        return None
    first, length = london_day(began), policy[key]
    last = add_months(first, length) if key in _MONTHS else first + timedelta(days=length)
    return last + timedelta(days=1)


_MONTHS = {Key.SHARED_UNSENT_MONTHS, Key.DISABLED_KEPT_MONTHS}
_KEYS = {
    Status.LEAVER: Key.LEAVER_KEPT_DAYS,
    Status.INACTIVE: Key.INACTIVE_DELETED_AFTER_DAYS,
    Status.DISABLED: Key.DISABLED_KEPT_MONTHS,
    Status.DELETED: Key.RESTORE_WINDOW_DAYS,
}


def _clock_of(facts: Facts, cutoffs: Cutoffs) -> tuple[datetime | None, Key | None]:
    """When the clock of an account began, and the number it runs for."""
    if facts.status is Status.PENDING:
        return facts.counted_from, Key.PENDING_EXPIRES_DAYS
    if facts.status is not Status.ACTIVE:
        return facts.status_since, _KEYS.get(facts.status)
    if facts.kind is Kind.SHARED:
        sent = max(facts.counted_from, facts.last_sent_at or facts.counted_from)
        return sent, Key.SHARED_UNSENT_MONTHS
    is_judged = facts.kind is Kind.PERSON
    return find_idle_since(facts, cutoffs), Key.INACTIVE_AFTER_DAYS if is_judged else None


def _facts_of(row: Row[*tuple[Any, ...]]) -> Facts:
    account, frozen, administrator, owner, moving = tuple(row)
    return Facts(
        kind=Kind(account.kind),
        status=Status(account.status),
        status_since=account.status_since,
        counted_from=account.counted_from,
        last_sign_in_at=account.last_sign_in_at,
        last_sent_at=account.last_sent_at,
        last_password_at=account.last_password_at,
        spared_until=account.spared_until,
        is_service=account.is_service,
        is_held=account.hold_count > 0,
        is_operating=account.operation is not None,
        is_frozen=bool(frozen),
        is_sole_administrator=bool(administrator),
        is_sole_owner=bool(owner),
        is_moving=bool(moving),
        is_in_batch=account.batch_id is not None,
    )


def _say(facts: Facts, verdict: Verdict, due_on: date | None) -> tuple[str, ...]:
    since = (
        "" if facts.status_since is None else f" since {say_day(london_day(facts.status_since))}"
    )
    words = [f"The account is {STATUS_WORDS[facts.status].lower()}{since}."]
    after = LEADS_TO.get(verdict.reason)
    if verdict.reason is Reason.KIND_EXEMPT:
        words.append("Accounts of this kind are not judged by their use.")
    elif verdict.reason is Reason.PURGED:
        words.append("Nothing is left of it but its number.")
    elif after is None and due_on is not None:
        words.append(f"It is not due. If nothing changes, it is due on {say_day(due_on)}.")
    elif after is not None:
        first = "" if due_on is None else f" since {say_day(due_on)}"
        words.append(f"It is due{first} to become {STATUS_WORDS[after].lower()}.")
        if verdict.blocker is None:
            words.append("Nothing stands in the way: the next batch for this reason takes it.")
    if verdict.blocker is not None:
        words.append(f"It stays. {BLOCKER_WORDS[verdict.blocker]}")
    return tuple(words)
