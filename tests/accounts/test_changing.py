"""A name, a number, a title and a mobile changed by hand, by the checks that files meet too."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.changing import change_details, check_details
from postmaster.accounts.details import Details, fold_details
from postmaster.accounts.rules import AccountError, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.audit.tables import AuditDetail, AuditEntry
from postmaster.uploads.rules import Layout, read_row

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
LA = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX2"),), "RX2")
ANN = Details("ÓRME, Ann", "007", "Nurse", "+44 7700 900123")


@pytest.fixture
def here(sqlite_engine: Engine) -> Estate:
    return make_estate(sqlite_engine, now=NOW)


def change(
    estate: Estate, account_id: int, details: Details, *, by: Actor = LA, is_another: bool = False
) -> tuple[str, ...]:
    with unit_of_work(estate.engine) as session:
        return change_details(
            session, account_id=account_id, details=details, is_another=is_another, by=by, now=NOW
        )


def test_what_changed_is_stored_folded_found_and_audited_apart_from_what_is_personal(
    here: Estate,
) -> None:
    ann = here.add("ann@nhs.net", at=MADE)

    assert change(here, ann, ANN) == ("name", "external_id", "job_title", "mobile")
    row = here.get(ann)
    assert (row.name, row.name_key, row.mobile) == ("ÓRME, Ann", "orme, ann", "07700900123")
    assert (row.external_id, row.job_title, row.revision) == ("007", "Nurse", 3)
    assert row.status_since == row.counted_from == MADE
    assert change(here, ann, ANN) == ()
    assert here.get(ann).revision == 3
    assert change(here, ann, Details("ÓRME, Ann", "007")) == ("job_title", "mobile")
    assert here.get(ann).mobile is None
    with read_only(here.engine) as session:
        entries = session.execute(
            select(AuditEntry.changes, AuditDetail.detail)
            .join(AuditDetail, AuditDetail.entry_id == AuditEntry.entry_id)
            .where(AuditEntry.action == "accounts.change")
            .order_by(AuditEntry.entry_id)
        ).all()
    assert [json.loads(row[0] or "")["fields"][1] for row in entries] == [
        "name external_id job_title mobile", "job_title mobile",
    ]  # fmt: skip
    assert "Nurse" not in (entries[1][0] or "")
    assert json.loads(entries[1][1] or "")["job_title_before"] == "Nurse"


@pytest.mark.parametrize(
    ("details", "field", "words"),
    [
        (Details(""), "name", "Enter the name"),
        (Details("=cmd"), "name", "runs as a formula"),
        (Details("A\u202eB"), "name", "cannot be printed"),
        (Details("N" * 257), "name", "256 characters or fewer"),
        (Details("N", "9" * 65), "external_id", "64 characters or fewer"),
        (Details("N", "@1"), "external_id", "runs as a formula"),
        (Details("N", "1", "J" * 101), "job_title", "100 characters or fewer"),
        (Details("N", "1", "", "7700900123"), "mobile", "lost its leading zero"),
        (Details("N", "1", "", "+33 6 12 34 56 78"), "mobile", "is no UK mobile"),
        (Details("N", "1", "", "02079460000"), "mobile", "is no UK mobile"),
    ],
)
def test_a_mistake_is_refused_in_the_panel_as_in_a_file(
    details: Details, field: str, words: str
) -> None:
    with pytest.raises(AccountError, match=words) as refused:
        check_details(fold_details(details), Kind.PERSON)
    assert refused.value.field == field
    cells = (
        "", "ann@nhs.net", details.name, "user", "RX2", details.external_id, details.job_title,
        details.mobile,
    )  # fmt: skip
    row = read_row(Layout.NEW, 2, cells, organisation="RX2", faults=())
    assert words in (row.fault or "")


def test_one_person_has_one_account(here: Estate) -> None:
    ann, bob = here.add("ann@nhs.net", at=MADE), here.add("bob@nhs.net", at=MADE)
    far = here.add("far@nhs.net", at=MADE, organisation="RX3")
    change(here, ann, ANN)
    with pytest.raises(AccountError, match="has this local number"):
        change(here, bob, Details("Bob", "007"))
    with pytest.raises(AccountError, match="Somebody of this name has the account ann"):
        change(here, bob, Details("Orme,  Ann"))
    assert change(here, bob, Details("Orme, Ann"), is_another=True) == ("name",)
    # Whoever has the name already may change the rest without being asked again.
    assert change(here, bob, Details("Orme, Ann", "008")) == ("external_id",)
    assert change(here, far, ANN, by=BY) == ("name", "external_id", "job_title", "mobile")


def test_a_mailbox_has_its_own_rule_for_names_and_nothing_of_a_person(here: Estate) -> None:
    box = here.add("box@nhs.net", at=MADE, kind=Kind.SHARED)
    assert change(here, box, Details("Ward 4; (North)", "", "Nurse")) == ("name",)
    assert here.get(box).job_title is None
    with pytest.raises(AccountError, match="Take '!' out"):
        change(here, box, Details("Ward!"))


def test_nobody_changes_a_deleted_account_or_one_of_another_organisation(here: Estate) -> None:
    ann, far = (
        here.add("ann@nhs.net", at=MADE),
        here.add("far@nhs.net", at=MADE, organisation="RX3"),
    )
    with unit_of_work(here.engine) as session:
        session.get_one(Account, ann).status = Status.DELETED
    with pytest.raises(AccountError, match="Restore it first"):
        change(here, ann, ANN)
    with pytest.raises(RefusedError):
        change(here, far, ANN)
