"""The matrix in words, for the roles page and for docs/policies.md: one source for both."""

from collections.abc import Sequence
from dataclasses import dataclass

from postmaster.access.matrix import get_matrix
from postmaster.access.roles import SCOPE_OF_ROLE, Reach, Role, ScopeKind

_WORDS = {
    (Reach.NO, ScopeKind.ORGANISATION): "No",
    (Reach.ASK, ScopeKind.ORGANISATION): "May ask",
    (Reach.SCOPE, ScopeKind.ORGANISATION): "Own organisations",
    (Reach.SCOPE, ScopeKind.CONTAINER): "Own sector",
    (Reach.SERVICE, ScopeKind.ORGANISATION): "Everywhere",
}


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One action in words: its panel, what it is, and each role's reach in the order of `Role`."""

    panel: str
    words: str
    reaches: tuple[str, ...]


def draw_matrix() -> Sequence[DrawnRow]:
    """Every row of the matrix in words, the rows of one panel together."""
    rows = get_matrix().values()
    panels = list(dict.fromkeys(row.panel for row in rows))
    return [
        DrawnRow(row.panel, row.words, tuple(reach_words(row.reach[role], role) for role in Role))
        for row in sorted(rows, key=lambda row: panels.index(row.panel))
    ]


def reach_words(reach: Reach, role: Role) -> str:
    """How far a role's permission goes, in words."""
    sector = (reach, SCOPE_OF_ROLE[role])
    return _WORDS.get(sector) or _WORDS[reach, ScopeKind.ORGANISATION]


def draw_markdown() -> str:
    """The matrix as the table in docs/policies.md."""
    heads = ["What", *(role.value for role in Role)]
    lines = [_line(heads), _line(["---"] * len(heads))]
    lines += [_line([f"{row.panel}: {row.words}", *row.reaches]) for row in draw_matrix()]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
