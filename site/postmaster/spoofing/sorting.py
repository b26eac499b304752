"""What a sender probably is, from one message of it, with the evidence in words. Pure."""

from dataclasses import dataclass

from postmaster.spoofing.steps import Sort

# Trusts' own systems stand under this; suppliers rarely do.
TRUSTS = ".nhs.uk"


@dataclass(frozen=True, slots=True)
class Signs:
    """What a message tells of its sender."""

    network: str
    infrastructure: tuple[str, ...]
    signed_by: tuple[str, ...]
    helo: str
    is_forwarded: bool
    list_id: str


def sort_sender(signs: Signs) -> tuple[Sort, str]:
    """The first question that is answered with yes decides; the evidence is what it read."""
    name = next((one[4:] for one in signs.infrastructure if one.startswith("ptr:")), "")
    if signs.list_id:
        return Sort.LIST, f"It bears the List-Id {signs.list_id[:80]}."
    if signs.is_forwarded:
        return (
            Sort.FORWARDER,
            "It was signed or sealed before it was passed on, and has marks of it.",
        )
    if signs.network == "hscn":
        return Sort.SERVER, f"It came from HSCN{f', from {name}' if name else ''}."
    trust = next((one for one in (name, signs.helo) if _is_of_a_trust(one)), "")
    if trust:
        return Sort.SERVER, f"It came from {trust[:80]}, a name of a trust."
    if signs.signed_by:
        signer = signs.signed_by[0][:80]
        return (
            Sort.SUPPLIER,
            f"It bears a good signature of {signer}, who signs its mail.",
        )
    came = f"It came from {name[:80]}" if name else "Its address has no name"
    return Sort.UNKNOWN, f"{came}, and it bears no good signature."


def _is_of_a_trust(host: str) -> bool:
    return host == TRUSTS[1:] or host.endswith(TRUSTS)
