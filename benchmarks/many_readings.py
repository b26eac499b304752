"""Many components, probes and raw readings, put straight into the tables by the database itself."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from lamppost.database import unit_of_work
from lamppost.status.actions import sync_definitions
from probes.reading import Levels

EPOCH = "2018-04-01T00:00:00+00:00"
# One row for each probe and number: the same shape the worker stores, made by SQLite in one go.
FILL = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :each)
INSERT INTO reading (probe, key, taken_at, outcome, value, unit, detail)
SELECT probe.name, CAST(n AS TEXT),
       strftime('%Y-%m-%d %H:%M:%S.000000', :begin + n * :step, 'unixepoch'),
       CASE WHEN (n * 7919 + length(probe.name)) % 997 = 0 THEN 'failed' ELSE 'ok' END,
       1.0 + (n * 7919 % 1000) / 100.0, 's', '{"code": 200}'
FROM probe CROSS JOIN numbers
"""


@dataclass(frozen=True)
class Component:
    """A component as defined."""

    slug: str
    name: str
    group: str
    order: int


@dataclass(frozen=True)
class Probe:
    """A probe as defined."""

    name: str
    component: str | None
    kind: str = "http"
    network: str = "internet"
    interval_s: float = 60
    levels: Levels = field(default_factory=lambda: Levels(slow_above=60.0, slow_below=30.0))


@dataclass(frozen=True)
class Definitions:
    """All of them."""

    components: list[Component]
    probes: list[Probe]


def define_many(engine: Engine, number: int) -> None:
    """So many components with one probe each."""
    slugs = [f"component-{n}" for n in range(number)]
    components = [
        Component(slug, f"Component {n}", f"Group {n // 10}", n) for n, slug in enumerate(slugs)
    ]
    definitions = Definitions(components, [Probe(slug, slug) for slug in slugs])
    with unit_of_work(engine) as session:
        sync_definitions(session, definitions=definitions, now=datetime.fromisoformat(EPOCH))


def fill_readings(engine: Engine, *, each: int, begin: datetime, step_s: float) -> None:
    """So many raw readings of every probe, evenly spaced; nothing is derived from them."""
    values = {"each": each, "begin": begin.timestamp(), "step": step_s}
    with engine.connect().execution_options(lamppost_writes=True) as connection:
        connection.exec_driver_sql(FILL, values)
        connection.commit()
