"""A bulletin's file edited by its fields or as it is: previewed, saved, corrected."""

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from lamppost.bulletins.acts import Act, ActError, check_act, correct_keys
from lamppost.bulletins.authoring import Opened, compose, compose_published, reopen
from lamppost.bulletins.desk import DeskFile
from lamppost.bulletins.differences import DiffLine
from lamppost.bulletins.editing import apply_fields, read_fields
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.front_matter_yaml import FrontMatterError
from lamppost.bulletins.previewing import Preview
from lamppost.bulletins.review import digest_content
from lamppost.bulletins.source import SourceError
from lamppost.bulletins.writing import ChangedMeanwhileError
from lamppost.web.bulletin_desk import (
    CHANGED,
    address_of,
    compare,
    get_desk_file,
    neighbours_of,
    open_form,
    preview_of,
    say_problems,
    write,
)
from lamppost.web.bulletin_forms import EditForm, FileForm, show_problems
from lamppost.web.context import db, now
from lamppost.web.forms import show_fault
from lamppost.web.guard import panel
from lamppost.web.htmx import render_page_or_block
from postmaster.access.matrix import Action

blueprint = Blueprint("bulletins_edits", __name__, url_prefix="/admin/bulletins")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: the preview, the file's own words beside ours, or that it is saved."""

    preview: Preview | None = None
    theirs: tuple[DiffLine, ...] | None = ()
    is_saved: bool = False
    may_save: bool = False


@blueprint.route("/edit/<path:source>/", methods=["GET", "POST"])
@panel(Action.BULLETINS_WRITE)
def edit(source: str) -> ResponseReturnValue:
    """Edit its fields and text; a file that cannot be read is edited as it is."""
    found, opened = get_desk_file(source)
    if opened.parsed is None or request.values.get("as") == "file":
        return _edit_file(found, opened)
    fields = read_fields(opened.parsed)
    values = {name: getattr(fields, name) for name in fields.__slots__}
    form = open_form(EditForm, seen=opened.sha256, **values)
    return _answer(form, found, opened, "fields")


def _edit_file(found: DeskFile, opened: Opened) -> ResponseReturnValue:
    text = opened.content.decode("utf-8", "replace").replace("\r\n", "\n")
    form = open_form(FileForm, seen=opened.sha256, content=text)
    if request.method == "GET":
        show_problems(form, opened.problems)
    return _answer(form, found, opened, "file")


def _answer(
    form: EditForm | FileForm, found: DeskFile, opened: Opened, kind: str
) -> ResponseReturnValue:
    """The form with what readers would get of it, or on to where it was saved."""
    if request.method == "POST":
        outcome = _read(form, opened)
    else:
        outcome = Outcome(preview_of(opened.content, opened.source))
    if outcome.is_saved:
        status = opened.parsed.front.status if opened.parsed else None
        flash("It is saved.")
        verb = "edit" if status is Status.DRAFT else "file"
        return redirect(address_of(opened.source, verb), code=303)
    is_published = opened.parsed is not None and opened.parsed.front.status is Status.PUBLISHED
    page = render_page_or_block(
        "bulletins_desk/edit.html",
        "bulletin_preview",
        form=form,
        kind=kind,
        file=found,
        front=opened.parsed.front if opened.parsed else None,
        outcome=outcome,
        preview=outcome.preview,
        neighbours=neighbours_of(outcome.preview) if outcome.preview else None,
        is_published=is_published,
        page_title=f"Edit {found.name}",
        here=address_of(opened.source, "edit"),
        back=(address_of(opened.source), found.name),
    )
    return page, 422 if form.errors and request.method == "POST" else 200


def _read(form: EditForm | FileForm, opened: Opened) -> Outcome:
    """What was typed, previewed or saved; whatever is wrong with it stands in the form."""
    typed = _type(form, opened)
    try:
        after, act = _compose(form, opened, typed)
    except (SourceError, FrontMatterError) as error:
        show_problems(form, say_problems(error, opened.source))
        return Outcome(preview_of(typed, opened.source), _see_changes(form, opened, typed))
    except ActError as error:
        show_fault(form, error, error.field)
        return Outcome(preview_of(opened.content, opened.source))
    preview = preview_of(after.content, opened.source)
    outcome = Outcome(preview, _see_changes(form, opened, typed))
    is_draft = after.bulletin.front.status is Status.DRAFT
    is_saving = request.form.get("step") == "save"
    if preview.blocking and not (is_draft and is_saving):
        show_problems(form, preview.blocking)
        return outcome
    # Whoever puts words before readers has seen exactly those words.
    mark = digest_content(typed + (form.note.data or "").encode())
    is_seen = is_draft or form.previewed.data == mark
    form.previewed.data = mark
    outcome = replace(outcome, may_save=not is_draft)
    if not is_saving or form.errors or not is_seen:
        return outcome
    return _save(form, opened, after, act, outcome)


def _save(
    form: EditForm | FileForm, opened: Opened, after: Opened, act: Act, outcome: Outcome
) -> Outcome:
    try:
        write(opened, after.content, act)
    except ActError as error:
        show_fault(form, error, error.field)
    except SourceError as error:
        show_problems(form, error.problems)
    except ChangedMeanwhileError:
        form.form_errors.append(CHANGED)
    else:
        return replace(outcome, is_saved=True)
    return outcome


def _type(form: EditForm | FileForm, opened: Opened) -> bytes:
    """The content as it was typed."""
    if isinstance(form, EditForm) and opened.parsed is not None:
        return apply_fields(opened.text, opened.parsed, form.read()).encode("utf-8", "replace")
    text = form["content"].data or "" if "content" in form else ""
    return str(text).replace("\r\n", "\n").encode("utf-8", "replace")


def _compose(form: EditForm | FileForm, opened: Opened, typed: bytes) -> tuple[Opened, Act]:
    """The content as it would be written: a correction noted, facts of a published one fixed."""
    if opened.parsed is not None:
        check_act(Act.SAVE, opened.parsed.front)
    after, act = reopen(opened, typed), Act.SAVE
    if after.bulletin.front.status is not Status.PUBLISHED:
        return after, act
    if form.note.data:
        keys = correct_keys(after.bulletin.front, form.note.data, now())
        after, act = reopen(opened, compose(after, keys)), Act.CORRECT
    return reopen(opened, compose_published(db.engine, after, now())), act


def _see_changes(
    form: EditForm | FileForm, opened: Opened, typed: bytes
) -> tuple[DiffLine, ...] | None:
    """When the file was changed since it was opened: what stands there, beside what was typed."""
    if form.seen.data == opened.sha256:
        return ()
    form.seen.data = opened.sha256
    form.form_errors.append(CHANGED)
    return compare(opened.content, typed)
