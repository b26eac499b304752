"""The script on disk: read again whenever it changes, the last good one kept while it is broken."""

import os
from collections.abc import Callable
from pathlib import Path

from lamppost.worker.relay.folders import write_safely
from lamppost.worker.relay.script import Script, ScriptError, read_script

Stamp = tuple[int, int, int] | None


class ScriptFile:
    """Gives the script in force; a look costs one stat while the file stands still."""

    def __init__(self, path: Path, report: Callable[[str], None]) -> None:
        self._path = path
        self._report = report
        self._script = Script()
        self._stamp: Stamp = None

    def current(self) -> Script:
        """The script in force now; no file means a prompt and honest relay."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._script = load_script(self._path)
            except ScriptError as error:
                self._report(f"{error}\nThe practice relay goes on as before.")
        return self._script

    def _look(self) -> Stamp:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - called for every mail; one system call
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def load_script(path: Path) -> Script:
    """The script in a file; an empty one when there is no file.

    Raises:
        ScriptError: one sentence per fault, each naming the file.
    """
    try:
        return read_script(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Script()
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: it cannot be read ({error}).") from None
    except ScriptError as error:
        raise ScriptError("\n".join(f"{path}: {line}" for line in str(error).split("\n"))) from None


def save_script(path: Path, script: Script) -> None:
    """Put a script in force; a running relay sees it at its next look."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_safely(path, script.as_toml().encode())
