"""What every form of the panels stands on: WTForms, with faults said before anything is stored."""

import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from wtforms import Form, HiddenField
from wtforms.validators import ValidationError

F = TypeVar("F", bound=Form)
# What a 64-bit number has at least: the number of a row.
ROW_DIGITS = 18
# And a 32-bit one: how often an object was changed.
REVISION_DIGITS = 9


class SeenForm(Form):
    """The state of an object that was looked at."""

    revision = HiddenField()

    @property
    def seen(self) -> int | None:
        """The revision that was looked at; None where the page had none."""
        return read_number(self.revision.data, REVISION_DIGITS)


def read_form(kind: type[F], /, **values: Any) -> F:
    """The form of this request: what was posted, or these values on a first look."""
    return kind(request.form if request.method == "POST" else None, **values)


def strip_text(text: str | None) -> str:
    """Without blanks around it, and without NUL: PostgreSQL takes none, not even to look for."""
    return (text or "").replace("\x00", "").strip()


def read_number(typed: str | None, most_digits: int = ROW_DIGITS) -> int | None:
    """A whole number, digits alone and at most so many of them; None for anything else."""
    text = typed or ""
    is_number = text.isascii() and text.isdigit() and len(text) <= most_digits
    return int(text) if is_number else None


def show_fault(form: Form, error: Exception, name: str | None = None) -> None:
    """Put what an action refused at its field, or above the form."""
    field = form[name] if name and name in form else None
    if field is None or field.type == "HiddenField":
        form.form_errors.append(str(error))
    else:
        field.errors = [str(error)]


def plain_line(most: int) -> Callable[[Form, Any], None]:
    """A rule for one line of text: no control characters, and not longer than so many."""

    def check(_form: Form, field: Any) -> None:
        text = field.data or ""
        if len(text) > most:
            raise ValidationError(f"{field.label.text} must be {most} characters or fewer")
        if any(unicodedata.category(letter) in {"Cc", "Cs", "Co", "Cn"} for letter in text):
            raise ValidationError(f"{field.label.text} must be one line without control characters")

    return check
