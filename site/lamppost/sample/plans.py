"""The sample's releases and changes: what was, and one of each ahead of today."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from lamppost.clock import LONDON, london_date
from lamppost.sample.readings import BadSpell
from lamppost.status.actions import add_change, add_release
from lamppost.status.notices import ItemKind, ReleaseItem, ReleaseState

APRIL_2018 = (
    "Sent items of a shared mailbox are kept in the shared mailbox.",
    "Resetting your own password also unlocks a locked account.",
    "Answers to security questions match in capital or small letters.",
    "A group made from a static distribution list can have SMTP, POP and IMAP over the internet.",
)


def add_plans(session: Session, *, now: datetime) -> None:
    """Put the sample's releases and changes on the schedule."""
    add_release(
        session,
        ref="portal-2018-03",
        name="Portal release, March 2018",
        planned_on=date(2018, 3, 16),
        live_at=datetime(2018, 3, 16, 18, 0, tzinfo=UTC),
        state=ReleaseState.LIVE,
        summary="New functions and mended defects.",
        now=datetime(2018, 3, 1, 9, 0, tzinfo=UTC),
    )
    add_release(
        session,
        ref="portal-2018-04",
        name="Portal release, April 2018",
        planned_on=date(2018, 4, 1),
        is_month_only=True,
        state=ReleaseState.LIVE,
        summary="Planned for April 2018. The day it went live is not on record.",
        items=[ReleaseItem(ItemKind.FEATURE, words) for words in APRIL_2018],
        now=datetime(2018, 4, 9, 8, 0, tzinfo=UTC),
    )
    _add_recent_release(session, now)
    _add_coming_release(session, now)
    _add_changes(session, now)


def _add_recent_release(session: Session, now: datetime) -> None:
    day = london_date(now) - timedelta(days=18)
    add_release(
        session,
        ref=f"portal-{day:%Y-%m-%d}",
        name="Portal release",
        planned_on=day,
        live_at=datetime(day.year, day.month, day.day, 18, tzinfo=LONDON),
        state=ReleaseState.LIVE,
        summary="Mended defects.",
        items=[ReleaseItem(ItemKind.FIX, "The list of joiners sorts by date again.")],
        now=now - timedelta(days=32),
    )


def _add_coming_release(session: Session, now: datetime) -> None:
    month = (london_date(now).replace(day=1) + timedelta(days=40)).replace(day=1)
    add_release(
        session,
        ref=f"portal-{month:%Y-%m}",
        name="Portal release",
        planned_on=month,
        is_month_only=True,
        summary="The day will be announced here.",
        items=[ReleaseItem(ItemKind.FEATURE, "The mailbox report can be filtered by status.")],
        now=now - timedelta(days=4),
    )


def portal_patch(now: datetime) -> tuple[datetime, datetime]:
    """Planned maintenance in a month that is over, announced in time; it failed for a while."""
    day = london_date(now) - timedelta(days=45)
    starts_at = datetime(day.year, day.month, day.day, 22, tzinfo=LONDON)
    return starts_at, starts_at + timedelta(hours=4)


def planned_spells(now: datetime) -> list[BadSpell]:
    """What the probes saw of planned changes."""
    starts_at, _ = portal_patch(now)
    begun = starts_at + timedelta(hours=1)
    return [BadSpell("portal", begun, begun + timedelta(minutes=50), None)]


def _add_changes(session: Session, now: datetime) -> None:
    starts_at, ends_at = portal_patch(now)
    add_change(
        session,
        ref="CHG0007655",
        title="New database servers of the Portal",
        starts_at=starts_at,
        ends_at=ends_at,
        components=["portal"],
        impact="The Portal may be away for some of the time.",
        has_impact=True,
        summary="It was away for 50 minutes.",
        now=starts_at - timedelta(days=14),
    )
    for days, ref, title, component, impact in (
        (-9, "CHG0007702", "New certificates on the relay", "outgoing-internet-email", "None"),
        (9, "CHG0007731", "Portal maintenance", "portal", "The Portal may be slow for 2 hours."),
    ):
        day = london_date(now) + timedelta(days=days)
        starts_at = datetime(day.year, day.month, day.day, 22, tzinfo=LONDON)
        add_change(
            session,
            ref=ref,
            title=title,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            components=[component],
            impact=impact,
            has_impact=impact != "None",
            now=now - timedelta(days=14),
        )
