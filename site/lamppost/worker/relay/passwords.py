"""The IMAP passwords: made once, kept beside the mail in files only their owner reads."""

import hmac
import secrets

from lamppost.worker.relay.folders import MAILBOXES, Folders, write_safely


def make_missing(folders: Folders) -> None:
    """Make a password for every mailbox that has none."""
    for mailbox in MAILBOXES:
        path = folders.password_file(mailbox)
        if not path.exists():
            write_safely(path, secrets.token_urlsafe(24).encode() + b"\n", mode=0o600)


def is_password(folders: Folders, mailbox: str, given: str) -> bool:
    """Whether this is the password of one of the three mailboxes."""
    if mailbox not in MAILBOXES:
        return False
    try:
        kept = folders.password_file(mailbox).read_text(encoding="utf-8").strip()
    except OSError:
        return False
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode())
