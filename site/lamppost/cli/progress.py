"""A bar for long work: on a terminal, and nothing otherwise."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def show_progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Gives what is told how many more are done."""
    with click.progressbar(length=total, label=label, hidden=not sys.stdout.isatty()) as bar:
        yield bar.update
