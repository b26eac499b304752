"""What a list may be called, whose approval it needs, and what stops it later; in tables."""

import pytest

from postmaster.accounts.rules import Kind
from postmaster.groups.conditions import (
    Condition,
    find_condition_fault,
    read_condition,
    write_condition,
)
from postmaster.groups.rules import (
    NEXT,
    Facts,
    Limits,
    ListKind,
    ListStatus,
    decide_needs,
    find_hold,
    find_name_fault,
    find_step_fault,
    make_address,
)
from postmaster.groups.wanted import Wanted, fold_addresses, read_wanted, write_wanted
from postmaster.policy.numbers import Key, list_presets

NUMBERS = {number.key: number.value for number in list_presets()[0].numbers}
LIMITS = Limits(
    NUMBERS[Key.LIST_NAMED_SENDERS_OVER],
    NUMBERS[Key.LIST_TENANT_APPROVAL_OVER],
    NUMBERS[Key.LIST_NAME_MAX_LENGTH],
)


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("a" * 49, Key.LIST_NAME_MAX_LENGTH, None),
        ("a" * 50, Key.LIST_NAME_MAX_LENGTH, "49 characters or fewer. It has 50"),
        ("a" * 14, Key.LIST_USER_NAME_MAX_LENGTH, None),
        ("a" * 15, Key.LIST_USER_NAME_MAX_LENGTH, "14 characters or fewer. It has 15"),
        ("all staff", Key.LIST_NAME_MAX_LENGTH, "blanks"),
        ("all-staff", Key.LIST_NAME_MAX_LENGTH, "'-'"),
        ("straße", Key.LIST_NAME_MAX_LENGTH, "'ß'"),
        ("Ward4", Key.LIST_NAME_MAX_LENGTH, None),
        ("", Key.LIST_NAME_MAX_LENGTH, "Enter the name"),
    ],
)
def test_a_name_is_letters_and_digits_up_to_what_the_policy_says(
    name: str, key: Key, words: str | None
) -> None:
    fault = find_name_fault(name, NUMBERS[key])

    assert (fault is None) if words is None else words in (fault or "")


def test_an_address_is_the_short_code_and_the_name() -> None:
    assert make_address("larkmoor", "Ward4") == "larkmoor.ward4@nhs.net"


@pytest.mark.parametrize(
    ("before", "after", "senders", "approvals", "fault"),
    [
        (0, 500, False, ["owner"], None),
        (0, 501, False, [], "Name who may send"),
        (0, 501, True, ["owner"], None),
        (0, 50_000, True, ["owner"], None),
        (0, 50_001, True, ["owner", "tenant"], None),
        (50_001, 50_002, True, ["owner", "tenant"], None),
        (50_001, 10, True, ["owner", "tenant"], None),
        (50_000, 50_000, True, ["owner"], None),
    ],
)
def test_over_500_needs_named_senders_and_over_50000_a_tenant_at_every_change(
    before: int, after: int, *, senders: bool, approvals: list[str], fault: str | None
) -> None:
    facts = Facts(ListKind.STATIC, before, after, has_senders=senders, is_everyone=False)

    needs = decide_needs(facts, "RX1", LIMITS)

    assert [one.seat.value for one in needs.approvals] == approvals
    assert (fault or "") in (needs.fault or "")
    assert (needs.fault is None) == (fault is None)


@pytest.mark.parametrize(
    ("kind", "seats", "approvals"),
    [
        (ListKind.DYNAMIC, {"09Y", "RX2"}, [("owner", "RX1"), ("organisation", "09Y"),
                                            ("organisation", "RX2")]),
        (ListKind.STATIC, {"09Y", "RX2"}, [("owner", "RX1")]),
    ],
)  # fmt: skip
def test_a_rule_over_several_organisations_needs_each_of_them(
    kind: ListKind, seats: set[str], approvals: list[tuple[str, str]]
) -> None:
    facts = Facts(kind, 0, 9, has_senders=False, is_everyone=False, seats=seats)

    needs = decide_needs(facts, "RX1", LIMITS)

    assert [(one.seat.value, one.organisation) for one in needs.approvals] == approvals


def test_everybody_is_refused_and_a_tenant_needs_another_tenant() -> None:
    facts = {"kind": ListKind.DYNAMIC, "before": 0, "after": 9, "has_senders": True}

    asked = decide_needs(Facts(**facts, is_everyone=True), "RX1", LIMITS)  # type: ignore[arg-type]  # a table
    tenant = decide_needs(
        Facts(**facts, is_everyone=True, asker_is_tenant=True, seats={"RX2"}),  # type: ignore[arg-type]  # a table
        "RX1",
        LIMITS,
    )

    assert "every organisation" in (asked.fault or "")
    assert [one.seat.value for one in tenant.approvals] == ["owner", "tenant"]


def test_who_is_on_it_changes_without_the_owners_approval() -> None:
    facts = Facts(ListKind.STATIC, 3, 4, has_senders=False, is_everyone=False, is_settled=True)

    assert decide_needs(facts, "RX1", LIMITS).approvals == ()


@pytest.mark.parametrize(
    ("recipients", "senders", "everyone", "tenants", "held"),
    [
        (500, False, False, False, None),
        (501, False, False, False, "named senders"),
        (501, True, False, False, None),
        (50_001, True, False, False, "tenant administrator"),
        (50_001, True, False, True, None),
        (20, True, True, False, "every organisation"),
        (20, True, True, True, None),
    ],
)
def test_a_list_that_outgrew_its_approval_resolves_to_nobody(
    recipients: int, *, senders: bool, everyone: bool, tenants: bool, held: str | None
) -> None:
    found = find_hold(
        recipients, has_senders=senders, is_everyone=everyone, is_tenants=tenants, limits=LIMITS
    )

    assert (found is None) if held is None else held in (found or "")


def test_each_state_is_followed_by_the_next_ones_alone() -> None:
    for before in ListStatus:
        for after in ListStatus:
            assert (find_step_fault(before, after) is None) == (after in NEXT[before])


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        (Condition(), "organisations"),
        (Condition(("RX1",), is_everywhere=True), "organisations"),
        (Condition(tuple(f"Y{n:05}" for n in range(201))), "organisations"),
        (Condition(("RX1",), kinds=()), "kinds"),
        (Condition(("RX1",), job_title="x" * 101), "job_title"),
        (Condition(("RX1",)), None),
        (Condition(is_everywhere=True), None),
    ],
)
def test_a_rule_says_whose_accounts_it_takes(condition: Condition, field: str | None) -> None:
    fault = find_condition_fault(condition)

    assert (fault[1] if fault else None) == field


def test_what_is_wanted_comes_back_as_it_was_kept() -> None:
    condition = Condition(("RX1", "RX2"), takes_under=True, kinds=(Kind.SHARED,), job_title="Nurse")
    wanted = Wanted("Words", is_hidden=True, condition=condition, senders=("a@nhs.net",), end=(3,))

    assert read_condition(write_condition(condition)) == condition
    assert read_wanted(write_wanted(wanted)) == wanted
    assert fold_addresses("A@nhs.net, b@nhs.net\n a@NHS.net;") == ("a@nhs.net", "b@nhs.net")
