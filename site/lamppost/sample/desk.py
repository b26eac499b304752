"""The sample's status desk: an HSSI raised here, a security notice, known issues, a series."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import LONDON, london_date
from lamppost.status.hssis.aftermath import review_hssi
from lamppost.status.hssis.drafting import raise_hssi, write_update
from lamppost.status.hssis.tables import HssiRecord
from lamppost.status.hssis.templates import save_template
from lamppost.status.hssis.texts import HssiKind, HssiState, Text
from lamppost.status.plans.issues import close_issue, open_issue
from lamppost.status.plans.recurrence import Recurrence
from lamppost.status.plans.series import start_series
from lamppost.status.plans.tables import WindowRecord
from lamppost.status.plans.texts import ChangeText, IssueText
from lamppost.status.plans.windows import record_outcome
from postmaster.access.actors import operator

BY = operator("sample load")
HOUR = timedelta(hours=1)
PORTAL = "HSSI-SAMPLE-1"
ISSUES = (
    (
        "KI0000412", "Address book shows people who have left", "Outlook Web Access", 64,
        "People who left keep being offered for up to 24 hours.",
        "Choose the name from the Portal's people finder instead.",
    ),
    (
        "KI0000431", "Search in a shared mailbox finds nothing", "Outlook (desktop)", 41,
        "Searching a shared mailbox in cached mode finds nothing older than 3 months.",
        "Search in Outlook Web Access.",
    ),
    (
        "KI0000447", "Report of mailboxes cannot be sorted by size", "Portal", 12,
        "Choosing the column does nothing.", "Export the report and sort the file.",
    ),
)  # fmt: skip
HOLDING = (
    "Some mail may arrive late. Nothing is lost. Do not send it again: that makes it later. For "
    "anything urgent about a patient, telephone."
)
ASKING = (
    "What you notice: [[Impact]]\nWhat you can do: [[Workaround]]\nRisk to patients: "
    "[[Clinical risk]]"
)
TEMPLATES = (
    (
        "Mail is late: holding", "We are looking into late mail",
        HOLDING, True,
    ),
    (
        "Mail is late: cause known", "Mail through the relay is late",
        ASKING, False,
    ),
)  # fmt: skip


def add_desk(session: Session, *, now: datetime) -> None:
    """Put the desk's own things up, once."""
    if session.get(HssiRecord, PORTAL) is not None:
        return
    _add_texts(session, now)
    _add_hssi(session, now)
    _add_notice(session, now)
    _add_issues(session, now)
    _add_series(session, now)
    _add_outcome(session, now)


def _add_texts(session: Session, now: datetime) -> None:
    for name, title, summary, is_holding in TEMPLATES:
        save_template(
            session, name=name, title=title, summary=summary, is_holding=is_holding,
            by=BY, now=now - timedelta(days=20),
        )  # fmt: skip


def _add_hssi(session: Session, now: datetime) -> None:
    """One of yesterday, resolved after three updates and reviewed this morning."""
    begun = now - timedelta(days=1)
    text = Text(
        "Opening the Portal takes long", "The Portal opens slowly. Work in it is kept.",
        HssiState.INVESTIGATING, 2, 2, ("portal",), begun + HOUR,
    )  # fmt: skip
    raise_hssi(session, ref=PORTAL, text=text, raised_at=begun, by=BY, now=begun)
    _say(session, "A database is being moved to faster disks.", HssiState.IDENTIFIED, begun + HOUR)
    _say(session, "It is moved. We watch it.", HssiState.MONITORING, begun + 2 * HOUR)
    _say(session, "It has opened as usual since.", HssiState.RESOLVED, begun + 3 * HOUR)
    words = "The disks had filled up over months. Their fill is watched from now on."
    review_hssi(session, ref=PORTAL, review=words, by=BY, now=now - HOUR)


def _say(session: Session, words: str, state: HssiState, at: datetime) -> None:
    due = None if state is HssiState.RESOLVED else at + HOUR
    text = Text("Opening the Portal takes long", words, state, 2, 2, ("portal",), due)
    row = session.get_one(HssiRecord, PORTAL)
    write_update(session, ref=row.ref, seen_version=row.version, text=text, by=BY, now=at)


def _add_notice(session: Session, now: datetime) -> None:
    """A notice of a security campaign: resolved long ago, up until somebody takes it down."""
    at = now - timedelta(days=40)
    ref = "SEC-SAMPLE-1"
    text = Text(
        "Mail with a harmful invoice from senders who pretend to be NHS",
        "Do not open it. Forward it as an attachment to spamreports@nhs.net and delete it.",
        HssiState.IDENTIFIED, 2, 3, (), at + 4 * HOUR,
    )  # fmt: skip
    raise_hssi(session, ref=ref, text=text, raised_at=at, kind=HssiKind.SECURITY, by=BY, now=at)
    over = Text(
        text.title, "The senders are blocked. The advice stands.", HssiState.RESOLVED, 2, 3, ()
    )
    version = session.get_one(HssiRecord, ref).version
    write_update(session, ref=ref, seen_version=version, text=over, by=BY, now=at + 6 * HOUR)
    review = "12 organisations reported it; nobody opened it. The filter knows the pattern now."
    review_hssi(session, ref=ref, review=review, by=BY, now=at + timedelta(days=3))


def _add_issues(session: Session, now: datetime) -> None:
    for ref, title, product, days, summary, workaround in ISSUES:
        at = now - timedelta(days=days)
        text = IssueText(title, product, summary, workaround, "", london_date(at))
        open_issue(session, ref=ref, text=text, by=BY, now=at)
    close_issue(session, ref="KI0000447", by=BY, now=now - timedelta(days=2))


def _add_series(session: Session, now: datetime) -> None:
    today = london_date(now)
    weekly = Recurrence(today, time(22), time(23, 30), "FREQ=MONTHLY;BYDAY=2TU")
    start, end = _evening(today), _evening(today) + HOUR
    text = ChangeText(
        "Security updates of the gateway", start, end,
        effects={"incoming-internet-email": "slow", "outgoing-internet-email": "slow"},
        impact="Mail may wait for some minutes.", summary="Every second Tuesday of the month.",
    )  # fmt: skip
    start_series(
        session, ref="GATEWAY", recurrence=weekly, text=text, by=BY, now=now - timedelta(days=30)
    )


def _add_outcome(session: Session, now: datetime) -> None:
    """The test of 2018 is over; what is told of it is the sample's own."""
    found = session.scalar(
        select(WindowRecord.uid).where(WindowRecord.ends_on == date(2018, 9, 30)).limit(1)
    )
    if found is not None and london_date(now) > date(2018, 9, 30):
        words = "Sample: mail moved to the second data centre and back; nothing was noticed."
        record_outcome(session, ref=found, outcome=words, by=BY, now=now)


def _evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 22, tzinfo=LONDON)
