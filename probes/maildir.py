"""The delay probe's mailbox as a Maildir on this machine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from probes.faults import ProberUnfitError
from probes.mail_stamps import WHOLE_SECOND_S, Stamp
from probes.mailbox import INBOX, NEWEST, TEXT_LIMIT, Letter

HEADER_LIMIT = 64 * 1024
FINE_S = 0.001


class MaildirMailbox:
    """A Maildir and its junk folder, named as Maildir++ names folders."""

    def __init__(self, path: Path, junk_folder: str) -> None:
        self._folders = {INBOX: path, junk_folder: path / f".{junk_folder}"}
        self._shown: set[tuple[str, str]] = set()

    def look(self) -> Sequence[Letter]:
        """The mail not shown before, the inbox first."""
        try:
            return [letter for folder in self._folders for letter in self._fresh(folder)]
        except OSError as error:
            raise ProberUnfitError(
                "mailbox", f"The probe's mailbox {self._folders[INBOX]} cannot be read: {error}."
            ) from error

    def remove(self, letters: Sequence[Letter]) -> None:
        """Delete the files of these letters, whatever flags they got meanwhile."""
        try:
            for letter in letters:
                for path in self._files(letter.folder).get(letter.name, []):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise ProberUnfitError(
                "mailbox", f"The probe's own mail cannot be deleted: {error}."
            ) from error

    def allow(self, seconds: float) -> None:
        """Files need no time limit."""

    def _fresh(self, folder: str) -> Iterator[Letter]:
        files = self._files(folder)
        names = sorted(name for name in files if (folder, name) not in self._shown)
        self._shown.update((folder, name) for name in names)
        for name in names[-NEWEST:]:
            letter = _read(files[name][0], folder, name)
            if letter is None:
                self._shown.discard((folder, name))
            else:
                yield letter

    def _files(self, folder: str) -> dict[str, list[Path]]:
        """The files by unique name: what follows the colon are flags and changes."""
        root = self._folders[folder]
        if folder != INBOX and not root.is_dir():
            return {}
        files: dict[str, list[Path]] = {}
        for part in ("new", "cur"):
            for path in (root / part).iterdir():
                if not path.name.startswith("."):
                    files.setdefault(path.name.split(":", 1)[0], []).append(path)
        return files


@contextmanager
def open_maildir(path: str, junk_folder: str) -> Iterator[MaildirMailbox]:
    """The mailbox in a folder.

    Raises:
        ProberUnfitError: there is no Maildir.
    """
    root = Path(path)
    if not (root / "new").is_dir():
        raise ProberUnfitError("mailbox", f"The probe's mailbox {root} is not a Maildir.")
    yield MaildirMailbox(root, junk_folder)


def _read(path: Path, folder: str, name: str) -> Letter | None:
    try:
        with path.open("rb") as file:
            content = file.read(HEADER_LIMIT + TEXT_LIMIT)
        filed_at = path.stat().st_mtime
    except FileNotFoundError:
        return None  # a mail reader moved or deleted it just now; if moved, the next look has it
    resolution_s = WHOLE_SECOND_S if filed_at.is_integer() else FINE_S
    return Letter(folder, name, Stamp(datetime.fromtimestamp(filed_at, UTC), resolution_s), content)
