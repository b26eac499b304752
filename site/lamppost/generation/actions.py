"""Move an area's counter on, in the transaction that changed it."""

from enum import StrEnum

from sqlalchemy.orm import Session

from lamppost.generation.tables import Generation
from postmaster.upserts import insert_into


class Area(StrEnum):
    """The parts of the site that change by themselves."""

    BULLETINS = "bulletins"
    STATUS = "status"


def bump_generation(session: Session, area: Area) -> None:
    """Add one to the area's counter, making it on first use; one statement on both databases."""
    session.execute(
        insert_into(session, Generation)
        .values(area=area.value, number=1)
        .on_conflict_do_update(
            index_elements=[Generation.area], set_={"number": Generation.number + 1}
        )
    )
