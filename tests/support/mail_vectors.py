"""Third parties' test vectors for SPF, DKIM and DMARC, each run through our own evaluation.

Every suite gives its cases as (name, what was expected, what we said); the one who runs them says
how many agree. The SPF suite's file is vendored with its licence in tests/judges/vectors.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import dkim
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nacl.signing import SigningKey

from lamppost.nameservers import ZoneResolver
from postmaster.spoofing.alignment import Vouched, align_by_walk
from postmaster.spoofing.authentication import cut_signed
from postmaster.spoofing.lookups import Lookups
from postmaster.spoofing.message import read_message
from postmaster.spoofing.resolving import DnsAnswer, DnsTrouble
from postmaster.spoofing.sender_policy import check_sender_policy
from postmaster.spoofing.signatures import check_signatures
from postmaster.spoofing.values import Envelope, Network
from postmaster.spoofing.verdict import Check
from rfc9989_cases import CASES as RFC9989

VECTORS = Path(__file__).resolve().parents[1] / "judges/vectors"
AT = datetime(2018, 6, 10, 14, 0, tzinfo=UTC)


class Case(NamedTuple):
    """One vector: its name, the results that are right, and ours."""

    name: str
    expected: tuple[str, ...]
    got: str

    @property
    def agrees(self) -> bool:
        """Whether ours is one of them."""
        return self.got in self.expected


class SuiteResolver:
    """The zones of the SPF suite: `error.` names time out, SPF records stand for TXT."""

    def __init__(self, zones: Mapping[str, Sequence[Any]]) -> None:
        self._zones = ZoneResolver({name: list(_as_text(rows)) for name, rows in zones.items()})

    def lookup(self, name: str, kind: str, *, seconds: float) -> DnsAnswer:
        """The suite's answer."""
        answer = self._zones.lookup(name, kind, seconds=seconds)
        if answer.trouble is DnsTrouble.NO_SUCH_NAME and name.startswith("error."):
            return DnsAnswer(trouble=DnsTrouble.TIMEOUT)
        return answer


def _as_text(rows: Sequence[Any]) -> Iterator[Any]:
    has_text = any(isinstance(row, dict) and "TXT" in row for row in rows)
    for row in rows:
        if not isinstance(row, dict):
            yield row
            continue
        for kind, value in row.items():
            if value == "NONE":
                continue
            if kind == "SPF" and not has_text:
                yield {"TXT": value}
            elif kind != "SPF":
                yield {kind: value}


def run_rfc7208() -> list[Case]:
    """Every case of the suite of RFC 7208."""
    text = (VECTORS / "rfc7208-tests.yml").read_text(encoding="utf-8")
    found = []
    for scenario in yaml.safe_load_all(text):
        resolver = SuiteResolver(scenario["zonedata"])
        for name, case in scenario["tests"].items():
            envelope = Envelope(
                network=Network.INTERNET,
                received_at=AT,
                client_ip=case["host"],
                helo=case["helo"],
                mail_from=case["mailfrom"],
            )
            check, _ = check_sender_policy(envelope, Lookups(resolver))
            expected = case["result"]
            right = tuple(expected) if isinstance(expected, list) else (expected,)
            found.append(Case(f"{scenario['description']}: {name}", right, check.value))
    return found


def run_rfc9989() -> list[Case]:
    """The tree walk, alignment and policy cases, restated from the standard."""
    found = []
    for name, case in RFC9989.items():
        resolver = ZoneResolver(case.zones)
        lookups = Lookups(resolver)
        said = align_by_walk(case.author, Vouched(case.spf, case.dkim), lookups)
        got = f"{said.check.value} {said.policy or '-'} {said.organisational_domain or '-'}"
        found.append(Case(name, (case.expected,), got))
    return found


FOOTBALL = {
    "brisbane._domainkey.football.example.com": [
        {"TXT": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}
    ],
    "test._domainkey.football.example.com": [
        {
            "TXT": "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3"
            "idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL"
            "6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
        }
    ],
}


