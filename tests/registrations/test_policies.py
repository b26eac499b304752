"""docs/policies.md says of registrations what the code does."""

from pathlib import Path

from postmaster.registrations.naming import NAMINGS
from postmaster.registrations.rules import REASON_WORDS, STATE_WORDS
from postmaster.registrations.sectors import SECTORS
from postmaster.registrations.stages import STAGE_WORDS

TEXT = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")


def _tables(heading: str) -> list[list[list[str]]]:
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]]
        for table in (one.strip() for one in tables)
    ]


def test_every_stage_and_state_has_its_words() -> None:
    assert [row[:2] for row in _tables("Stages of a roll-out")[0]] == [
        [stage.value, words] for stage, words in STAGE_WORDS.items()
    ]
    assert [row[:2] for row in _tables("Registrations")[0]] == [
        [state.value, words] for state, words in STATE_WORDS.items()
    ]


def test_every_sector_asks_for_what_is_printed_and_names_as_is_printed() -> None:
    _, sectors, namings, reasons = _tables("Registrations")
    site = "the email the site is registered by"

    assert sectors == [
        [
            facts.sector.value,
            facts.container,
            ", ".join(one.words for one in facts.identifiers),
            site if facts.asks_site_email else "the first person named",
        ]
        for facts in SECTORS.values()
    ]
    assert namings == [[row.sector.value, str(row.holds_from), row.address] for row in NAMINGS]
    assert reasons == [[reason.value, words] for reason, words in REASON_WORDS.items()]
