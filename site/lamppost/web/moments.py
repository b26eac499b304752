"""Moments typed in forms: London time, as people say it; an hour that was skipped is refused."""

from datetime import UTC, datetime
from typing import Any

from wtforms import DateTimeLocalField, Form
from wtforms.validators import InputRequired, Optional, ValidationError

from lamppost.clock import LONDON

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


def moment_field(label: str, hint: str = "", *, needed: str = "") -> DateTimeLocalField:
    """A field for a moment in London."""
    checks: list[Any] = [InputRequired(needed) if needed else Optional(), _is_an_hour]
    return DateTimeLocalField(label, checks, format=FORMATS, description=hint)


def to_moment(local: datetime | None) -> datetime | None:
    """A London time without zone as the UTC moment; of an hour that comes twice, the first."""
    return None if local is None else local.replace(tzinfo=LONDON).astimezone(UTC)


def to_local(moment: datetime | None) -> datetime | None:
    """A moment as the London time a form shows."""
    return None if moment is None else moment.astimezone(LONDON).replace(tzinfo=None)


def _is_an_hour(_form: Form, field: Any) -> None:
    if field.data is not None and to_local(to_moment(field.data)) != field.data:
        raise ValidationError("The clocks go forward then: that hour does not exist")
