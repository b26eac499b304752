"""Lamppost: where a mail service posts its notices and shows its lights."""

__version__ = "0.1.0"
