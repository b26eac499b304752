"""One pass of authheaders over a file of messages, its suffix list cached; prints CPU seconds.

Run in the environment of what is measured against: `authheaders_pass.py MAILBAG.json`.
"""

import json
import sys
import time
from base64 import b64decode
from pathlib import Path

import authheaders
import authheaders.dmarc_lookup
import publicsuffix2
import spf

BAG = json.loads(Path(sys.argv[1]).read_text())
TEXTS = {name: rows[0]["TXT"] for name, rows in BAG["zones"].items()}
SUFFIXES = publicsuffix2.PublicSuffixList()


def get_text(name: str | bytes, timeout: float = 5) -> str | None:  # noqa: ARG001 - their shape
    """The TXT record of a name."""
    plain = name.decode() if isinstance(name, bytes) else name
    return TEXTS.get(plain.rstrip("."))


def look_up(name: str, kind: str, _strict: object, _timeout: float) -> list[object]:
    """The same for pyspf."""
    text = TEXTS.get(name.rstrip("."))
    return [((name, kind), (text.encode(),))] if text and kind == "TXT" else []


def judge(message: bytes, sender: str) -> str:
    """One message through SPF, DKIM and DMARC."""
    return authheaders.authenticate_message(
        message,
        "mx.test",
        spf=True,
        ip=BAG["client"],
        mail_from=sender,
        helo="mail.esp.test",
        dnsfunc=get_text,
    )


spf.DNSLookup = look_up
authheaders.dmarc_lookup.get_org_domain = SUFFIXES.get_public_suffix
authheaders.get_org_domain = SUFFIXES.get_public_suffix
messages = [(b64decode(raw), sender) for raw, sender in BAG["messages"]]
judge(*messages[0])
began = time.process_time()
said = [judge(raw, sender) for raw, sender in messages]
took = time.process_time() - began
print(json.dumps({"seconds": took, "passed": sum("dmarc=pass" in one for one in said)}))
