"""A policy from a TOML file: any of ProbePolicy's fields, the rest as they are."""

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy


class PolicyFileError(Exception):
    """The policy file cannot be used; the message names the file and what to mend."""


def load_policy(path: Path) -> ProbePolicy:
    """The policy a file describes.

    Raises:
        PolicyFileError: it cannot be read, names something unknown or holds an impossible number.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyFileError(f"{path}: it cannot be read: {error}") from error
    faults = [fault for name, value in given.items() if (fault := _fault(name, value))]
    if faults:
        raise PolicyFileError("\n".join(f"{path}: {fault}" for fault in faults))
    policy = replace(DEFAULT_POLICY, **given)
    if policy.fail_count > policy.fail_window:
        raise PolicyFileError(f"{path}: fail_count cannot be more than fail_window.")
    return policy


def _fault(name: str, value: Any) -> str | None:
    known = {field.name: field.type for field in fields(ProbePolicy)}
    if name not in known:
        return f"{name} is not part of a policy; known are {', '.join(known)}."
    default = getattr(DEFAULT_POLICY, name)
    if isinstance(default, str):
        is_good = isinstance(value, str) and 0 < len(value) <= 32  # noqa: PLR2004 - the column's width
        return None if is_good else f"{name} must be a text of at most 32 characters."
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{name} must be a number."
    if isinstance(default, int):
        is_good = isinstance(value, int) and value >= 1
        return None if is_good else f"{name} must be a whole number from 1."
    if name == "sentence_share" and not 0 < value <= 1:
        return f"{name} must be above 0 and at most 1."
    return None if value >= 1 or name == "sentence_share" else f"{name} must be at least 1."
