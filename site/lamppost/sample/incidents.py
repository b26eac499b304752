"""The sample's HSSI log and BCDR calendar, written as the files the two probes read."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event

from lamppost.clock import LONDON, london_date
from lamppost.sample.readings import BadSpell

COLUMNS = (
    "ref", "title", "severity", "impact", "urgency", "components",
    "raised_at", "updated_at", "resolved_at", "state", "summary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleIncident:
    """A line of the log, and what the probes saw of it."""

    ref: str
    title: str
    severity: int
    impact: int
    urgency: int
    components: tuple[str, ...]
    raised_at: datetime
    lasted: timedelta
    summary: str
    probes: tuple[str, ...] = ()
    seconds: float | None = None

    def row(self) -> list[str]:
        """The line as the log has it."""
        ended_at = self.raised_at + self.lasted
        moments = [m.isoformat(timespec="seconds") for m in (self.raised_at, ended_at, ended_at)]
        words = [self.ref, self.title, str(self.severity), str(self.impact), str(self.urgency)]
        return [*words, ";".join(self.components), *moments, "resolved", self.summary]

    def spells(self) -> list[BadSpell]:
        """What the probes saw, from a little before it was raised to when it was over."""
        began_at = self.raised_at - timedelta(minutes=30)
        ended_at = self.raised_at + self.lasted - timedelta(minutes=20)
        return [BadSpell(probe, began_at, ended_at, self.seconds) for probe in self.probes]


def list_incidents(now: datetime) -> list[SampleIncident]:
    """Two of record and a few of the last weeks, told from today."""
    return [*_of_record(), *_of_late(now)]


def _of_record() -> list[SampleIncident]:
    return [
        SampleIncident(
            "INC0001116",
            "Mail delayed after a message to a very large distribution list",
            1, 1, 1,
            ("incoming-internet-email", "outgoing-internet-email", "internal-nhs-email"),
            datetime(2016, 11, 14, 8, 45, tzinfo=LONDON), timedelta(hours=56),
            "A message to a dynamic list meant for 1 organisation reached everybody, and replies "
            "to all followed. Mail was delayed by up to 3 hours. The list was switched off.",
        ),
        SampleIncident(
            "INC0003418",
            "Mail through the relay delivered late",
            2, 1, 3,
            ("incoming-internet-email", "outgoing-internet-email"),
            datetime(2018, 3, 6, 10, 20, tzinfo=LONDON), timedelta(hours=3, minutes=25),
            "Mail through the relay was delivered late. Queues cleared the same day.",
        ),
    ]  # fmt: skip


def _of_late(now: datetime) -> list[SampleIncident]:
    return [
        SampleIncident(
            "INC0026101",
            "Outlook Web Access unavailable",
            2, 2, 2,
            ("outlook-web-access",),
            _days_ago(now, 52, hour=14), timedelta(hours=1, minutes=10),
            "People could not open Outlook Web Access. Other ways to read mail worked.",
            ("owa",),
        ),
        SampleIncident(
            "INC0026544",
            "Internal mail delayed",
            2, 2, 2,
            ("internal-nhs-email",),
            _days_ago(now, 23, hour=9), timedelta(hours=2, minutes=40),
            "Mail between NHSmail accounts took several minutes. Nothing was lost.",
            ("internal",), 260.0,
        ),
        SampleIncident(
            "INC0026780",
            "Mail from the internet delayed",
            2, 1, 3,
            ("incoming-internet-email",),
            _days_ago(now, 3, hour=11), timedelta(hours=1, minutes=50),
            "Mail from outside arrived late because 1 of the receiving servers was slow. It was "
            "taken out of use.",
            ("incoming",), 420.0,
        ),
    ]  # fmt: skip


def _days_ago(now: datetime, days: int, *, hour: int) -> datetime:
    day = london_date(now) - timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, 20, tzinfo=LONDON)


def write_log(path: Path, incidents: list[SampleIncident]) -> None:
    """Write the log as a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(incident.row() for incident in incidents)
    path.write_text(text.getvalue(), encoding="utf-8")


def write_calendar(path: Path, now: datetime) -> None:
    """Write the BCDR calendar: the window of September 2018 and one ahead of today."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lamppost//Sample BCDR calendar//EN")
    calendar.add("version", "2.0")
    ahead = london_date(now) + timedelta(days=40)
    for uid, first, last, stamp in (
        ("bcdr-2018-09@lamppost.example", date(2018, 9, 21), date(2018, 9, 30), date(2018, 3, 28)),
        (
            f"bcdr-{ahead:%Y-%m}@lamppost.example",
            ahead,
            ahead + timedelta(days=4),
            london_date(now) - timedelta(days=12),
        ),
    ):
        event = Event()
        event.add("uid", uid)
        event.add("dtstamp", datetime(stamp.year, stamp.month, stamp.day, 9, tzinfo=LONDON))
        event.add("summary", "BCDR test")
        event.add("description", "We expect no effect on people who use mail.")
        event.add("categories", ["BCDR"])
        event.add("dtstart", first)
        event.add("dtend", last + timedelta(days=1))
        calendar.add_component(event)
    path.write_bytes(calendar.to_ical())
