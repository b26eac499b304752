"""One line per record in every log: control characters escaped, lengths bounded, secrets hidden.

A field somebody sent may hold newlines, terminal escapes or characters that turn the reading
direction; in a log they would forge or hide entries.
"""

import logging
import re
from collections.abc import Iterable
from typing import IO

FORMAT = "%(levelname)s %(name)s: %(message)s"
LONGEST_MESSAGE = 2_000
LONGEST_TRACE = 16_000
HIDDEN = "[hidden]"
# Shorter values would be found in ordinary words.
SHORTEST_SECRET = 8
# C0 and C1 controls, line and paragraph separators, zero-width and direction marks, surrogates.
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# What may carry a secret wherever it stands: headers, arguments, tokens in paths, user:word@.
CARRIERS = (
    re.compile(r"(?i)(\b(?:authorization|cookie|set-cookie)\b['\"]?\s*[:=]\s*)[^\r\n]+"),
    re.compile(r"(?i)([?&](?:token|key|code|secret|password)=)[^&\s'\"]+"),
    re.compile(r"(/(?:invitations?|unsubscribe|keep|reset|subscriptions?)/)[\w.~-]{16,}"),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"),
)


class OneLine(logging.Formatter):
    """Writes a record, its traceback included, as one line without secrets.

    `secrets` are values never to be written, whatever message they turn up in.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(FORMAT)
        self._secrets = sorted((one for one in secrets if len(one) >= SHORTEST_SECRET), key=len)

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        record.message = record.getMessage()
        line = self._clean(self.formatMessage(record), LONGEST_MESSAGE)
        if record.exc_info:
            line += "\\n" + self._clean(self.formatException(record.exc_info), LONGEST_TRACE)
        return line

    def _clean(self, text: str, longest: int) -> str:
        for secret in reversed(self._secrets):
            text = text.replace(secret, HIDDEN)
        for carrier in CARRIERS:
            text = carrier.sub(rf"\g<1>{HIDDEN}", text)
        length = len(text)
        if length > longest:
            text = f"{text[: longest // 2]} … {text[-longest // 2 :]} ({length:,} characters)"
        return CONTROLS.sub(_escape, text)


def set_up(secrets: Iterable[str] = (), *, stream: IO[str] | None = None) -> None:
    """Send every record of this process to a stream, standard error unless told, line by line."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("apscheduler", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _escape(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")
