"""The authorised paths, the stages by date and network, and what is said about how mail came."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dkim
import pytest
from nacl.signing import SigningKey

from postmaster.spoofing.domains import to_dns_name
from postmaster.spoofing.preset import get_preset
from postmaster.spoofing.stages import choose_stage
from postmaster.spoofing.values import (
    Action,
    Network,
    RelaySource,
    SenderStanding,
    SpoofException,
    SpoofKind,
    Stage,
    StageRow,
)
from postmaster.spoofing.verdict import Check, Explanation
from spoof_cases import GOOD, OUTSIDE, POLICY, RECEIVED_AT, Directory, codes, judged, said

OURS = said("appointment.reminder@nhs.net")
ACCOUNT = "appointment.reminder@nhs.net"
SIGNED_IN = replace(OUTSIDE, authenticated_as=ACCOUNT)
SENDERS = Directory(**{"appointment.reminder": GOOD})
LONG_AGO = datetime(2018, 1, 1, tzinfo=UTC)
LEAVE = SpoofException(
    "e1", ACCOUNT, "ip:192.0.2.7", LONG_AGO, RECEIVED_AT + timedelta(days=30), Network.INTERNET
)


def test_mail_that_an_account_in_good_standing_sends_as_itself_is_never_touched() -> None:
    verdict = judged(OURS, SIGNED_IN, senders=SENDERS)

    assert (verdict.is_spoof, verdict.kind, verdict.action) == (False, None, Action.DELIVER)
    assert verdict.explained_by is Explanation.SUBMISSION
    assert "submission-good" in codes(verdict)


def test_an_account_is_itself_in_any_case() -> None:
    envelope = replace(OUTSIDE, authenticated_as="Appointment.Reminder@NHS.NET")

    assert judged(OURS, envelope, senders=SENDERS).kind is None


def test_an_account_that_sends_as_another_is_a_spoof_with_its_own_reason() -> None:
    verdict = judged(said("boss@nhs.net"), SIGNED_IN, senders=SENDERS)

    assert (verdict.is_spoof, verdict.kind) == (True, SpoofKind.EXACT_DOMAIN)
    assert "submission-other-from" in codes(verdict)


def test_an_account_that_adds_a_second_author_of_ours_is_a_spoof() -> None:
    verdict = judged(said(f"{ACCOUNT}, boss@nhs.net"), SIGNED_IN, senders=SENDERS)

    assert verdict.is_spoof


def test_an_account_that_shows_another_of_our_names_is_for_a_person_to_look_at() -> None:
    verdict = judged(said(f'"boss@nhs.net" <{ACCOUNT}>'), SIGNED_IN, senders=SENDERS)

    assert (verdict.is_spoof, verdict.kind) == (False, SpoofKind.SUSPICIOUS)


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (replace(GOOD, is_active=False), "submission-inactive"),
        (replace(GOOD, is_granted=False), "submission-ungranted"),
        (replace(GOOD, is_locked=True), "submission-locked"),
        (None, "submission-unknown-account"),
    ],
)
def test_an_account_that_should_not_send_has_a_reason_of_its_own_and_is_no_spoof(
    standing: SenderStanding | None, code: str
) -> None:
    senders = Directory(**({"appointment.reminder": standing} if standing else {}))
    verdict = judged(OURS, SIGNED_IN, senders=senders)

    assert (verdict.is_spoof, verdict.kind) == (False, SpoofKind.SUSPICIOUS)
    assert code in codes(verdict)


def test_a_registered_relay_explains_the_domain_it_is_registered_for() -> None:
    policy = replace(POLICY, relay_sources=(RelaySource("nhs.net", "10.0.0.0/8"),))
    inside = replace(OUTSIDE, client_ip="10.1.2.3", network=Network.HSCN)

    assert judged(OURS, inside, policy=policy).explained_by is Explanation.RELAY
    assert judged(OURS, OUTSIDE, policy=policy).is_spoof
    assert judged(said('"a@nhs.net" <x@evil.example>'), inside, policy=policy).is_spoof


def test_sender_policy_of_our_own_vouches_for_mail_that_left_and_came_back() -> None:
    zones = {"nhs.net": [{"TXT": "v=spf1 ip4:192.0.2.7 -all"}]}
    returned = replace(OUTSIDE, mail_from=ACCOUNT)
    verdict = judged(OURS, returned, zones=zones)

    assert verdict.explained_by is Explanation.AUTHENTICATED
    assert (verdict.is_spoof, verdict.kind) == (False, None)


def test_nothing_vouches_for_a_message_whose_readers_disagree() -> None:
    zones = {"nhs.net": [{"TXT": "v=spf1 ip4:192.0.2.7 -all"}]}
    returned = replace(OUTSIDE, mail_from=ACCOUNT)

    assert judged(b"From: boss@nhs.net\r\n" + OURS, returned, zones=zones).is_spoof


def test_an_exception_covers_its_pair_until_its_end_and_not_a_moment_longer() -> None:
    policy = replace(POLICY, exceptions=(LEAVE,))
    at_end = replace(OUTSIDE, received_at=LEAVE.to_at)
    verdict = judged(OURS, OUTSIDE, policy=policy)

    assert (verdict.is_spoof, verdict.action, verdict.exception) == (False, Action.DELIVER, "e1")
    assert verdict.kind is SpoofKind.EXACT_DOMAIN
    assert judged(OURS, at_end, policy=policy).is_spoof
    assert "exception-lapsed" in codes(judged(OURS, at_end, policy=policy))


@pytest.mark.parametrize(
    ("claimed", "infrastructure", "is_covered"),
    [
        ("nhs.net", "ip:192.0.2.0/24", True),
        ("nhs.net", "ptr:evil.example", True),
        (ACCOUNT, "ptr:mail.evil.example", True),
        ("other@nhs.net", "ip:192.0.2.7", False),
        ("nhs.net", "ip:198.51.100.0/24", False),
        ("nhs.net", "dkim:evil.example", False),
        ("", "ip:192.0.2.7", False),
        ("nhs.net", "", False),
        ("nhs.net", "ip:not an address", False),
    ],
)
def test_an_exception_needs_both_halves_of_its_pair(
    claimed: str, infrastructure: str, *, is_covered: bool
) -> None:
    leave = replace(LEAVE, claimed=claimed, infrastructure=infrastructure)
    verdict = judged(OURS, policy=replace(POLICY, exceptions=(leave,)))

    assert verdict.is_spoof is not is_covered


def test_the_narrowest_exception_is_the_one_that_is_named() -> None:
    wide = replace(LEAVE, id="wide", claimed="nhs.net", infrastructure="ip:192.0.0.0/16")
    policy = replace(POLICY, exceptions=(wide, LEAVE))

    assert judged(OURS, policy=policy).exception == "e1"


def test_only_the_envelope_bears_our_name_and_it_is_noted() -> None:
    verdict = judged(said("x@evil.example"), replace(OUTSIDE, mail_from="admin@nhs.net"))

    assert (verdict.is_spoof, verdict.kind) == (False, SpoofKind.ENVELOPE)
    assert verdict.action is Action.DELIVER


def test_the_null_sender_is_judged_by_its_author_like_any_other() -> None:
    verdict = judged(OURS, replace(OUTSIDE, mail_from=""))

    assert verdict.is_spoof
    assert "null-sender" in codes(verdict)


def test_a_reply_that_leads_away_is_said_and_decides_nothing() -> None:
    verdict = judged(b"Reply-To: x@evil.example\r\n" + OURS, SIGNED_IN, senders=SENDERS)

    assert verdict.kind is None
    assert "reply-elsewhere" in codes(verdict)


def test_lists_and_forwarding_are_named() -> None:
    verdict = judged(b"List-Id: GPs <gps.lists.example>\r\nResent-From: a@b.example\r\n" + OURS)

    assert {"list-mail", "forwarded"} <= codes(verdict)
    assert (verdict.list_id, verdict.is_forwarded) == ("gps.lists.example", True)


@pytest.mark.parametrize(
    ("day", "network", "stage", "action"),
    [
        ("2018-04-09", Network.INTERNET, Stage.TAG, Action.TAG),
        ("2018-04-09", Network.HSCN, Stage.TAG, Action.TAG),
        ("2019-02-11", Network.INTERNET, Stage.TAG, Action.TAG),
        ("2019-02-12", Network.INTERNET, Stage.JUNK, Action.JUNK),
        ("2019-02-12", Network.HSCN, Stage.TAG, Action.TAG),
        ("2019-05-14", Network.HSCN, Stage.JUNK, Action.JUNK),
        ("2019-07-08", Network.INTERNET, Stage.JUNK, Action.JUNK),
        ("2019-07-09", Network.INTERNET, Stage.DELETE, Action.DISCARD),
        ("2019-07-09", Network.HSCN, Stage.DELETE, Action.DISCARD),
        ("2010-01-01", Network.HSCN, Stage.OFF, Action.DELIVER),
    ],
)
def test_the_stage_is_the_one_of_the_day_and_network_it_came(
    day: str, network: Network, stage: Stage, action: Action
) -> None:
    at = datetime.fromisoformat(f"{day}T09:00:00+00:00")
    verdict = judged(OURS, replace(OUTSIDE, received_at=at, network=network))

    assert (verdict.stage, verdict.action) == (stage, action)


def test_a_stage_begins_at_midnight_in_london() -> None:
    before = datetime(2019, 7, 8, 22, 59, 59, tzinfo=UTC)

    assert stage_at(before) is Stage.JUNK
    assert stage_at(before + timedelta(seconds=1)) is Stage.DELETE


def stage_at(at: datetime, kind: SpoofKind | None = None, *rows: StageRow) -> Stage:
    held = choose_stage(rows or get_preset().stage_rows, network=Network.INTERNET, kind=kind, at=at)
    return held.stage


JUNK_LATER = StageRow(Network.INTERNET, Stage.JUNK, RECEIVED_AT - timedelta(days=1))
TAG = StageRow(Network.INTERNET, Stage.TAG, LONG_AGO)


def test_a_stage_that_was_rolled_back_leaves_the_one_before_it() -> None:
    rolled_back = replace(JUNK_LATER, rolled_back_at=RECEIVED_AT)

    assert stage_at(RECEIVED_AT - timedelta(seconds=1), None, TAG, rolled_back) is Stage.JUNK
    assert stage_at(RECEIVED_AT, None, TAG, rolled_back) is Stage.TAG


def test_a_stage_whose_date_is_to_be_confirmed_does_not_hold() -> None:
    assert stage_at(RECEIVED_AT, None, TAG, replace(JUNK_LATER, from_at=None)) is Stage.TAG


@pytest.mark.parametrize("kind", [SpoofKind.DISPLAY_NAME, SpoofKind.LOOKALIKE])
def test_a_lesser_kind_is_only_tagged_unless_an_approved_row_of_its_own_says_so(
    kind: SpoofKind,
) -> None:
    own = replace(JUNK_LATER, kind=kind)

    assert stage_at(RECEIVED_AT, kind, TAG, JUNK_LATER) is Stage.TAG
    assert stage_at(RECEIVED_AT, kind, TAG, JUNK_LATER, own) is Stage.TAG
    assert stage_at(RECEIVED_AT, kind, JUNK_LATER, replace(own, is_approved=True)) is Stage.JUNK
    assert stage_at(RECEIVED_AT, kind, replace(JUNK_LATER, stage=Stage.OFF)) is Stage.OFF


def test_deletion_discards_unless_its_row_says_to_reject() -> None:
    row = StageRow(Network.INTERNET, Stage.DELETE, LONG_AGO, action=Action.REJECT)

    assert judged(OURS, policy=replace(POLICY, stage_rows=(row,))).action is Action.REJECT


def test_dns_that_does_not_answer_is_said_and_never_clears_a_message() -> None:
    zones = {"evil.example": ["TIMEOUT"], "_dmarc.nhs.net": ["TIMEOUT"]}
    verdict = judged(OURS, zones=zones)

    assert verdict.is_spoof
    assert (verdict.checks.spf, verdict.checks.dmarc) == (Check.TEMPERROR, Check.TEMPERROR)
    assert "dns-trouble" in codes(verdict)


def test_the_verdict_says_which_way_found_the_organisational_domain() -> None:
    zones = {"_dmarc.nhs.uk": [{"TXT": "v=DMARC1; p=reject"}]}
    checks = judged(said("a@trust.nhs.uk"), zones=zones).checks

    assert (checks.found_by, checks.organisational_domain) == ("tree-walk", "nhs.uk")
    assert checks.organisational_by_suffix == "trust.nhs.uk"


def sign(domain: str, message: bytes) -> tuple[bytes, dict[str, list[dict[str, str]]]]:
    """The message signed for a domain, and the zone that holds the key."""
    key = SigningKey.generate()
    signature = dkim.sign(
        message,
        b"s",
        domain.encode(),
        b64encode(bytes(key)),
        signature_algorithm=b"ed25519-sha256",
        include_headers=[b"from", b"to", b"subject"],
    )
    text = f"v=DKIM1; k=ed25519; p={b64encode(bytes(key.verify_key)).decode()}"
    return signature + message, {f"s._domainkey.{to_dns_name(domain)}": [{"TXT": text}]}


NOW = replace(OUTSIDE, received_at=datetime.now(UTC))


def test_our_own_signature_vouches_for_mail_that_a_forwarder_brings_back() -> None:
    message, zones = sign("nhs.net", OURS)
    verdict = judged(message, NOW, zones=zones)

    assert (verdict.is_spoof, verdict.kind) == (False, None)
    assert verdict.checks.signed_by == ("nhs.net",)
    assert verdict.infrastructure[-1] == "dkim:nhs.net"


@pytest.mark.parametrize(
    "domain", ["evil.example", "nh\u00ads.net", "\uff4ehs.net", "nhs.net.evil.example"]
)
def test_the_signature_of_a_name_that_only_looks_like_ours_vouches_for_nothing(domain: str) -> None:
    message, zones = sign(domain, OURS)
    verdict = judged(message, NOW, zones=zones)

    assert verdict.checks.dkim is Check.PASS
    assert verdict.is_spoof


def test_a_second_author_put_on_top_of_signed_mail_is_a_spoof() -> None:
    message, zones = sign("nhs.net", OURS)
    verdict = judged(b"From: boss@nhs.net\r\n" + message, NOW, zones=zones)

    assert verdict.is_spoof
    assert verdict.checks.dkim is Check.FAIL


def test_an_exception_may_name_who_signed() -> None:
    message, zones = sign("mailer.example", OURS)
    leave = replace(
        LEAVE, infrastructure="dkim:mailer.example", to_at=NOW.received_at + timedelta(1)
    )

    assert judged(message, NOW, zones=zones, policy=replace(POLICY, exceptions=(leave,))).exception
    assert judged(OURS, NOW, zones=zones, policy=replace(POLICY, exceptions=(leave,))).is_spoof
