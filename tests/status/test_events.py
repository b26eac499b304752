"""The feeds' events: one per update or announcement, with ids that never change."""

from datetime import date, timedelta

from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import add_change, add_release, add_window, import_hssi_rows
from lamppost.status.notices import ReleaseState, StatusEvent
from lamppost.status.reads import list_status_events
from status_rows import NINE, define, hssi_row, some

HOUR = timedelta(hours=1)


def events(engine: Engine, limit: int = 50) -> tuple[StatusEvent, ...]:
    with read_only(engine) as session:
        return list_status_events(session, limit=limit)


def announce(engine: Engine, *, hours: int = 0, **release: object) -> None:
    now = NINE + hours * HOUR
    first, last = date(2018, 9, 21), date(2018, 9, 30)
    with unit_of_work(engine) as session:
        add_window(session, uid="w", title="BCDR test", starts_on=first, ends_on=last, now=now)
        add_change(session, ref="C", title="Patch", starts_at=NINE, ends_at=NINE + HOUR, now=now)
        add_release(
            session, ref="R", name="April", planned_on=date(2018, 4, 4), now=now,
            **release,  # type: ignore[arg-type]  # the action's own names
        )  # fmt: skip


def test_every_hssi_update_is_an_event_of_its_own(engine: Engine) -> None:
    define(engine, some(1))
    for number in range(3):
        row = hssi_row(updated_at=NINE + number * HOUR, summary=f"Part {number}.")
        with unit_of_work(engine) as session:
            import_hssi_rows(session, rows=[row], source="log", now=NINE)

    assert [event.tag_name for event in events(engine)] == [
        "hssi/INC1/3",
        "hssi/INC1/2",
        "hssi/INC1/1",
    ]
    newest = events(engine)[0]
    assert newest.title == "INC1: Relay delivery delays (severity 2, high)"
    assert newest.text == "Summary updated. Part 2."
    assert (newest.path, newest.published_at) == ("/status/incidents/INC1/", NINE + 2 * HOUR)


def test_windows_changes_and_releases_are_announced(engine: Engine) -> None:
    announce(engine, is_month_only=True)

    assert {event.tag_name: (event.title, event.text) for event in events(engine)} == {
        "window/w": ("BCDR test", "21 to 30 September 2018."),
        "change/C": (
            "Planned change: Patch",
            "From 9 April 2018 at 9am BST to 9 April 2018 at 10am BST.",
        ),
        "release/R": ("Portal release: April", "Planned for April 2018."),
    }


def test_a_changed_announcement_keeps_its_id_and_when_it_was_published(engine: Engine) -> None:
    announce(engine)
    before = {event.tag_name: event for event in events(engine)}
    announce(engine, hours=5, state=ReleaseState.LIVE, live_at=NINE)
    after = {event.tag_name: event for event in events(engine)}

    assert before.keys() == after.keys()
    assert {event.published_at for event in after.values()} == {NINE}
    assert after["release/R"].updated_at == NINE + 5 * HOUR
    assert after["release/R"].text == "Live since 9 April 2018 at 9am BST."


def test_the_newest_come_first_and_no_more_than_asked(engine: Engine) -> None:
    announce(engine)

    assert len(events(engine, limit=2)) == 2
    moments = [event.updated_at for event in events(engine)]
    assert moments == sorted(moments, reverse=True)
