r"""Texts of the audit made safe to show: what would move a terminal or a page is spelled out.

A newline becomes `\n`, an escape `\x1b`, a mark that turns the direction of text `\u202e`.
"""

import unicodedata

from postmaster.inspection.entries import Change, EntryRow, Value

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Controls, formats, line and paragraph separators, surrogates, private use, unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
# What a spreadsheet takes for a formula, or skips over to find one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def make_visible(value: Value) -> str:
    """The value as one line of text, nothing in it unseen."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if text.isascii() and text.isprintable() else "".join(map(_spell, text))


def make_cell(value: Value) -> str:
    """The value as a cell of a CSV file that no spreadsheet runs."""
    guard = "'" if isinstance(value, str) and value.startswith(_FORMULA) else ""
    return guard + make_visible(value)


def say_change(change: Change) -> str:
    """`role: nothing → reader`."""
    before, after = (
        "nothing" if side is None else make_visible(side) for side in (change.before, change.after)
    )
    return f"{make_visible(change.name)}: {before} → {after}"


def say_personal(entry: EntryRow) -> str:
    """What is personal in an entry, in one line."""
    if entry.is_erased:
        return "erased"
    return "; ".join(f"{make_visible(name)}: {make_visible(text)}" for name, text in entry.personal)


def _spell(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    if character in _SHORT:
        return _SHORT[character]
    return character.encode("unicode_escape").decode("ascii")
