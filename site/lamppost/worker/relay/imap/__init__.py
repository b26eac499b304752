"""A small IMAP4rev1 server over Maildirs; why it is ours: docs/decisions/0003."""
