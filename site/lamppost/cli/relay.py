"""`lamppost relay`: the practice relay, and `set`, `show`, `reset` for the script it follows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lamppost import logs
from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.worker.relay.folders import Folders, folders_in
from lamppost.worker.relay.script import DEFAULT, Behaviour, Script, ScriptError
from lamppost.worker.relay.script_file import load_script, save_script

# The options of `set` whose name is not the behaviour's with dashes for underscores.
SHORT = {"delay_s": "delay", "clock_offset_s": "clock-offset", "index_lag_s": "index-lag"}
SHORT |= {"http_delay_s": "http-delay"}


def _data_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="The data folder (LAMPPOST_DATA); the relay keeps to relay/ inside it.",
    )(function)


def _port_option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        f"--{name}-port",
        type=click.IntRange(0, 65535),
        help=f"The {name.upper()} port (LAMPPOST_RELAY_PORTS); 0 takes any free one.",
    )


@click.group(invoke_without_command=True)
@_port_option("smtp")
@_port_option("imap")
@_port_option("http")
@_port_option("tls")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@_data_option
@click.pass_context
def command(ctx: click.Context, /, *, host: str, data: Path | None, **ports: int | None) -> None:
    """Run the practice relay: SMTP in, Maildir and IMAP out, late or wrong as its script says."""
    settings = settings_or_stop()
    ctx.obj = data or settings.data
    if ctx.invoked_subcommand is not None:
        return
    # Only the server needs aiosmtpd and trustme; the script's commands stay quick.
    from lamppost.worker.relay.running import run_relay  # noqa: PLC0415 - as said above
    from lamppost.worker.relay.server import RelayOptions  # noqa: PLC0415 - as said above

    logs.set_up(settings.secret_values())
    usual = settings.relay_ports._asdict()
    chosen = {
        f"{name}_port": port if (port := ports[f"{name}_port"]) is not None else usual[name]
        for name in usual
    }
    raise SystemExit(run_relay(RelayOptions(data=ctx.obj, host=host, **chosen)))


def _behaviour_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """One option per behaviour, its help the model's own words."""
    for name, field in reversed(Behaviour.model_fields.items()):
        flag = "--" + SHORT.get(name, name).replace("_", "-")
        if field.annotation is bool:
            decorate = click.option(
                f"{flag}/--no-{flag[2:]}", name, default=None, help=field.description
            )
        else:
            kind = int if field.annotation is int else float
            decorate = click.option(flag, name, type=kind, help=field.description)
        function = decorate(function)
    return function


_section_option = click.option(
    "--mailbox",
    "--page",
    "section",
    default=DEFAULT,
    show_default=True,
    help="The mailbox (incoming, outgoing, internal, …) or page (portal, owa, activesync).",
)


@command.command(name="set")
@_section_option
@_behaviour_options
@_data_option
@click.pass_obj
def set_command(
    outer: Path, /, *, section: str, data: Path | None, **behaviour: bool | float | None
) -> None:
    """Change how the relay behaves; a running relay follows at once."""
    folders = folders_in(data or outer)
    given = {name: value for name, value in behaviour.items() if value is not None}
    if not given:
        raise click.UsageError("Say what is to change; `lamppost relay set --help` lists it.")
    script = _changed(_script_or_stop(folders), section, given)
    save_script(folders.script, script)
    click.echo(_line(section, script))


@command.command()
@json_option
@_data_option
@click.pass_obj
def show(outer: Path, *, as_json: bool, data: Path | None) -> None:
    """Print how the relay behaves for each mailbox and page."""
    script = _script_or_stop(folders_in(data or outer))
    if as_json:
        print_json({name: script.behaviour(name).model_dump() for name in script.names()})
        return
    for name in script.names():
        click.echo(_line(name, script))


@command.command()
@click.option("--mailbox", "--page", "section", help="Only this one; otherwise everything.")
@_data_option
@click.pass_obj
def reset(outer: Path, *, section: str | None, data: Path | None) -> None:
    """Make the relay prompt and honest again; mail already waiting keeps its delay."""
    folders = folders_in(data or outer)
    script = _script_or_stop(folders).without(section) if section else Script()
    save_script(folders.script, script)
    click.echo(_line(section or DEFAULT, script))


def _script_or_stop(folders: Folders) -> Script:
    try:
        return load_script(folders.script)
    except ScriptError as error:
        click.echo(
            f"{error}\nMend the file, or begin afresh with `lamppost relay reset`.", err=True
        )
        raise SystemExit(EXIT_USAGE) from None


def _changed(script: Script, section: str, given: dict[str, Any]) -> Script:
    try:
        return script.changed(section.lower(), given)
    except ScriptError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None


def _line(name: str, script: Script) -> str:
    """What differs from a prompt and honest relay, in one line."""
    usual = Behaviour()
    held = script.behaviour(name).model_dump()
    odd = [f"{key}={value}" for key, value in held.items() if value != getattr(usual, key)]
    return f"{name}: {', '.join(odd) or 'prompt and honest'}"
