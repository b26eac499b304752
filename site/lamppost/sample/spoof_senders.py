"""Who spoofs in the sample: suppliers, trusts' own servers, forwarders, a list, and strangers."""

from dataclasses import dataclass

from postmaster.spoofing.values import Network, SpoofKind


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender: what it claims, from where, to whom, how much a day, since how many days.

    `fade` is by how much of a day's volume each earlier week was larger: a way out that works.
    """

    claimed: str
    infrastructure: tuple[str, ...]
    organisations: tuple[str, ...]
    a_day: int
    signed_by: tuple[str, ...] = ()
    kind: SpoofKind = SpoofKind.EXACT_DOMAIN
    network: Network = Network.INTERNET
    helo: str = ""
    is_forwarded: bool = False
    list_id: str = ""
    since_days: int = 200
    fade: float = 0.0

    @property
    def is_spoof(self) -> bool:
        """Whether the policy acts on it; the others are only noted."""
        return self.kind not in {SpoofKind.BRAND, SpoofKind.SUSPICIOUS, SpoofKind.ENVELOPE}

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Why, in words."""
        return (
            ("claims", f"A reading of From claims {self.claimed}."),
            ("sent-by", f"It was sent by {self.infrastructure[0]}, which may not send for it."),
        )


def _supplier(
    claimed: str, domain: str, organisations: tuple[str, ...], a_day: int, fade: float = 0.0
) -> Sender:
    """A company that signs its mail with its own name and writes somebody else's in From."""
    infrastructure = (f"ptr:{domain}", f"ip:198.51.{len(domain)}.0/24", f"dkim:{domain}")
    return Sender(
        claimed, infrastructure, organisations, a_day, (domain,), helo=f"out.{domain}", fade=fade
    )


def _stranger(
    claimed: str, network: str, organisations: tuple[str, ...], a_day: int, *,
    kind: SpoofKind = SpoofKind.EXACT_DOMAIN, since_days: int = 20,
) -> Sender:  # fmt: skip
    """Somebody without a name or a signature."""
    infrastructure = (f"ip:{network}",)
    return Sender(claimed, infrastructure, organisations, a_day, kind=kind, since_days=since_days)


SUBDOMAIN, LOOKALIKE, DISPLAY_NAME = (
    SpoofKind.SUBDOMAIN, SpoofKind.LOOKALIKE, SpoofKind.DISPLAY_NAME,
)  # fmt: skip
MALFORMED, BRAND = SpoofKind.MALFORMED, SpoofKind.BRAND
SENDERS: tuple[Sender, ...] = (
    _supplier("anticoagulation.rx1@nhs.net", "remindwell.example", ("RX1", "RX101"), 24, fade=0.3),
    _supplier("outpatients.rx2@nhs.net", "lettersdirect.example", ("RX2", "RX201"), 18),
    Sender(
        "pathology.rx1@nhs.net", ("ptr:larkmoor.nhs.uk", "ip:10.20.3.0/24"), ("RX1", "A81001"), 30,
        network=Network.HSCN, helo="labs.larkmoor.nhs.uk",
    ),
    _supplier("staff.survey@nhs.net", "askthem.example", ("RX1", "RX2", "RX3"), 12),
    _supplier("rota@nhs.net", "shiftboard.example", ("RX3",), 9),
    _supplier("prescriptions.fx001@nhs.net", "pillcount.example", ("FX001", "FX002"), 6, fade=0.6),
    _supplier("recall.a81002@nhs.net", "recallpost.example", ("A81002",), 5),
    _supplier("newsletter.ccg@nhs.net", "mailround.example", ("09Y", "A81001", "A81002"), 7),
    Sender(
        "telephony@nhs.net", ("ptr:tarnside.nhs.uk", "ip:10.21.4.0/24"), ("RX2",), 11,
        network=Network.HSCN, helo="pbx.tarnside.nhs.uk",
    ),
    Sender(
        "estates.rx2@nhs.net", ("ip:10.21.9.0/24",), ("RX2", "RX202"), 4, network=Network.HSCN,
    ),
    Sender(
        "ann.alder12@nhs.net", ("ptr:college.example", "ip:203.0.113.0/24"), ("RX1",), 2,
        ("nhs.net",), helo="mx.college.example", is_forwarded=True,
    ),
    Sender(
        "dr.heath@nhs.net", ("ptr:alumni.example", "ip:203.0.112.0/24"), ("A81003",), 1,
        helo="alumni.example", is_forwarded=True,
    ),
    Sender(
        "will.scar31@nhs.net", ("ptr:lists.example", "ip:203.0.111.0/24"), ("RX1", "RX2"), 3,
        ("lists.example",), helo="lists.example", list_id="<nurses.lists.example>",
    ),
    _stranger("helpdesk@nhs.net", "192.0.2.0/24", ("RX1", "RX2", "A81001", "FX001"), 8),
    _stranger("payroll@nhs.net", "192.0.3.0/24", ("RX3", "RX1"), 5, since_days=6),
    _stranger("chief.executive@nhs.net", "192.0.4.0/24", ("RX2",), 2, since_days=3),
    _stranger("it@portal.nhs.net", "192.0.5.0/24", ("RX1",), 3, kind=SUBDOMAIN, since_days=30),
    _stranger("support@nhsnet.example", "192.0.6.0/24", ("RX1", "VX001"), 4, kind=LOOKALIKE),
    _stranger("admin@nhs-net.example", "192.0.7.0/24", ("RX2",), 3, kind=LOOKALIKE, since_days=12),
    _stranger("admin@nhs.net", "192.0.8.0/24", ("VC001", "TX001"), 2, kind=DISPLAY_NAME),
    _stranger("invoice@nhs.net", "192.0.9.0/24", ("RX1",), 1, kind=MALFORMED, since_days=40),
    _stranger("hello@mailoffers.example", "192.0.10.0/24", ("RX1",), 3, kind=BRAND, since_days=50),
)  # fmt: skip
