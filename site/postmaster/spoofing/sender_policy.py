"""SPF (RFC 7208) by pyspf, asked over the resolver that was handed in."""

import re
from typing import Any

import spf

from postmaster.spoofing.lookups import Lookups, is_name
from postmaster.spoofing.resolving import DnsTrouble
from postmaster.spoofing.values import Envelope
from postmaster.spoofing.verdict import Check

_LONGEST_ADDRESS = 512
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]+")


class _Query(spf.query):  # type: ignore[misc]  # pyspf ships no types
    """pyspf's evaluation with its one door to the DNS replaced.

    The library's own hook is a module's global; a message must not share it with its neighbours.
    """

    def __init__(self, lookups: Lookups, **given: Any) -> None:
        super().__init__(**given)
        self._lookups = lookups

    def dns(
        self,
        name: str,
        qtype: str,
        cnames: Any = None,
        ignore_void: bool = False,  # noqa: FBT001, FBT002 - the signature is pyspf's
    ) -> list[Any]:
        """Records as pyspf wants them; counts empty answers as RFC 7208 section 4.6.4 asks."""
        plain = str(name).rstrip(".").lower()
        if not is_name(plain):
            return []
        answer = self._lookups.lookup(plain, qtype)
        if answer.trouble in (DnsTrouble.TIMEOUT, DnsTrouble.SERVER):
            raise spf.TempError(f"DNS {answer.trouble}: {plain}")
        if not answer.values and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError(f"Void lookup limit of {spf.MAX_VOID_LOOKUPS} exceeded")
        return [(value,) if isinstance(value, bytes) else value for value in answer.values]


def check_sender_policy(envelope: Envelope, lookups: Lookups) -> tuple[Check, str]:
    """The result for MAIL FROM, or for HELO under the null sender, and the domain it speaks for."""
    sender, helo = envelope.mail_from, envelope.helo or ""
    if not envelope.client_ip or sender is None or not (sender or helo):
        return Check.NONE, ""
    domain = (sender.rpartition("@")[2] if sender else helo).rstrip(".").lower()
    if len(sender) > _LONGEST_ADDRESS or not is_name(domain):
        return Check.NONE, ""
    if sender and not _PLAIN.fullmatch(sender):
        # No such address can be asked about: macros would carry controls into the DNS.
        return Check.PERMERROR, domain
    try:
        query = _Query(lookups, i=envelope.client_ip, s=sender, h=helo)
        result = query.check()[0]
        return Check(result), domain
    except (spf.PermError, ValueError, AssertionError, LookupError, TypeError):
        # A client address or a record that pyspf stumbles over instead of judging it.
        return Check.PERMERROR, domain