def run_rfc8463() -> list[Case]:
    """The signed message of RFC 8463, appendix A.3: as printed, and with each part changed."""
    message = (VECTORS / "rfc8463.eml").read_bytes()
    changes = {
        "both signatures": (message, "pass football.example.com"),
        "Ed25519 alone": (message.replace(b"s=test;", b"s=gone;"), "pass football.example.com"),
        "RSA alone": (message.replace(b"s=brisbane;", b"s=gone;"), "pass football.example.com"),
        "no key": (message.replace(b"s=test;", b"s=gone;").replace(b"s=brisbane;", b"s=x;"), "-"),
        "body changed": (message.replace(b"hungry", b"thirsty"), "-"),
        "subject changed": (message.replace(b"dinner", b"lunch"), "-"),
        "second From on top": (b"From: admin@nhs.net\r\n" + message, "-"),
        "blank lines after": (message + b"\r\n\r\n", "pass football.example.com"),
        "line ends of one byte": (message.replace(b"\r\n", b"\n"), "pass football.example.com"),
    }
    return [
        Case(name, (expected,), _verify(changed, FOOTBALL))
        for name, (changed, expected) in changes.items()
    ]


def _verify(message: bytes, zones: Mapping[str, Sequence[Any]]) -> str:
    lookups = Lookups(ZoneResolver(zones))
    check, signed_by = check_signatures(cut_signed(message, read_message(message)), lookups, at=AT)
    return f"pass {' '.join(signed_by)}" if check is Check.PASS else "-"


BODIES = {
    "plain": b"Hello\r\n",
    "empty": b"",
    "blank lines": b"Hello\r\n\r\n\r\n",
    "runs of blanks": b"a \t b\t\r\n \r\nc  \r\n",
    "no last line end": b"Hello",
    "one byte line ends": b"Hello\nyou\n",
    "only blank lines": b"\r\n\r\n",
}
HEAD = b"From: Joe <joe@signed.example>\r\nTo: a@b.example\r\nSubject: One  two\r\n\tthree\r\n"
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "as signed": lambda message: message,
    "a field added on top": lambda message: b"X-Seen: yes\r\n" + message,
    "subject changed": lambda message: message.replace(b"One", b"Two"),
    "second From": lambda message: b"From: admin@nhs.net\r\n" + message,
    "text added": lambda message: message + b"more\r\n",
}


def run_against_dkimpy() -> list[Case]:
    """Signed by dkimpy in every form, changed on the way, and judged by dkimpy and by us."""
    keys, zones = _make_keys()
    answers = {name: rows[0]["TXT"].encode() for name, rows in zones.items()}

    def answer(name: bytes, timeout: float) -> bytes | None:  # noqa: ARG001 - dkimpy's shape
        return answers.get(name.decode().rstrip("."))

    found = []
    forms = product(keys, (b"simple", b"relaxed"), (b"simple", b"relaxed"), (False, True), BODIES)
    for algorithm, header, body_form, has_length, body in forms:
        message = HEAD + b"\r\n" + BODIES[body]
        signature = dkim.sign(
            message,
            algorithm,
            b"signed.example",
            keys[algorithm],
            signature_algorithm=algorithm + b"-sha256",
            canonicalize=(header, body_form),
            length=has_length,
            include_headers=[b"from", b"to", b"subject"],
        )
        for change, make in CHANGES.items():
            changed = make(signature + message)
            theirs = dkim.verify(changed, dnsfunc=answer)
            form = b" ".join((algorithm, header, body_form)).decode()
            name = f"{form} {body}, {change}, length {has_length}"
            found.append(
                Case(name, ("pass signed.example" if theirs else "-",), _verify_now(changed, zones))
            )
    return found


def _verify_now(message: bytes, zones: Mapping[str, Sequence[Any]]) -> str:
    lookups = Lookups(ZoneResolver(zones))
    signed = cut_signed(message, read_message(message))
    check, signed_by = check_signatures(signed, lookups, at=datetime.now(UTC))
    return f"pass {' '.join(signed_by)}" if check is Check.PASS else "-"


def _make_keys() -> tuple[dict[bytes, bytes], dict[str, list[dict[str, str]]]]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    small = SigningKey.generate()
    records = {
        "rsa": f"v=DKIM1; k=rsa; p={b64encode(der).decode()}",
        "ed25519": f"v=DKIM1; k=ed25519; p={b64encode(bytes(small.verify_key)).decode()}",
    }
    zones = {f"{name}._domainkey.signed.example": [{"TXT": text}] for name, text in records.items()}
    return {b"rsa": pem, b"ed25519": b64encode(bytes(small))}, zones


SUITES = {
    "RFC 7208 test suite (SPF)": run_rfc7208,
    "RFC 8463 appendix A (DKIM)": run_rfc8463,
    "DKIM, against dkimpy": run_against_dkimpy,
    "RFC 9989 (DMARC)": run_rfc9989,
}
