"""Files of the sample that hold passwords: for nobody else to read."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_private(path: Path, entries: Sequence[Any]) -> None:
    """Whole or not at all, and for nobody else to read from its first byte on."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(entries, file, indent=2)
    unfinished.replace(path)
