"""Facts drawn from the service status: its words, HSSIs, releases and BCDR tests."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from lamppost.bulletins.occasion import FactError, Occasion
from lamppost.clock import london_date, london_midnight
from lamppost.status.hssis.reads import list_hssis
from lamppost.status.notices import Hssi, Window, WindowState
from lamppost.status.plans.reads import get_last_release, get_next_release, get_next_window
from lamppost.status.reads import get_service_status
from lamppost.wording import say_count, say_date, say_duration, say_moment

Arguments = Mapping[str, str]
# More HSSIs than any bulletin could list; the log is read newest first.
_MANY = 500
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def say_service_status(session: Session, _arguments: Arguments, occasion: Occasion) -> str:
    """How the service stands, and as at when."""
    status = get_service_status(session, now=occasion.now)
    if status.as_at is None:
        raise FactError("nothing has been measured yet")
    return f"{_sentence(status.sentence)} As at {say_moment(status.as_at)}."


def say_hssis(session: Session, arguments: Arguments, occasion: Occasion) -> str:
    """The HSSIs raised since a day, as a list, the newest first."""
    try:
        since = date.fromisoformat(arguments["since"])
    except ValueError:
        raise FactError(f"{arguments['since']} is no day of the calendar") from None
    first = london_midnight(since)
    found = [
        hssi for hssi in list_hssis(session, limit=_MANY) if first <= hssi.raised_at <= occasion.now
    ]
    if not found:
        return (
            f"No high severity service incidents (HSSIs) have been raised since {say_date(since)}."
        )
    what = say_count(len(found), "high severity service incident")
    has = "has" if len(found) == 1 else "have"
    return _list(f"{what} (HSSI) {has} been raised since {say_date(since)}:", map(_hssi, found))


def _hssi(hssi: Hssi) -> str:
    words = f"{_plain(hssi.title)} ({_plain(hssi.ref)}), raised on {say_moment(hssi.raised_at)}"
    if hssi.resolved_at is None:
        return f"{words}, not resolved yet"
    return f"{words}, resolved after {say_duration(hssi.resolved_at - hssi.raised_at)}"


def say_last_release(session: Session, _arguments: Arguments, _occasion: Occasion) -> str:
    """The Portal release that went live last, with what it brought."""
    release = get_last_release(session)
    if release is None or release.live_at is None:
        raise FactError("no release has gone live yet")
    went_live = say_date(london_date(release.live_at))
    opening = f"The last release was {_plain(release.name)}, on {went_live}."
    return _list(f"{opening} It included:", map(_plain, release.features), without=opening)


def say_next_release(session: Session, _arguments: Arguments, _occasion: Occasion) -> str:
    """The Portal release that is planned next, with what it should bring."""
    release = get_next_release(session)
    if release is None:
        raise FactError("no release is planned")
    opening = f"The next release, {_plain(release.name)}, is planned for {release.planned_words}."
    return _list(f"{opening} It should bring:", map(_plain, release.features), without=opening)


def say_next_bcdr(session: Session, _arguments: Arguments, occasion: Occasion) -> str:
    """When the next BCDR test begins and ends."""
    window = get_next_window(session, now=occasion.now)
    if window is None:
        raise FactError("no BCDR test is announced")
    return _window(window)


def _window(window: Window) -> str:
    first, last = say_date(window.starts_on), say_date(window.ends_on)
    if window.state is WindowState.UPCOMING:
        return f"The next BCDR test is due to start on {first} and to run until {last}."
    return f"A BCDR test began on {first} and is due to run until {last}."


def _list(opening: str, items: Iterable[str], *, without: str = "") -> str:
    lines = [f"- {item}" for item in items]
    return "\n".join([opening, "", *lines]) if lines else without


def _sentence(words: str) -> str:
    words = _plain(words)
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _plain(words: str) -> str:
    """Somebody else's words on one line, with nothing Markdown would take for markup."""
    return _MARKUP.sub(r"\\\1", " ".join(words.split()))
