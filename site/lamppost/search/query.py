"""What somebody typed, as words; whatever they typed, never an error."""

import re
import unicodedata
from dataclasses import dataclass

from lamppost.search.documents import Kind

# More words than anybody types, and few enough for any index.
MOST_WORDS = 16
LONGEST_WORD = 64


@dataclass(frozen=True, slots=True)
class Query:
    """Words that must all be there, the last perhaps unfinished; narrowed by kind and year."""

    words: tuple[str, ...]
    kind: Kind | None = None
    year: int | None = None

    @property
    def for_sqlite(self) -> str:
        """As FTS5's MATCH takes it: each word quoted, the last a prefix."""
        quoted = [f'"{word}"' for word in self.words]
        return " AND ".join([*quoted[:-1], f"{quoted[-1]}*"])

    @property
    def for_postgresql(self) -> str:
        """As to_tsquery takes it: each word quoted, the last a prefix."""
        quoted = [f"'{word}'" for word in self.words]
        return " & ".join([*quoted[:-1], f"{quoted[-1]}:*"])


def read_query(typed: str, *, kind: str = "", year: str = "") -> Query:
    """Letters and digits of what was typed; signs part words, unknown narrowings narrow nothing."""
    folded = unicodedata.normalize("NFKC", typed).casefold()
    # An underscore is part of `\w` and of no word a reader means.
    words = re.findall(r"[^\W_]+", folded)[:MOST_WORDS]
    return Query(
        tuple(word[:LONGEST_WORD] for word in words),
        Kind(kind) if kind in set(Kind) else None,
        int(year) if re.fullmatch(r"\d{4}", year) else None,
    )
