"""The service as its pages show it, each row made by the status room's own actions in one line."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from lamppost.database import unit_of_work
from lamppost.status.actions import add_change, add_release, add_window, import_hssi_rows
from lamppost.status.notices import ItemKind, ReleaseItem, ReleaseState
from status_rows import (
    NINE,
    AComponent,
    AProbe,
    SomeDefinitions,
    define,
    hssi_row,
    run_of,
    storing,
)

INCOMING, PORTAL = "incoming-internet-email", "portal"
NAMES = (
    (INCOMING, "Incoming internet email", "Email gateway"),
    ("outgoing-internet-email", "Outgoing internet email", "Email gateway"),
    ("internal-nhs-email", "Internal NHS email", "Email gateway"),
    (PORTAL, "Portal (administration tools)", "NHSmail"),
    ("outlook-web-access", "Outlook Web Access", "NHSmail"),
    ("email-client-access", "Email client access", "NHSmail"),
    ("mobile-access", "Mobile and tablet access", "NHSmail"),
)
INTERVAL = timedelta(minutes=5)


def define_service(engine: Engine, names: Sequence[tuple[str, str, str]] = NAMES) -> None:
    """These components, each with one probe of its own name."""
    components = [AComponent(*one, order) for order, one in enumerate(names)]
    probes = [
        AProbe(slug, slug, "relay_delay" if group == "Email gateway" else "http")
        for slug, _name, group in names
    ]
    define(engine, SomeDefinitions(components, probes))


def measure(
    engine: Engine, letters: str, *slugs: str, until: datetime = NINE, step: timedelta = INTERVAL
) -> None:
    """Readings of these components or of all, the last at `until`; the letters of `run_of`."""
    start = until - (len(letters) - 1) * step
    for slug in slugs or [name[0] for name in NAMES]:
        storing(engine)(run_of(letters, start=start, step=step), probe=slug, now=until)


def log_hssi(
    engine: Engine,
    ref: str = "INC1",
    *,
    title: str = "Relay delivery delays",
    severity: int = 2,
    components: tuple[str, ...] = (INCOMING,),
    raised_at: datetime = NINE - timedelta(hours=2),
    updated_at: datetime | None = None,
    resolved_at: datetime | None = None,
    summary: str = "Mail from the internet is late.",
) -> None:
    """One incident in the log, or a change of it."""
    row = hssi_row(
        ref,
        title=title,
        severity=severity,
        components=components,
        raised_at=raised_at,
        updated_at=updated_at or raised_at,
        resolved_at=resolved_at,
        state="resolved" if resolved_at else "investigating",
        summary=summary,
    )
    with unit_of_work(engine) as session:
        import_hssi_rows(session, rows=[row], source="log", now=NINE)


def plan_window(
    engine: Engine,
    uid: str = "bcdr-1",
    *,
    title: str = "BCDR test of the second data centre",
    starts_on: date = date(2018, 9, 21),
    ends_on: date = date(2018, 9, 30),
    is_cancelled: bool = False,
    sequence: int = 0,
    now: datetime = NINE,
) -> None:
    """A BCDR window."""
    with unit_of_work(engine) as session:
        add_window(
            session,
            uid=uid,
            title=title,
            starts_on=starts_on,
            ends_on=ends_on,
            is_cancelled=is_cancelled,
            sequence=sequence,
            summary="Mail keeps flowing.",
            now=now,
        )


def plan_change(
    engine: Engine,
    ref: str = "CHG1",
    *,
    title: str = "New certificates on the relay",
    starts_at: datetime = NINE + timedelta(days=2),
    components: tuple[str, ...] = (INCOMING,),
    has_impact: bool = True,
) -> None:
    """An entry of the forward schedule of change, two hours long."""
    with unit_of_work(engine) as session:
        add_change(
            session,
            ref=ref,
            title=title,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            components=components,
            impact="Mail may be late by some minutes.",
            has_impact=has_impact,
            now=NINE,
        )


def plan_release(
    engine: Engine,
    ref: str = "2018-04",
    *,
    name: str = "Portal release 4",
    live_at: datetime | None = None,
) -> None:
    """A Portal release of April 2018, live when a moment is given."""
    with unit_of_work(engine) as session:
        add_release(
            session,
            ref=ref,
            name=name,
            planned_on=date(2018, 4, 1),
            is_month_only=True,
            live_at=live_at,
            state=ReleaseState.LIVE if live_at else ReleaseState.PLANNED,
            items=[
                ReleaseItem(ItemKind.FEATURE, "Search by organisation code"),
                ReleaseItem(ItemKind.FIX, "Long names fit the list"),
            ],
            now=NINE,
        )
