"""What one session sees of an open folder: mail by sequence number, and what changed since."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from lamppost.worker.relay.imap.maildir import MaildirFolder, StoredMail
from lamppost.worker.relay.imap.search import Candidate, Scope, parse_search
from lamppost.worker.relay.imap.words import Word, ranges


class FolderView:
    """An open folder. Sequence numbers move only when the client is told."""

    def __init__(self, folder: MaildirFolder, *, writable: bool) -> None:
        self.folder = folder
        self.writable = writable
        self.mail = folder.list_mail()

    def refresh(self, *, may_expunge: bool) -> list[str]:
        """Look again; gives the untagged lines that tell the client what changed."""
        fresh = {mail.uid: mail for mail in self.folder.list_mail()}
        lines = []
        if may_expunge:
            for number in range(len(self.mail), 0, -1):
                if self.mail[number - 1].uid not in fresh:
                    lines.append(f"* {number} EXPUNGE")
                    del self.mail[number - 1]
        known = {mail.uid for mail in self.mail}
        self.mail = [fresh.get(mail.uid, mail) for mail in self.mail]
        arrived = [mail for uid, mail in fresh.items() if uid not in known]
        self.mail += arrived
        if arrived:
            lines.append(f"* {len(self.mail)} EXISTS")
        return lines

    def chosen(self, numbers: Word, *, by_uid: bool) -> Iterator[tuple[int, StoredMail]]:
        """The mail a set names, with sequence numbers; those that do not exist are passed over."""
        parts = ranges(numbers, self._scope().highest_uid if by_uid else len(self.mail))
        for number, mail in enumerate(list(self.mail), start=1):
            if any((mail.uid if by_uid else number) in part for part in parts):
                yield number, mail

    def search(
        self, words: list[Word], *, by_uid: bool, indexed_before: datetime | None
    ) -> list[int]:
        """The numbers of the mail that passes; mail newer than the index does not exist for it."""
        test = parse_search(words, self._scope())
        found = []
        for number, mail in enumerate(self.mail, start=1):
            is_indexed = indexed_before is None or mail.arrived_at() <= indexed_before
            if is_indexed and test(Candidate(number, mail)):
                found.append(mail.uid if by_uid else number)
        return found

    def put_flags(self, number: int, flags: frozenset[str]) -> StoredMail:
        """Give the mail at a sequence number its new flags."""
        changed = self.folder.set_flags(self.mail[number - 1], flags)
        self.mail[number - 1] = changed
        return changed

    def expunge(self, among: Word | None) -> None:
        """Delete the mail marked as deleted, of a UID set or all of it."""
        uids = None if among is None else {m.uid for _, m in self.chosen(among, by_uid=True)}
        for mail in self.folder.list_mail():
            if "\\Deleted" in mail.flags and (uids is None or mail.uid in uids):
                self.folder.remove(mail)

    def _scope(self) -> Scope:
        return Scope(len(self.mail), self.mail[-1].uid if self.mail else 0)


def index_horizon(now: datetime, lag_s: float, offset_s: float) -> datetime | None:
    """Mail filed after this moment is not in the search index yet; None when there is no lag."""
    return now + timedelta(seconds=offset_s - lag_s) if lag_s else None
