"""What every form of the panels stands on: WTForms, with faults said before anything is stored."""

import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from wtforms import Form
from wtforms.validators import ValidationError

F = TypeVar("F", bound=Form)


def read_form(kind: type[F], /, **values: Any) -> F:
    """The form of this request: what was posted, or these values on a first look."""
    return kind(request.form if request.method == "POST" else None, **values)


def strip_text(text: str | None) -> str:
    """Without blanks around it, and without NUL: PostgreSQL takes none, not even to look for."""
    return (text or "").replace("\x00", "").strip()


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
