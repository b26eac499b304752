"""The words of the letter that asks for confirmation."""

CONFIRM = "subscribers-confirm-1"


def write_confirmation(service: str, choices: list[str], *, link: str) -> tuple[str, str]:
    """Subject and text; nothing happens until its button is pressed."""
    listed = "\n".join(f"  {choice}" for choice in choices)
    text = (
        f"Somebody, perhaps you, asked {service} to write to this address about:\n\n"
        f"{listed}\n\n"
        "If it was you, open this link within 7 days and press the button:\n"
        f"{link}\n\n"
        "If it was not, do nothing. Nothing will be sent, and the address is forgotten.\n"
    )
    return f"Confirm that {service} may write to you", text
