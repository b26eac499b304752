"""What the views of the bulletins panel share: a file opened, its change shown, written, loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.acts import Act, ActError
from lamppost.bulletins.authoring import Opened, open_file, save
from lamppost.bulletins.desk import DeskFile, get_file
from lamppost.bulletins.differences import DiffLine, compare_texts, say_text
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.front_matter_yaml import FrontMatterError
from lamppost.bulletins.previewing import Preview, preview_text
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.reads import get_neighbours
from lamppost.bulletins.records import Neighbours
from lamppost.bulletins.source import SourceError
from lamppost.bulletins.tasks import HOME
from lamppost.bulletins.writing import ChangedMeanwhileError
from lamppost.web.context import db, now, session, settings
from lamppost.web.forms import F, read_form, show_fault
from lamppost.web.guard import actor

CHANGED = (
    "Somebody changed the file since you opened it. Below is what stands in it now; what you "
    "typed is kept. Look at both, then go on."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of an act: its title, button and words when done; what it says before the form."""

    act: Act
    title: str
    button: str
    done: str
    sentences: tuple[str, ...] = ()


def is_posted() -> bool:
    """Whether a form came back."""
    return request.method == "POST"


def open_form(kind: type[F], /, **values: Any) -> F:
    """A form on a first look with these values; what is posted stands for itself, left out or not.

    So a form without the hash it was opened with is one whose file changed.
    """
    return read_form(kind) if is_posted() else read_form(kind, **values)


def get_desk_file(source: str) -> tuple[DeskFile, Opened]:
    """The file of an address, as the folder was last seen and as it is now."""
    found = get_file(session(), source) or abort(404)
    try:
        return found, open_file(settings().content_dir, source)
    except SourceError:
        # Gone since the last look, or its permissions are wrong: the list tells which.
        abort(404)


def address_of(source: str, verb: str = "file") -> str:
    """The address of a file's page or of an act on it."""
    return f"{HOME}{verb}/{source}/"


def load_now() -> None:
    """Have the site know at once what was written, as the worker would within a second."""
    chosen = settings()
    load_folder(
        db.engine,
        chosen.content_dir,
        now(),
        site=Site.of(chosen),
        is_reviewed=chosen.is_production,
    )


def preview_of(content: bytes, source: str) -> Preview:
    """What readers would get of a content now."""
    return preview_text(session(), content, source, now())


def neighbours_of(preview: Preview) -> Neighbours | None:
    """The bulletins that would stand before and after it."""
    return get_neighbours(session(), preview.detail.line) if preview.detail else None


def compare(old: bytes, new: bytes) -> tuple[DiffLine, ...] | None:
    """What changes between two contents."""
    return compare_texts(say_text(old), say_text(new))


def write(opened: Opened, content: bytes, act: Act) -> None:
    """Write what was composed as the one who is signed in."""
    folder = settings().content_dir
    save(db.engine, folder, opened, content, act=act, by=actor(), now=now())
    load_now()


def answer_act(
    form: Form, found: DeskFile, opened: Opened, compose: Callable[[], bytes], sheet: Sheet
) -> ResponseReturnValue:
    """The page of an act with what readers would get, or the way back once it is done."""
    content: bytes | None = None
    problems: tuple[Problem, ...] = ()
    is_changed = is_posted() and form["seen"].data != opened.sha256
    try:
        if form.validate() or not is_posted():
            content = compose()
            preview = preview_of(content, opened.source)
            problems = preview.blocking
            if is_posted() and not problems and not is_changed:
                write(opened, content, sheet.act)
                flash(sheet.done)
                return redirect(address_of(opened.source), code=303)
    except ActError as error:
        show_fault(form, error, error.field)
    except ChangedMeanwhileError:
        is_changed = True
    except (SourceError, FrontMatterError) as error:
        problems = say_problems(error, opened.source)
    if is_changed:
        form.form_errors.append("Somebody changed the file since you opened it. Look at it again.")
    form.form_errors.extend(f"Line {one.line} of the file: {one.message}" for one in problems)
    form["seen"].data = opened.sha256
    shown = preview_of(content if content is not None else opened.content, opened.source)
    page = render_template(
        "bulletins_desk/act.html",
        form=form,
        file=found,
        sheet=sheet,
        page_title=sheet.title,
        preview=shown,
        neighbours=neighbours_of(shown),
        here=address_of(opened.source, sheet.act),
        back=(address_of(opened.source), found.name),
    )
    return page, 422 if is_posted() else 200


def say_problems(error: SourceError | FrontMatterError, source: str) -> tuple[Problem, ...]:
    """What is wrong with a text, by line."""
    if isinstance(error, SourceError):
        return error.problems
    return tuple(Problem(source, line, words) for line, words in error.faults)
