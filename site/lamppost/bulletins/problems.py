"""What is wrong with a bulletin's file, said so that its author can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: the file, its line (from 1), and what to do about it.

    A problem that does not block is named by `check` while the bulletin is shown all the same.
    """

    file: str
    line: int
    message: str
    blocks: bool = True

    def __str__(self) -> str:
        """`file:line: message`, as editors and CI logs understand it."""
        return f"{self.file}:{self.line}: {self.message}"
