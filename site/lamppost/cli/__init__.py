"""`lamppost <noun> <verb>`: one file per noun, loaded only when it is called."""

import sys
from importlib import import_module

import click

from lamppost import __version__
from lamppost.cli.tied import tie

# Noun to the module that holds a click command or group called `command`.
NOUNS = {
    "accounts": "lamppost.cli.accounts",
    "audit": "lamppost.cli.audit",
    "bulletins": "lamppost.cli.bulletins",
    "closures": "lamppost.cli.closures",
    "config": "lamppost.cli.config",
    "db": "lamppost.cli.db",
    "delivery": "lamppost.cli.delivery",
    "hssi": "lamppost.cli.hssi",
    "lifecycle": "lamppost.cli.lifecycle",
    "milter": "lamppost.cli.milter",
    "orgs": "lamppost.cli.orgs",
    "policy": "lamppost.cli.policy",
    "probes": "lamppost.cli.probes",
    "relay": "lamppost.cli.relay",
    "run": "lamppost.cli.run",
    "sample": "lamppost.cli.sample",
    "spoof": "lamppost.cli.spoof",
    "status": "lamppost.cli.status",
    "users": "lamppost.cli.users",
    "web": "lamppost.cli.web",
    "worker": "lamppost.cli.worker",
}


class LazyNouns(click.Group):
    """A group that imports a noun's module when somebody names it, so that starting stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every noun, in order."""
        return sorted(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a noun, or None when there is no such noun."""
        if cmd_name not in NOUNS:
            return None
        command: click.Command = import_module(NOUNS[cmd_name]).command
        return command


@click.group(cls=LazyNouns)
@click.version_option(__version__, prog_name="lamppost")
@click.option("--tied", is_flag=True, hidden=True)
def root(*, tied: bool) -> None:
    """Lamppost: bulletins, service status and account policy for mail administrators."""
    if tied:
        tie()


def main() -> None:
    """The console script."""
    # Tables and messages carry en dashes; a C locale must not turn them into a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    root()
