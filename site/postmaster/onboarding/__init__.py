"""Organisations that move their mailboxes in by themselves, in batches that pause for tests."""
