"""What Postfix writes of a queue id in its log: discarded, rejected, held, or delivered after all.

The milter only asks. That a message it blocked went out anyway shows here and nowhere else.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Read in one go; the rest waits for the next.
MOST_BYTES = 4 * 1024 * 1024
_LINE = re.compile(
    r"postfix[^\[\s]*/[\w-]+\[\d+\]: (?:NOQUEUE|([0-9A-Za-z]{5,20})): "
    r"(milter-discard|milter-reject|milter-hold|.{0,400}?status=sent)"
)
_OUTCOMES = {"milter-discard": "discarded", "milter-reject": "rejected", "milter-hold": "held"}


@dataclass(frozen=True, slots=True)
class Place:
    """How far the log was read: of which file, how many bytes."""

    inode: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class MailLog:
    """A log that grows and is rotated, and where its reading stands."""

    path: Path
    memory: Path

    def read(self) -> tuple[Mapping[str, str], Place]:
        """Outcomes by queue id since the last time, and the place to remember once they are kept.

        A delivery is never overwritten by what else is said of the same id.
        """
        place = self._place()
        try:
            with self.path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                size = os.fstat(file.fileno()).st_size
                start = place.offset if inode == place.inode and place.offset <= size else 0
                file.seek(start)
                data = file.read(MOST_BYTES)
        except FileNotFoundError:
            return {}, place
        whole = data[: data.rfind(b"\n") + 1]
        outcomes: dict[str, str] = {}
        for line in whole.decode("utf-8", "replace").splitlines():
            found = _LINE.search(line)
            if found is None or found[1] is None:
                continue
            outcome = _OUTCOMES.get(found[2], "delivered")
            if outcomes.get(found[1]) != "delivered":
                outcomes[found[1]] = outcome
        return outcomes, Place(inode, start + len(whole))

    def remember(self, place: Place) -> None:
        """Keep how far it was read."""
        self.memory.parent.mkdir(parents=True, exist_ok=True)
        aside = self.memory.with_suffix(".new")
        aside.write_text(json.dumps([place.inode, place.offset]), encoding="utf-8")
        aside.replace(self.memory)

    def _place(self) -> Place:
        try:
            inode, offset = json.loads(self.memory.read_text(encoding="utf-8"))
            return Place(int(inode), int(offset))
        except (OSError, ValueError, TypeError):
            return Place()
