"""What every `tables.py` stands on: the base, its naming convention, row numbers, UTC moments."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Names for constraints, so that a migration can name what it drops on both databases.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# The number of a row. SQLite counts up by itself in a column of its own integers alone.
ROW_ID = BigInteger().with_variant(Integer, "sqlite")

# A folded address or name. Compared by code point on both databases, so that a prefix is a range of
# the index, and one table's keys are found by the index of another's.
FOLDED_KEY = String(254).with_variant(String(254, collation="C"), "postgresql")


class Base(DeclarativeBase):
    """The one declarative base; Flask-SQLAlchemy is handed its metadata."""

    metadata = MetaData(naming_convention=NAMING)


class NaiveDatetimeError(ValueError):
    """A moment without a time zone was about to be stored; moments are UTC."""


class UtcDateTime(TypeDecorator[datetime]):
    """A UTC moment, aware on both sides.

    SQLite hands naive datetimes back even from a column declared with a zone, so the zone is put on
    here; a naive moment going in is refused, because nobody could say which zone it meant.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC.

        Raises:
            NaiveDatetimeError: the moment carries no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDatetimeError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
