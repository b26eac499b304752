"""Typed settings from the environment, prefix `LAMPPOST_`; wrong ones stop the start."""

import os
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from lamppost import paths

PREFIX = "LAMPPOST_"
SECRETS = ("SECRET_KEY", "DATABASE_URL", "SMTP_URL", "METRICS_TOKEN")
SHORTEST_SECRET = 32
FEWEST_LETTERS = 10
# Nobody's domain: in development its mail ends in the practice relay.
PRACTICE_SMS = "sms.practice.test"
Network = IPv4Network | IPv6Network


class Environment(StrEnum):
    """How strict the start is."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class RelayPorts(NamedTuple):
    """Where the practice relay answers; probes.toml names these ports in braces."""

    smtp: int = 2525
    imap: int = 1143
    http: int = 8025
    tls: int = 8465


class SettingsError(Exception):
    """The settings are wrong; the message has one sentence per fault."""


class Settings(BaseModel):
    """Everything a deployment may choose; `lamppost config check` prints it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Environment = Environment.DEVELOPMENT
    data: Path = Path("var")
    database_url: SecretStr | None = None
    secret_key: SecretStr | None = None
    base_url: str = "http://127.0.0.1:8000"
    # Feed ids begin with it and must outlive a change of host: set once, never changed.
    tag_authority: str = "lamppost.example"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    service_name: str = "Lamppost"
    organisation_name: str | None = None
    show_nhs_logo: bool = False
    demonstration: bool = True
    content_dir: Path = paths.BULLETINS
    probes_file: Path | None = None
    hscn_networks: tuple[Network, ...] = ()
    relay_ports: RelayPorts = RelayPorts()
    # Networks of our own proxies; or a number, of proxies that every request passes.
    trusted_proxies: tuple[Network, ...] | int = ()
    smtp_url: SecretStr | None = None
    mail_from: str = "lamppost@localhost"
    # The domain whose mail a gateway turns into text messages: 07700900123@sms.example.
    sms_gateway: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)+$"
    )
    metrics_token: SecretStr | None = None
    # Our host's name in Authentication-Results; the machine's own unless told.
    authserv_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,253}$")
    # Where a mail server finds the milter, with commas between: unix:/path, inet:host:port.
    milter_sockets: tuple[str, ...] = ()
    # What a message meets that cannot be judged; letting it through is no choice.
    milter_failure: Literal["tempfail", "hold", "reject"] = "tempfail"
    # The mail server's log, read for what became of messages.
    mail_log: Path | None = None

    @field_validator("hscn_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("milter_sockets", mode="before")
    @classmethod
    def _split_sockets(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: Any) -> Any:
        if isinstance(value, str) and value.strip().isdigit():
            return int(value)
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("relay_ports", mode="before")
    @classmethod
    def _split_ports(cls, value: Any) -> Any:
        if isinstance(value, str):
            return RelayPorts(*(int(part) for part in value.split(",")))
        return value

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    def storage_url(self) -> str:
        """The database address: the one given, or SQLite in the data folder."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data.resolve() / 'lamppost.sqlite3'}"

    def sms_domain(self) -> str | None:
        """The gateway of text messages; in development the practice one, in production as told."""
        return self.sms_gateway or (None if self.is_production else PRACTICE_SMS)

    def secret_values(self) -> tuple[str, ...]:
        """What no log may show."""
        given = (getattr(self, name.lower()) for name in SECRETS)
        return tuple(value.get_secret_value() for value in given if value is not None)

    def probe_definitions(self) -> Path:
        """The probes.toml in use: the one given, or the one that ships."""
        return self.probes_file or paths.probe_definitions()

    def probe_variables(self) -> dict[str, str]:
        """What the words in braces in probes.toml stand for."""
        ports = {
            f"relay_{name}_port": str(port) for name, port in self.relay_ports._asdict().items()
        }
        return {"data": str(self.data.resolve()), **ports}

    @property
    def is_production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.environment is Environment.PRODUCTION


def load_settings(environ: dict[str, str] | None = None) -> Settings:
    """Read, check and give the settings.

    Raises:
        SettingsError: one sentence per fault, naming the setting and how to mend it.
    """
    given = dict(os.environ if environ is None else environ)
    values, faults = _collect(given)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        faults += [
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}." for fault in error.errors()
        ]
        raise SettingsError("\n".join(faults)) from None
    faults += _production_faults(settings, given)
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _collect(given: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Field name to value, secrets read from their `_FILE`; an empty value counts as not set."""
    values: dict[str, str] = {}
    faults: list[str] = []
    for field in Settings.model_fields:
        name = PREFIX + field.upper()
        if given.get(name):
            values[field] = given[name]
        file = given.get(name + "_FILE")
        if file and field.upper() in SECRETS:
            try:
                values[field] = Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                faults.append(f"{name}_FILE: {file} cannot be read ({error.strerror}).")
    return values, faults


def _production_faults(settings: Settings, given: dict[str, str]) -> list[str]:
    if not settings.is_production:
        return []
    faults = [f"{name} is not a setting; see README.md for the list." for name in _unknown(given)]
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if len(secret) < SHORTEST_SECRET:
        faults.append(
            f"{PREFIX}SECRET_KEY is missing or shorter than {SHORTEST_SECRET} characters; make one "
            "with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if not settings.base_url.startswith("https://"):
        faults.append(f"{PREFIX}BASE_URL must begin with https:// in production.")
    if len(set(secret)) < FEWEST_LETTERS and len(secret) >= SHORTEST_SECRET:
        faults.append(f"{PREFIX}SECRET_KEY repeats itself; make a random one.")
    for name, networks in (
        ("HSCN_NETWORKS", settings.hscn_networks),
        ("TRUSTED_PROXIES", settings.trusted_proxies),
    ):
        if not isinstance(networks, int) and any(network.prefixlen == 0 for network in networks):
            faults.append(f"{PREFIX}{name} names every address there is; name your own networks.")
    return faults


def _unknown(given: dict[str, str]) -> list[str]:
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    known |= {PREFIX + secret + "_FILE" for secret in SECRETS}
    return sorted(name for name in given if name.startswith(PREFIX) and name not in known)


def describe(settings: Settings) -> dict[str, str | None]:
    """Every setting by its environment name, secrets redacted."""
    shown: dict[str, str | None] = {}
    for field in Settings.model_fields:
        value = getattr(settings, field)
        name = PREFIX + field.upper()
        if value is None:
            shown[name] = None
        elif isinstance(value, SecretStr):
            shown[name] = "(set, not shown)"
        elif isinstance(value, tuple):
            shown[name] = ",".join(str(part) for part in value)
        else:
            shown[name] = str(value)
    return shown
