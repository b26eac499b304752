"""What may be done to a bulletin from which status, and what it writes into the file. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from lamppost.bulletins.facts import FACTS
from lamppost.bulletins.front_matter import LONGEST_LINE, FrontMatter, Status
from lamppost.bulletins.front_matter_edit import Value, quote
from lamppost.clock import LONDON
from lamppost.wording import say_moment


class Act(StrEnum):
    """What somebody does to a bulletin; the audit says `bulletins.` and this word."""

    DRAFT = "draft"
    SAVE = "save"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    REDRAW = "redraw"


# docs/policies.md prints it. A withdrawn bulletin stays withdrawn: a new one takes its place.
FROM: Mapping[Act, tuple[Status, ...]] = {
    Act.SAVE: (Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED),
    Act.PUBLISH: (Status.DRAFT, Status.SCHEDULED),
    Act.SCHEDULE: (Status.DRAFT, Status.SCHEDULED),
    Act.UNSCHEDULE: (Status.SCHEDULED,),
    Act.CORRECT: (Status.PUBLISHED,),
    Act.WITHDRAW: (Status.PUBLISHED,),
    Act.REDRAW: (Status.DRAFT, Status.SCHEDULED),
}


class ActError(Exception):
    """The act is not for a bulletin that stands so, or something given cannot be.

    `field` names what was given, None when it is the act itself.
    """

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


def may_act(act: Act, status: Status) -> bool:
    """Whether an act is for a bulletin of this status."""
    return status in FROM[act]


def check_act(act: Act, front: FrontMatter) -> None:
    """Refuse an act that is not for a bulletin that stands so.

    Raises:
        ActError: it is not.
    """
    if not may_act(act, front.status):
        wanted = " or ".join(FROM[act])
        words = f"The bulletin is {front.status}; this is for one that is {wanted}."
        raise ActError(words)


def schedule_keys(front: FrontMatter, at: datetime | None, now: datetime) -> dict[str, Value]:
    """Have it published at a moment to come.

    Raises:
        ActError: it is not to be scheduled, or the moment is past.
    """
    check_act(Act.SCHEDULE, front)
    if at is None:
        raise ActError("Enter the day and time to publish at.", "publish_at")
    if at <= now:
        words = f"{say_moment(at)} is past. Enter a moment to come, or publish it now."
        raise ActError(words, "publish_at")
    local = at.astimezone(LONDON)
    # The second of the hour that comes twice is only told from the first by its zone.
    text = local.replace(tzinfo=None).isoformat(timespec="minutes")
    written = local.isoformat(timespec="minutes") if local.fold else text
    return {"status": Status.SCHEDULED.value, "publish_at": quote(written)}


def unschedule_keys(front: FrontMatter) -> dict[str, Value]:
    """Make it a draft again.

    Raises:
        ActError: it is not scheduled.
    """
    check_act(Act.UNSCHEDULE, front)
    return {"status": Status.DRAFT.value, "publish_at": None}


def withdraw_keys(front: FrontMatter, reason: str, now: datetime) -> dict[str, Value]:
    """Leave a stub that says why; its entry in the feeds follows.

    Raises:
        ActError: it is not published, or there is no reason.
    """
    check_act(Act.WITHDRAW, front)
    note = _check_line(reason, "reason", "Enter why it is withdrawn. Readers see it.")
    return {"status": Status.WITHDRAWN.value, **_noted(front, note, now)}


def correct_keys(front: FrontMatter, note: str, now: datetime) -> dict[str, Value]:
    """Say what was put right: readers see it, and the feeds move.

    Raises:
        ActError: it is not published, or there is no note.
    """
    check_act(Act.CORRECT, front)
    return _noted(front, _check_line(note, "note", "Enter what was put right."), now)


def redraw_keys(front: FrontMatter) -> dict[str, Value]:
    """Forget what facts said when they were fixed; words nobody but a person can give stay.

    Raises:
        ActError: it is no draft.
    """
    check_act(Act.REDRAW, front)
    kept = {key: words for key, words in front.facts.items() if not _is_drawn(key)}
    if kept == front.facts:
        raise ActError("No fact of it is fixed; each is drawn when it is published.")
    return {"facts": kept or None}


def _is_drawn(key: str) -> bool:
    fact = FACTS.get(key.split(" ", 1)[0])
    return fact is not None and fact.provider is not None


def _noted(front: FrontMatter, note: str, now: datetime) -> dict[str, Value]:
    notes = [*((one.at, one.note) for one in front.corrections), (now, note)]
    written = ", ".join(
        f"{{at: {quote(f'{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}')}, note: {quote(words)}}}"
        for at, words in notes
    )
    return {"corrections": f"[{written}]"}


def _check_line(text: str, field: str, missing: str) -> str:
    line = " ".join(text.split())
    if not line:
        raise ActError(missing, field)
    if len(line) > LONGEST_LINE:
        raise ActError(f"It must be {LONGEST_LINE} characters or fewer.", field)
    return line
