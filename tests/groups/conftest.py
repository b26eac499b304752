"""The estate with lists."""

from list_fixtures import lists, lists_file

__all__ = ["lists", "lists_file"]
