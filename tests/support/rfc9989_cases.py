"""DMARC as RFC 9989 has it, restated as a table: zones in, result, policy and organisation out.

Sections 4.7, 4.10 and the examples of appendix B.4. Where implementations differ the case says so.
"""

from typing import Any, NamedTuple


class Dmarc(NamedTuple):
    """One case: what is published, who wrote, who vouches, and `result policy organisation`."""

    zones: dict[str, list[Any]]
    author: str
    expected: str
    dkim: tuple[str, ...] = ()
    spf: str = ""


def records(**texts: str) -> dict[str, list[Any]]:
    """Zones of DMARC records: two underscores in a name stand for a dot."""
    return {f"_dmarc.{name.replace('__', '.')}": [{"TXT": text}] for name, text in texts.items()}


DEEP = "a.b.c.d.e.f.g.h.i.j.k.example.com"
REJECT = "v=DMARC1; p=reject"
SIMPLE = records(example__com=REJECT)
STAGED = records(example__com="v=DMARC1; p=reject; sp=none; np=quarantine")
BANK = records(
    bank__example="v=DMARC1; p=reject; psd=y; rua=mailto:psd@bank.example",
    giant__bank__example="v=DMARC1; p=quarantine",
)
BOTH = {"_dmarc.example.com": [{"TXT": REJECT}, {"TXT": "v=DMARC1; p=none"}]}

