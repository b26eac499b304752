"""One row per area: the number goes up with every change a public page could show."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base


class Generation(Base):
    """How often an area has changed."""

    __tablename__ = "generation"

    area: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
