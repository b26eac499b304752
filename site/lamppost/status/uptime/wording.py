"""Uptime in words. Pure."""

from lamppost.status.report import Uptime
from lamppost.status.uptime.rules import say_percentage


def say_figures(name: str, uptime: Uptime) -> str:
    """Both figures and the coverage in a line; docs/recompute_month.py prints the same."""
    return (
        f"{name}: all time {say_percentage(uptime.all_time)}, without announced maintenance "
        f"{say_percentage(uptime.agreed)}, measured {say_percentage(uptime.coverage)}"
    )


def say_uptime(uptime: Uptime) -> str:
    """`99.982%, measured 98.1%`: short enough for a line of the status page."""
    if uptime.all_time is None:
        return f"no figure, only {say_coverage(uptime.coverage)} was measured"
    agreed = ""
    if uptime.has_excuse:
        agreed = f" ({say_percentage(uptime.agreed)} without announced maintenance)"
    return f"{say_percentage(uptime.all_time)}{agreed}, measured {say_coverage(uptime.coverage)}"


def say_coverage(coverage: int) -> str:
    """Rounded down to a tenth: `98.1%`."""
    whole, part = divmod(coverage // 100, 10)
    return f"{whole}.{part}%" if part else f"{whole}%"