CASES: dict[str, Dmarc] = {
    "same domain, strict": Dmarc(
        records(example__com=REJECT + "; adkim=s"),
        "example.com",
        "pass reject example.com",
        ("example.com",),
    ),
    "strict refuses the parent": Dmarc(
        records(example__com=REJECT + "; adkim=s"),
        "mail.example.com",
        "fail reject example.com",
        ("example.com",),
    ),
    "strict in capitals": Dmarc(
        records(example__com=REJECT + "; adkim=S"),
        "mail.example.com",
        "fail reject example.com",
        ("example.com",),
    ),
    "strict SPF": Dmarc(
        records(example__com=REJECT + "; aspf=s"),
        "example.com",
        "fail reject example.com",
        spf="mail.example.com",
    ),
    "relaxed by the organisation": Dmarc(
        SIMPLE, "mail.example.com", "pass reject example.com", ("example.com",)
    ),
    "sibling under one organisation": Dmarc(
        SIMPLE, "mail.example.com", "pass reject example.com", ("news.example.com",)
    ),
    "no record": Dmarc({}, "example.com", "none - example.com", ("example.com",)),
    "two records count as none": Dmarc(BOTH, "example.com", "none - example.com"),
    # Section 4.10: both are discarded and the walk goes on; mailauth 5 ends the search here.
    "two records, and the walk goes on": Dmarc(
        records(example__com="v=DMARC1; p=none")
        | {"_dmarc.mail.example.com": [{"TXT": REJECT}, {"TXT": "v=DMARC1; p=quarantine"}]},
        "mail.example.com",
        "fail none example.com",
    ),
    "other text beside the record": Dmarc(
        {"_dmarc.example.com": [{"TXT": "verification=x"}, {"TXT": REJECT}]},
        "example.com",
        "fail reject example.com",
    ),
    "only other text, and the walk goes on": Dmarc(
        records(example__com="v=DMARC1; p=quarantine")
        | {"_dmarc.mail.example.com": [{"TXT": "verification=x"}]},
        "mail.example.com",
        "pass quarantine example.com",
        ("example.com",),
    ),
    "record in two strings": Dmarc(
        {"_dmarc.example.com": [{"TXT": ["v=DMARC1; p=re", "ject"]}]},
        "example.com",
        "fail reject example.com",
    ),
    "pct is passed over": Dmarc(
        records(example__com=REJECT + "; pct=0"), "example.com", "fail reject example.com"
    ),
    "unknown tags are passed over": Dmarc(
        records(example__com=REJECT + "; moo=1; rf=afrf"), "example.com", "fail reject example.com"
    ),
    "B.4.1 simple hierarchy": Dmarc(
        SIMPLE | records(signing__example__com=REJECT),
        "example.com",
        "pass reject example.com",
        ("signing.example.com",),
        "example.com",
    ),
    "B.4.2 deep name": Dmarc(
        SIMPLE | records(signing__example__com=REJECT),
        DEEP,
        "pass reject example.com",
        ("signing.example.com",),
        "example.com",
    ),
    "B.4.3 one label below the suffix, SPF": Dmarc(
        BANK,
        "giant.bank.example",
        "pass quarantine giant.bank.example",
        ("mail.mega.bank.example",),
        "mail.giant.bank.example",
    ),
    "B.4.3 another customer of the suffix": Dmarc(
        BANK,
        "giant.bank.example",
        "fail quarantine giant.bank.example",
        ("mail.mega.bank.example",),
    ),
    "suffix's own policy where nobody below has one": Dmarc(
        BANK, "mega.bank.example", "fail reject mega.bank.example"
    ),
    "the organisation's record goes before the suffix's": Dmarc(
        records(
            example="v=DMARC1; p=reject; psd=y; rua=mailto:a@b.example",
            foo__example="v=DMARC1; p=none",
        ),
        "foo.example",
        "fail none foo.example",
    ),
    "the suffix itself writes": Dmarc(BANK, "bank.example", "fail reject bank.example"),
    "psd=n ends the walk": Dmarc(
        records(b__example__com=REJECT + "; psd=n", example__com="v=DMARC1; p=none"),
        "a.b.example.com",
        "fail reject b.example.com",
    ),
    "np for a name that does not exist": Dmarc(
        STAGED, "sub.example.com", "fail quarantine example.com"
    ),
    "sp for one that does": Dmarc(
        STAGED | {"sub.example.com": [{"A": "192.0.2.10"}]},
        "sub.example.com",
        "fail none example.com",
    ),
    "sp for one with other records": Dmarc(
        STAGED | {"mail.example.com": [{"MX": [1, "mx.example.com"]}]},
        "mail.example.com",
        "fail none example.com",
    ),
    "sp in place of np": Dmarc(
        records(example__com="v=DMARC1; p=reject; sp=none"),
        "sub.example.com",
        "fail none example.com",
    ),
    "t=y makes reject quarantine": Dmarc(
        records(example__com=REJECT + "; t=y"), "example.com", "fail quarantine example.com"
    ),
    "t=y makes quarantine none": Dmarc(
        records(example__com="v=DMARC1; p=quarantine; t=y"),
        "example.com",
        "fail none example.com",
    ),
    "no p but reports": Dmarc(
        records(example__com="v=DMARC1; rua=mailto:dmarc@example.com"),
        "example.com",
        "pass none example.com",
        ("example.com",),
    ),
    "neither p nor reports": Dmarc(
        records(example__com="v=DMARC1; adkim=s"), "example.com", "none - example.com"
    ),
    "version in small letters": Dmarc(
        records(example__com="v=dmarc1; p=reject"), "example.com", "none - example.com"
    ),
    "version with more after it": Dmarc(
        records(example__com="v=DMARC1x; p=reject"), "example.com", "none - example.com"
    ),
    "blanks around the sign": Dmarc(
        records(example__com="v = DMARC1; p = reject; adkim = s"),
        "mail.example.com",
        "fail reject example.com",
        ("example.com",),
    ),
    "policy in capitals": Dmarc(
        records(example__com="v=DMARC1; p=Reject"), "example.com", "fail reject example.com"
    ),
    "no answer": Dmarc({"_dmarc.example.com": ["TIMEOUT"]}, "example.com", "temperror - -"),
    "no answer about who vouches": Dmarc(
        SIMPLE | {"_dmarc.other.example": ["TIMEOUT"]},
        "example.com",
        "temperror - -",
        ("other.example",),
    ),
    "a record above every trust makes them one": Dmarc(
        records(nhs__uk=REJECT), "trust.nhs.uk", "pass reject nhs.uk", ("other.nhs.uk",)
    ),
}
