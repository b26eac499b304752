"""Messages as a mail service sees them, made once with a fixed seed, with the DNS they refer to."""

import random
from base64 import b64encode
from dataclasses import dataclass

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

COUNT = 300
CLIENT = "192.0.2.7"
SIZES = (4_000, 20_000, 100_000)
SHARES = (60, 30, 10)
DOMAINS = 20
WORDS = ("please", "attend", "the", "clinic", "on", "Tuesday", "and", "bring", "this", "letter")
Zones = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Mailbag:
    """The messages with their envelope senders, and the zones."""

    messages: list[tuple[bytes, str]]
    zones: Zones


def make_mailbag() -> Mailbag:
    """60% of 4 kB, 30% of 20 kB, 10% of 100 kB; most signed once, some twice, some spoofs."""
    chance = random.Random(19)  # noqa: S311 - the same mail every time, no secret
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    zones = _make_zones(b64encode(public).decode())
    messages = [_make_one(chance, number, pem) for number in range(COUNT)]
    return Mailbag(messages, zones)


def _make_zones(public: str) -> Zones:
    zones: Zones = {
        "_dmarc.nhs.net": [{"TXT": "v=DMARC1; p=reject"}],
        "nhs.net": [{"TXT": "v=spf1 ip4:198.51.100.0/24 -all"}],
        "esp.test": [{"TXT": "v=spf1 include:_spf.esp.test -all"}],
        "_spf.esp.test": [{"TXT": f"v=spf1 ip4:203.0.113.0/24 ip4:{CLIENT} -all"}],
        "s1._domainkey.esp.test": [{"TXT": f"v=DKIM1; k=rsa; p={public}"}],
    }
    for number in range(DOMAINS):
        domain = f"trust{number}.test"
        zones[domain] = [{"TXT": "v=spf1 include:esp.test ~all"}]
        zones[f"_dmarc.{domain}"] = [{"TXT": "v=DMARC1; p=reject; rua=mailto:a@esp.test"}]
        zones[f"s1._domainkey.{domain}"] = [{"TXT": f"v=DKIM1; k=rsa; p={public}"}]
    return zones


def _make_one(chance: random.Random, number: int, pem: bytes) -> tuple[bytes, str]:
    domain = f"trust{number % DOMAINS}.test"
    (kind,) = chance.choices(("once", "twice", "spoof"), (70, 15, 15))
    author = "Clinic <appointments@nhs.net>" if kind == "spoof" else f"Clinic <a{number}@{domain}>"
    message = _write(chance, number, author, *chance.choices(SIZES, SHARES))
    signers = {"once": (domain,), "twice": ("esp.test", domain), "spoof": ()}[kind]
    for signer in signers:
        message = (
            dkim.sign(
                message,
                b"s1",
                signer.encode(),
                pem,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
            )
            + message
        )
    return message, f"bounce@{domain if kind != 'spoof' else 'esp.test'}"


def _write(chance: random.Random, number: int, author: str, size: int) -> bytes:
    """A message of 23 header fields, with a text and an HTML part."""
    fields = [
        *(f"Received: from a{hop}.test by b{hop}.test; Mon, 9 Apr 2018" for hop in range(6)),
        f"From: {author}",
        "To: nurse@nhs.net",
        "Subject: Your appointment",
        "Date: Mon, 9 Apr 2018 09:00:00 +0100",
        f"Message-ID: <{number}@esp.test>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="parts"',
        *(f"X-Field-{place}: some value of some length {place}" for place in range(10)),
    ]
    lines: list[str] = []
    written = 0
    while written < size // 2:
        line = " ".join(chance.choices(WORDS, k=11))
        lines.append(line)
        written += len(line) + 2
    text = "\r\n".join(lines)
    parts = (
        f"--parts\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        f"--parts\r\nContent-Type: text/html\r\n\r\n<p>{text}</p>\r\n--parts--\r\n"
    )
    return ("\r\n".join(fields) + "\r\n\r\n" + parts).encode()
