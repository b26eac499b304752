"""A month's resets shared out by channel, their rate, and who may be reset at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmaster.access.actors import Actor, ActorKind, Grant, Target, operator
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind, Status
from postmaster.credentials.resets.rules import (
    Channel,
    Deed,
    Standing,
    channel_of,
    find_deed_fault,
    find_reset_fault,
    rate_of,
    say_share,
    share_out,
)

COUNTS = st.integers(0, 10_000)
SELF, LOCAL, NATIONAL = Channel


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ((29, 165, 6), ("14.5%", "82.5%", "3%")),
        ((1, 1, 1), ("33.4%", "33.3%", "33.3%")),
        ((0, 5, 0), ("0%", "100%", "0%")),
        ((2, 2, 2), ("33.4%", "33.3%", "33.3%")),
        ((1, 2, 4), ("14.3%", "28.6%", "57.1%")),
    ],
)
def test_a_month_is_shared_out_by_largest_remainder(
    counts: tuple[int, int, int], shares: tuple[str, str, str]
) -> None:
    found = share_out(dict(zip(Channel, counts, strict=True)))

    assert tuple(say_share(found[channel]) for channel in Channel) == shares
    assert sum(found.values()) == Decimal("100.0")


def test_a_month_without_resets_has_no_shares_and_divides_nothing() -> None:
    assert share_out({}) == {}
    assert share_out(dict.fromkeys(Channel, 0)) == {}
    assert rate_of(0, 0) is None
    assert rate_of(29, 2000) == Decimal("14.5")


@given(counts=st.fixed_dictionaries(dict.fromkeys(Channel, COUNTS)))
def test_shares_make_exactly_a_hundred_and_none_is_a_tenth_off(counts: dict[Channel, int]) -> None:
    shares, total = share_out(counts), sum(counts.values())
    if total == 0:
        assert shares == {}
        return
    assert sum(shares.values()) == 100
    for channel, share in shares.items():
        assert abs(share - Decimal(100 * counts[channel]) / total) < Decimal("0.1")


def standing(status: Status = Status.ACTIVE, kind: Kind = Kind.PERSON, **more: bool) -> Standing:
    said = {
        "is_blocked": False,
        "is_locked": False,
        "is_due": False,
        "has_accepted": True,
        "has_questions": True,
    }
    return Standing(kind=kind, status=status, **{**said, **more})


@pytest.mark.parametrize(
    ("account", "can"),
    [
        (standing(), True),
        (standing(is_locked=True), True),
        (standing(Status.INACTIVE), True),
        (standing(Status.LEAVER), True),
        (standing(Status.LEAVER, is_due=True), False),
        (standing(Status.LEAVER, is_blocked=True), False),
        (standing(Status.DISABLED), False),
        (standing(Status.DELETED), False),
        (standing(Status.PURGED), False),
        (standing(kind=Kind.APPLICATION), True),
        (standing(kind=Kind.SHARED), False),
        (standing(kind=Kind.RESOURCE), False),
    ],
)
def test_a_reset_is_for_whoever_could_sign_in_by_the_table_of_effects(
    account: Standing, *, can: bool
) -> None:
    assert (find_reset_fault(account) is None) is can


@pytest.mark.parametrize(
    ("deed", "account", "can"),
    [
        (Deed.UNLOCK, standing(), False),
        (Deed.UNLOCK, standing(is_locked=True), True),
        (Deed.UNLOCK, standing(Status.DISABLED, is_locked=True), True),
        (Deed.CLEAR, standing(), True),
        (Deed.CLEAR, standing(has_questions=False), False),
        (Deed.CLEAR, standing(has_accepted=False), False),
        (Deed.CLEAR, standing(is_locked=True), False),
        (Deed.CLEAR, standing(Status.DISABLED), False),
        (Deed.CLEAR, standing(Status.DELETED), False),
    ],
)
def test_what_staff_can_do_depends_on_where_the_account_stands(
    deed: Deed, account: Standing, *, can: bool
) -> None:
    assert (find_deed_fault(deed, account) is None) is can


@pytest.mark.parametrize(
    ("role", "scope", "channel"),
    [
        (Role.LOCAL_HELPDESK, "RX1", LOCAL),
        (Role.LOCAL_ADMINISTRATOR, "RX1", LOCAL),
        (Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX0", LOCAL),
        (Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY", LOCAL),
        (Role.NATIONAL_HELPDESK, None, NATIONAL),
        (Role.TENANT_ADMINISTRATOR, None, NATIONAL),
    ],
)
def test_the_channel_of_staff_is_that_of_the_role_that_reaches_the_account(
    role: Role, scope: str | None, channel: Channel
) -> None:
    account = Target("account", "1", "RX1", frozenset({"RX1", "RX0", "NHSPHARMACY"}))

    assert channel_of(Actor(ActorKind.PERSON, "p", (Grant(role, scope),)), account) is channel
    assert channel_of(operator("shell"), account) is NATIONAL
