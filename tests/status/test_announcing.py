"""Subscribers are told each update once, of the parts they chose, in the words of the preview."""

from lamppost.status.announcing import list_announcements
from lamppost.status.hssis.drafts import Ask
from lamppost.status.plans.changes import schedule_change
from lamppost.status.plans.issues import open_issue
from lamppost.status.plans.texts import ChangeText, IssueText
from lamppost.subscribers.rules import Choice, Kind
from status_desk import DAY, HOUR, MINUTE, Desk, a_text
from status_rows import NINE

SITE = "https://status.example"


def test_each_update_is_one_message_that_says_what_was_true_then(desk: Desk) -> None:
    desk.put_up(now=NINE + MINUTE, raised_at=NINE)
    desk.resolve(now=NINE + HOUR, summary="Over.")

    told = desk.ask(list_announcements, after=NINE, base_url=SITE)

    assert [at for at, _ in told] == [NINE + MINUTE, NINE + HOUR]
    first, last = (one for _, one in told)
    assert first.subject == "INC1 - HSSI - INVESTIGATING: Mail is late"
    assert first.text.startswith("INVESTIGATING - Mail from outside is late.")
    assert last.text.startswith("RESOLVED - Over.")
    assert f"{SITE}/status/incidents/INC1/" in last.text
    assert first.choices == {Choice(Kind.COMPONENT, "c0")}
    assert len({first.key, last.key}) == 2
    assert desk.ask(list_announcements, after=NINE + HOUR, base_url=SITE) == []


def test_what_is_under_embargo_is_told_to_nobody(desk: Desk) -> None:
    desk.put_up(a_text(impact=1, urgency=1))
    desk.put_up(ref="INC2", ask=Ask(publish_at=NINE + HOUR))

    assert desk.ask(list_announcements, after=NINE - DAY, base_url=SITE) == []


def test_a_change_goes_to_those_of_its_parts_and_a_known_issue_to_everybody(desk: Desk) -> None:
    work = ChangeText("Disks", NINE + DAY, NINE + DAY + HOUR, effects={"c1": "slow"})
    desk.do(schedule_change, ref="C1", text=work)
    issue = IssueText("Slow search", "Portal", "Search takes minutes.")
    desk.do(open_issue, ref="K1", text=issue, now=NINE + MINUTE)

    (_, change), (_, known) = desk.ask(list_announcements, after=NINE - DAY, base_url=SITE)

    assert change.choices == {Choice(Kind.COMPONENT, "c1")}
    assert len(known.choices) == 7
    assert "From 10 April 2018 at 9am BST to 10 April 2018 at 10am BST" in change.text
