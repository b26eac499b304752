"""A policy and a moment, turned into the moments stored clocks are compared with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from postmaster.days import first_day_reaching, london_day, start_of
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Every limit as a UTC moment: what began before it is due, what began at it is not.

    A leaver kept 30 days is due from day 31: on 9 April one marked on 10 March is at day 30 and
    not due, one marked on 9 March is. The three flags say which uses count against idleness.
    """

    as_of: datetime
    today: date
    policy_version: str
    leaver_before: datetime
    idle_before: datetime
    inactive_before: datetime
    disabled_before: datetime
    unsent_before: datetime
    pending_before: datetime
    deleted_before: datetime
    counts_sign_in: bool
    counts_sending: bool
    counts_password: bool


def make_cutoffs(policy: Policy, *, as_of: datetime) -> Cutoffs:
    """The cut-offs of a policy at a moment."""
    today = london_day(as_of)

    def days(key: Key) -> datetime:
        return start_of(today - timedelta(days=policy[key]))

    def months(key: Key) -> datetime:
        return start_of(first_day_reaching(today, policy[key]))

    return Cutoffs(
        as_of=as_of,
        today=today,
        policy_version=policy.version,
        leaver_before=days(Key.LEAVER_KEPT_DAYS),
        idle_before=days(Key.INACTIVE_AFTER_DAYS),
        inactive_before=days(Key.INACTIVE_DELETED_AFTER_DAYS),
        disabled_before=months(Key.DISABLED_KEPT_MONTHS),
        unsent_before=months(Key.SHARED_UNSENT_MONTHS),
        pending_before=days(Key.PENDING_EXPIRES_DAYS),
        deleted_before=days(Key.RESTORE_WINDOW_DAYS),
        counts_sign_in=bool(policy[Key.SIGN_IN_COUNTS]),
        counts_sending=bool(policy[Key.SENDING_COUNTS]),
        counts_password=bool(policy[Key.PASSWORD_COUNTS]),
    )
