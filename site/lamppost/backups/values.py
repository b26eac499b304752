"""Values of columns as JSON and back; the column's own type says what a value was."""

from base64 import b64decode, b64encode
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlalchemy.types import TypeDecorator, TypeEngine


def write_value(value: object) -> Any:
    """A stored value as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _kind_of(stored: TypeEngine[Any]) -> type:
    # A decorated type is what it decorates: our own moments are DateTime.
    bare = stored.impl_instance if isinstance(stored, TypeDecorator) else stored
    return bare.python_type


def read_value(column: Column[Any], value: Any) -> Any:
    """What `write_value` wrote, as the column takes it."""
    if value is None or isinstance(column.type, JSON):
        return value
    kind = _kind_of(column.type)
    if issubclass(kind, datetime):
        return datetime.fromisoformat(value)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if issubclass(kind, UUID):
        return UUID(value)
    return b64decode(value) if issubclass(kind, bytes) else value
