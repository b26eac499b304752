"""What a target in probes.toml says about the server to talk to: where, how private, who we are."""

import os
import ssl
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from probes.faults import ProberUnfitError


class TargetOptions(BaseModel):
    """The base of every probe's options: nothing unknown, nothing secret in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Privacy(StrEnum):
    """When TLS begins."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class Service(TargetOptions):
    """A server and how to sign in there; an inline password is for practice targets only."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    tls: Privacy = Privacy.NONE
    ca_file: str | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_file: str | None = None
    password_env: str | None = None

    @model_validator(mode="after")
    def _has_one_password(self) -> "Service":
        given = [self.password, self.password_file, self.password_env]
        count = sum(source is not None for source in given)
        if count > 1 or (count == 0 and self.username is not None):
            raise ValueError("a username goes with one of password_file, password_env and password")
        return self

    def secret(self) -> str:
        """The password, read afresh so that a new one holds from the next look on.

        Raises:
            ProberUnfitError: it is not where probes.toml says.
        """
        if self.password is not None:
            return self.password.get_secret_value()
        if self.password_file is not None:
            return _read_secret(self.password_file)
        found = os.environ.get(self.password_env or "")
        if found is None:
            raise ProberUnfitError(
                "password-missing", f"The environment has no {self.password_env}; set the password."
            )
        return found


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The rules of trust, kept: reading the machine's certificates costs 20 ms a time.

    Raises:
        ProberUnfitError: the file of trusted certificates cannot be read.
    """
    try:
        changed_at = Path(ca_file).stat().st_mtime_ns if ca_file else 0
        return _context(ca_file, changed_at)
    except OSError as error:
        raise ProberUnfitError(
            "ca-file", f"The trusted certificates in {ca_file} cannot be read: {error.strerror}."
        ) from error


@lru_cache(maxsize=64)
def _context(ca_file: str | None, _changed_at: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _read_secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        raise ProberUnfitError(
            "password-missing", f"The password file {path} cannot be read."
        ) from None
