"""A verdict as what the mail server is told to do: headers, tag, junk marks, discard or reject."""

from dataclasses import replace

from lamppost.worker.milter.marks import (
    JUNK_REASON,
    RESULTS,
    SPAM_FLAG,
    VERDICT,
    list_forged,
    write_verdict,
)
from lamppost.worker.milter.transaction import Transaction
from lamppost.worker.milter.wire import (
    CONTINUE,
    DISCARD,
    change_header,
    insert_header,
    refuse,
    replace_body,
)
from postmaster.spoofing.results_field import write_results
from postmaster.spoofing.tagging import tag
from postmaster.spoofing.values import Action, Stage
from postmaster.spoofing.verdict import Verdict
from postmaster.spoofing.wording import WORDINGS

# What each action writes into the message; discarding and rejecting write nothing.
_STAGE_OF = {Action.TAG: Stage.TAG, Action.JUNK: Stage.JUNK}
REFUSAL = (
    "This message says it is from an address of this service and your system may not send for it. "
    "Use an address of your own domain, or ask the recipient's local administrator for a way."
)


def enforce(transaction: Transaction, verdict: Verdict, *, authserv_id: str) -> bytes:
    """The replies that carry a verdict out."""
    if verdict.action is Action.DISCARD:
        return DISCARD
    if verdict.action is Action.REJECT:
        return refuse("550 5.7.1", REFUSAL)
    edits = [
        change_header(number, name, b"")
        for number, name in list_forged(transaction.headers, authserv_id)
    ]
    stage = _STAGE_OF.get(verdict.action)
    if stage is not None:
        edits += _tag(transaction, stage)
    if verdict.action is Action.JUNK:
        kind = verdict.kind.value if verdict.kind else "none"
        edits.append(insert_header(0, JUNK_REASON, f" spoof; kind={kind}".encode()))
        edits.append(insert_header(0, SPAM_FLAG, b" YES"))
    if transaction.authenticated_as is None or verdict.kind is not None:
        # Mail submitted by its own account is left as it is.
        edits.append(insert_header(0, VERDICT, write_verdict(verdict)))
        results = write_results(authserv_id, verdict).replace("\r\n", "\n")
        edits.append(insert_header(0, RESULTS, b" " + results.encode("ascii", "replace")))
    return b"".join(edits) + CONTINUE


def without_reply(verdict: Verdict) -> Verdict:
    """A verdict for mail that no sender can be answered about: what would be rejected is discarded.

    Locally submitted mail must not be rejected here; a mail server would bounce it to the claim.
    """
    if verdict.action is not Action.REJECT:
        return verdict
    return replace(verdict, action=Action.DISCARD)


def _tag(transaction: Transaction, stage: Stage) -> list[bytes]:
    changed = tag(transaction.headers, transaction.body(), WORDINGS[stage])
    edits = []
    if changed.body is not None:
        edits.append(replace_body(changed.body))
    if changed.subject is not None:
        has_one = any(name.strip().lower() == b"subject" for name, _ in transaction.headers)
        edits.append(
            change_header(1, b"Subject", changed.subject)
            if has_one
            else insert_header(0, b"Subject", changed.subject)
        )
    return edits
