"""What every area's counter stands at."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.generation.tables import Generation


def get_generations(session: Session) -> dict[str, int]:
    """Area name to number; an area nobody has changed yet is missing."""
    rows = session.execute(select(Generation.area, Generation.number).order_by(Generation.area))
    return {area: number for area, number in rows}
