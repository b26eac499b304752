"""The secret of an authenticator as people take it: a QR code, or a key to type."""

import segno
from markupsafe import Markup

from lamppost.people.factors import WaitingFactor


def draw_factor(waiting: WaitingFactor) -> dict[str, object]:
    """The secret in groups of four, and as a QR code without any style of its own."""
    picture = segno.make(waiting.uri, error="m").svg_inline(
        scale=5, border=4, omitsize=False, svgclass="app-qr", lineclass=None, title="QR code"
    )
    groups = [waiting.secret[at : at + 4] for at in range(0, len(waiting.secret), 4)]
    return {"groups": groups, "picture": Markup(picture)}  # nosec B704 # noqa: S704 - drawn from our own secret
