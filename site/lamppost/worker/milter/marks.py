"""The headers only we write: which of an incoming message are forged, and the verdict's own."""

import re
from collections.abc import Sequence

from postmaster.spoofing.results_field import FIELD_NAME, is_by
from postmaster.spoofing.verdict import Verdict

RESULTS = b"Authentication-Results"
VERDICT = b"X-Lamppost-Verdict"
JUNK_REASON = b"X-Junk-Reason"
SPAM_FLAG = b"X-Spam-Flag"
# Whoever else sends these forges them.
OURS = (VERDICT.lower(), JUNK_REASON.lower())
_LOOKED_AT = frozenset({*OURS, FIELD_NAME.encode()})
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,120}")


def list_forged(
    headers: Sequence[tuple[bytes, bytes]], authserv_id: str
) -> Sequence[tuple[int, bytes]]:
    """The headers to remove, the last first: each one's number among those of its name.

    From the last to the first, because removing one changes the numbers after it. Results other
    hosts wrote stay.
    """
    counts: dict[bytes, int] = {}
    found = []
    for name, value in headers:
        key = name.strip().lower()
        if key not in _LOOKED_AT:
            continue
        counts[key] = counts.get(key, 0) + 1
        if key in OURS or is_by(value, authserv_id):
            found.append((counts[key], name))
    return found[::-1]


def write_verdict(verdict: Verdict) -> bytes:
    """The value of the verdict's own header: for whoever looks at one message's source."""
    codes = ",".join(one.code for one in verdict.reasons if _TOKEN.fullmatch(one.code))[:400]
    words = [
        "spoof" if verdict.is_spoof else "noted" if verdict.kind else "clean",
        f"kind={verdict.kind.value if verdict.kind else 'none'}",
        f"stage={verdict.stage.value}",
        f"action={verdict.action.value}",
        f"policy={_plain(verdict.policy_version)}",
        f"exception={_plain(verdict.exception or 'none')}",
        f"reasons={codes or 'none'}",
    ]
    return (" " + ";\n\t".join(words)).encode("ascii", "replace")


def _plain(text: str) -> str:
    return text if _TOKEN.fullmatch(text) else "".join(_TOKEN.findall(text))[:120] or "none"
