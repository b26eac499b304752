"""`lamppost closures …`: a worklist seen, previewed, worked and taken back without a browser."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from closing import NOW, Closing, make_closing
from estate import BY
from lamppost.cli import root
from lamppost.cli.closure_words import stop_unless_settled
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings
from postmaster.access.actions import grant_role
from postmaster.access.reads import list_grants
from postmaster.access.roles import Role
from postmaster.accounts.mailboxes import give_mailbox
from postmaster.accounts.rules import Kind, MemberRole, Status
from postmaster.closures.rules import Outcome

Run = Callable[..., Result]


@pytest.fixture
def closing(sqlite_engine: Engine) -> Closing:
    return make_closing(sqlite_engine)


@pytest.fixture
def run(settings: Settings, closing: Closing, monkeypatch: pytest.MonkeyPatch) -> Run:
    assert settings.storage_url() == str(closing.engine.url)
    monkeypatch.setenv("LAMPPOST_DATA", str(settings.data))

    def call(*words: str) -> Result:
        return CliRunner().invoke(root, ["closures", *words])

    return call


def test_a_worklist_is_shown_previewed_settled_and_taken_back(run: Run, closing: Closing) -> None:
    ann, bob = closing.add("ann@nhs.net", "A81001"), closing.add("bob@nhs.net", "A81001")
    box = closing.add("box@nhs.net", "A81001", Kind.SHARED)
    closing.close("A81001", "A81002")

    listed = json.loads(run("list", "--json").stdout)
    assert (listed["undecided"], listed["organisations"][0]["ods_code"]) == (3, "A81001")
    assert "3 accounts in closed organisations need an outcome." in run("list").stdout
    shown = json.loads(run("show", "a81001", "--json").stdout)
    assert shown["took_over"] == ["A81002"]
    assert [(one["address"], one["standing"]) for one in shown["accounts"]] == [
        ("ann@nhs.net", "undecided"), ("bob@nhs.net", "undecided"), ("box@nhs.net", "undecided"),
    ]  # fmt: skip

    words = ("settle", "A81001", "transfer", "--to", "a81002", "--kind", "person")
    preview = run(*words)
    assert "Transfer to another organisation: 2 accounts." in preview.stdout
    assert "Nothing is written yet; add --yes." in preview.stdout
    document = json.loads(run(*words, "--json").stdout)
    assert (document["total"], document["is_written"]) == (2, False)
    assert closing.home(ann) == "A81001"

    done = run(*words, "--yes", "--json")
    assert done.exit_code == 0, done.output
    plan = json.loads(done.stdout)
    assert (plan["state"], plan["states"]["done"]) == ("done", 2)
    assert [closing.home(one) for one in (ann, bob, box)] == ["A81002", "A81002", "A81001"]
    assert "transfer to A81002, done" in run("show", "A81001").stdout

    number = str(plan["plan_id"])
    assert "add --yes" in run("undo", number).stdout
    assert closing.home(ann) == "A81002"
    back = run("undo", number, "--yes")
    assert (back.exit_code, "undone" in back.stdout) == (0, True)
    assert closing.home(ann) == "A81001"


def test_leavers_keepers_and_what_is_given_up(run: Run, closing: Closing) -> None:
    ann, bob = closing.add("ann@nhs.net", "A81001"), closing.add("bob@nhs.net", "A81001")
    box, app = (
        closing.add("box@nhs.net", "A81001", Kind.SHARED),
        closing.add("app@nhs.net", "A81001", Kind.APPLICATION),
    )
    closing.add("eve@nhs.net", "A81003")
    with unit_of_work(closing.engine) as session:
        give_mailbox(
            session, mailbox_id=box, address="eve@nhs.net", role=MemberRole.OWNER, by=BY, now=NOW
        )
    closing.close("A81001")

    one = run("settle", "A81001", "leaver", "--account", "Ann@nhs.net", "--yes")
    kept = run("settle", "A81001", "keep", "--kind", "shared", "--yes")
    rest = run("settle", "A81001", "delete", "--account", "app@nhs.net", "--yes")

    assert [answer.exit_code for answer in (one, kept, rest)] == [0, 0, 0]
    assert [closing.estate.status(number) for number in (ann, bob, app)] == [
        Status.LEAVER, Status.ACTIVE, Status.INACTIVE,
    ]  # fmt: skip
    assert closing.home(box) == "A81003"


def test_roles_are_ended_or_held_for_who_took_over(run: Run, closing: Closing) -> None:
    with unit_of_work(closing.engine) as session:
        grant_role(
            session, person_id="ann", address_key="ann@nhs.net", role=Role.LOCAL_HELPDESK,
            scope="A81001", by=BY, now=NOW,
        )  # fmt: skip
    closing.close("A81001", "A81002")

    asked = run("roles", "A81001", "--to", "A81002")
    scopes = [_scopes(closing)]
    done = run("roles", "A81001", "--to", "A81002", "--yes")
    scopes.append(_scopes(closing))

    assert "1 role would be settled. Nothing is written yet" in asked.stdout
    assert done.stdout == "1 role settled.\n"
    assert scopes == [["A81001"], ["A81002"]]
    assert "No role is held for it" in run("roles", "A81001", "--yes").stderr


def _scopes(closing: Closing) -> list[str | None]:
    with read_only(closing.engine) as session:
        return [grant.scope for grant in list_grants(session, person_id="ann")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "NOPE1"), "There is no organisation NOPE1. Check the code."),
        (("settle", "A81003", "leaver"), "The organisation is open"),
        (("settle", "A81001", "transfer"), "Name where the accounts go. Use A81002"),
        (("settle", "A81001", "transfer", "--to", "RX9"), "Use A81002, which took over"),
        (("settle", "A81001", "leaver", "--account", "eve@nhs.net"), "A81001 has no account eve@"),
        (("settle", "A81001", "leaver", "--yes"), "There is no account it could be done to"),
        (("settle", "A81001", "vanish"), "is not one of"),
        (("undo", "99"), "There is no such outcome"),
        (("roles", "A81001", "--to", "RX1"), "RX1 did not take over. Use A81002"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do_and_exit_2(
    run: Run, closing: Closing, words: tuple[str, ...], said: str
) -> None:
    closing.close("A81001", "A81002")
    answer = run(*words)
    assert (answer.exit_code, said in answer.stderr) == (2, True), answer.stderr


def test_an_outcome_that_stands_still_is_a_finding(run: Run, closing: Closing) -> None:
    closing.add("ann@nhs.net", "A81001")
    closing.close("A81001", "A81002")
    plan_id = closing.decide("A81001", Outcome.TRANSFER, target="A81002")
    closing.close("A81002", "A81003")

    with pytest.raises(SystemExit, match="1"):
        stop_unless_settled(closing.run(plan_id))

    assert "paused. A81002 takes no accounts any more" in run("show", "A81001").stdout
