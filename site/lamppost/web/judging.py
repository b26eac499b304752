"""One message out of a form judged for whoever asks, step by step; nothing of it is kept."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from lamppost.nameservers import SystemResolver
from lamppost.web.context import now, session, settings
from lamppost.web.guard import actor
from lamppost.web.spoof_forms import JudgeForm
from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import fold_address
from postmaster.accounts.tables import Account
from postmaster.entitlements.reads import get_submitter
from postmaster.spoofing.judging import judge
from postmaster.spoofing.policy_reads import get_spoof_policy
from postmaster.spoofing.resolving import Resolver
from postmaster.spoofing.values import Envelope, Network, SenderStanding
from postmaster.spoofing.verdict import Verdict

RESOLVER = "spoof_resolver"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and how large the message was."""

    verdict: Verdict
    size: int


class OwnSenders:
    """Accounts of the reader's organisations; of others nothing is told."""

    def __init__(self, reader: Actor) -> None:
        self._reader = reader

    def standing(self, address: str) -> SenderStanding | None:
        """The standing of an account the reader may see."""
        own = session().scalar(
            select(Account.account_id)
            .where(Account.address_key == fold_address(address))
            .where(in_scope(self._reader, Action.ACCOUNTS_READ, Account.organisation))
        )
        found = get_submitter(session(), address=address, now=now()) if own else None
        if found is None:
            return None
        return SenderStanding(found.kind, found.is_active, found.is_granted, found.is_locked)


def judge_form(form: JudgeForm, file: FileStorage | None) -> Judged | None:
    """Judge what was pasted or uploaded; None, its fault on the form, where there is nothing."""
    raw = file.read() if file else b""
    if not raw:
        # Browsers send lines of a text area ended as mail ends them.
        raw = (form.message.data or "").lstrip().encode("utf-8", "surrogateescape")
    # The page shows what was pasted again; it cannot show a NUL.
    form.message.data = (form.message.data or "").replace("\x00", "\ufffd")
    if not raw.strip():
        form.message.errors = ["Paste the message's source, or choose a file."]
        form.form_errors.append("Paste the message's source, or choose a file.")
        return None
    envelope = Envelope(
        network=Network(form.network.data),
        received_at=now(),
        client_ip=form.client_ip.data or None,
        client_name=form.client_name.data or None,
        mail_from=form.mail_from.data or None,
        authenticated_as=form.login.data or None,
    )
    policy = get_spoof_policy(session(), authserv_id=settings().authserv_id or "", now=now())
    verdict = judge(raw, envelope, policy=policy, senders=OwnSenders(actor()), resolver=_resolver())
    return Judged(verdict, len(raw))


def _resolver() -> Resolver:
    """The DNS of this application; a test hands its own in."""
    made: Resolver = current_app.extensions.setdefault(RESOLVER, SystemResolver())
    return made
