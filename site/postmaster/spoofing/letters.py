"""The draft of a letter to whoever runs a system that spoofs, naming the way out. Pure."""

from datetime import date

from postmaster.days import say_day
from postmaster.spoofing.steps import Way

_HOW = {
    Way.APPLICATION: (
        "We can give you an application account of the service. Your system signs in with it by "
        "SMTP with TLS on port 587 and sends from the account's own address; the From line must be "
        "that address. Its password has at least 20 characters and is changed every 12 months, and "
        "the account must stay active."
    ),
    Way.SMTP: (
        "The account you use may be given SMTP over the internet. Your system then signs in with "
        "it, with TLS on port 587, and sends from that address and no other. The account must stay "
        "active."
    ),
    Way.DOMAIN: (
        "Please send from an address in a domain of your own, with SPF and DKIM for it. The name "
        "shown may say for whom you write; the address must be yours. A Reply-To may still lead to "
        "us."
    ),
    Way.RELAY: (
        "If your system stands on HSCN and writes as an nhs.uk domain that is yours, it can be "
        "registered with the relay: by its address, which must have a name in the DNS in both "
        "directions. It then sends through the relay and no longer straight to us."
    ),
}


def draft_letter(
    *,
    claimed: str,
    infrastructure: str,
    organisation: str,
    way: Way,
    messages: int,
    first_on: date,
    last_on: date,
) -> str:
    """The letter as plain text, for somebody to read, change and send under their own name."""
    kind, _, name = infrastructure.partition(":")
    sender = {"ptr": f"the mail server {name}", "ip": f"the address {name}",
              "dkim": f"a server that signs for {name}"}.get(kind, infrastructure)  # fmt: skip
    times = "one message" if messages == 1 else f"{messages:,} messages"
    return (
        f"To whoever runs {sender}\n\n"
        f"Between {say_day(first_on)} and {say_day(last_on)} {organisation} received {times} from "
        f"your system that give their sender as {claimed}. That address belongs to the mail "
        "service of the NHS, and your system is not one that may send for it. To a reader, and to "
        "our filters, such mail looks like fraud.\n\n"
        "Mail like this is marked as suspect. It may be put into junk mail folders or deleted "
        "without reaching anybody, on dates the service announces. If patients or staff depend on "
        "these messages, please change how they are sent before that.\n\n"
        f"What we suggest:\n\n{_HOW[way]}\n\n"
        "Please tell us by when you can do this, and whom to speak to about it.\n"
    )
