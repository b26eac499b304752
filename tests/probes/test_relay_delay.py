"""The delay probe over real SMTP and a Maildir, the time standing still between its steps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lamppost.clock import FixedClock
from probes.mail_message import TOKEN_HEADER
from probes.reading import Levels, Outcome
from relay_stage import Stage, only, staged


@pytest.fixture
def stage(tmp_path: Path, clock: FixedClock) -> Iterator[Stage]:
    with staged(tmp_path / "mail", clock) as made:
        yield made


def test_prompt_mail_is_measured_in_the_run_that_sends_it(stage: Stage) -> None:
    reading = only(stage.run())
    assert reading.value == pytest.approx(0.2)
    assert reading.unit == "s"
    assert reading.key == reading.detail["token"]
    assert reading.detail["poll_s"] == 0.2
    assert not stage.journal.pending()


def test_slow_mail_is_measured_by_the_servers_stamp_whenever_it_is_looked_for(stage: Stage) -> None:
    stage.holds = True
    assert stage.run() == ()
    stage.clock.sleep(38)
    stage.deliver()
    stage.clock.sleep(20)
    reading = stage.run()[0]
    assert reading.value == pytest.approx(40, abs=1)
    assert reading.detail["visible_s"] == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    "edit",
    [
        lambda mail: mail.replace(b"Subject: ", b"Subject: [EXTERNAL] "),
        lambda mail: mail.replace(b"Subject: ", b"Was: ").replace(b"X-Lamppost-Probe", b"X-Gone"),
        lambda mail: mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n(removed by policy)\r\n",
        lambda mail: mail.replace(TOKEN_HEADER.encode(), b"X-Gone").partition(b"\r\n\r\n")[0],
        lambda mail: mail + b"\r\n-- \r\nThis message came from outside.\r\n",
    ],
    ids=["subject marked", "headers gone", "text gone", "subject alone", "disclaimer"],
)
def test_mangled_mail_is_known_again(stage: Stage, edit: object) -> None:
    stage.holds = True
    stage.run()
    stage.deliver(edit=edit)
    assert only(stage.run()).outcome is Outcome.OK


def test_copies_and_the_junk_folder_are_told(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    stage.deliver(folder=".Junk", copies=2)
    detail = only(stage.run()).detail
    assert (detail["junk"], detail["folder"], detail["copies"]) == (True, "Junk", 2)
    assert detail["duplicate"] is True


def test_mail_that_is_long_on_its_way_takes_at_least_its_age(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    stage.clock.sleep(100)
    reading = only(stage.run())
    assert reading.detail["at_least"] is True
    assert reading.value == pytest.approx(102, abs=1)


def test_only_the_oldest_awaited_mail_is_told(stage: Stage) -> None:
    stage.holds = True
    for _ in range(3):
        readings = stage.run()
        stage.clock.sleep(70)
    assert [reading.value for reading in readings] == [pytest.approx(144, abs=1)]


def test_awaited_mail_is_not_told_once_newer_mail_has_arrived(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    stage.held.clear()
    stage.holds = False
    stage.run()
    stage.clock.sleep(100)
    assert only(stage.run()).detail.get("at_least") is None


def test_mail_that_newer_mail_has_overtaken_is_marked(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    first = stage.held.pop()
    stage.run()
    stage.deliver()
    assert only(stage.run()).detail["overtaken"] is False
    stage.held = [first]
    stage.deliver()
    assert only(stage.run()).detail["overtaken"] is True


def test_lost_mail_fails_once_and_is_late_when_it_comes(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    mail = stage.held.pop()
    stage.holds = False
    stage.clock.sleep(700)
    lost = stage.run()[0]
    assert (lost.outcome, lost.detail["reason"]) == (Outcome.FAILED, "lost")
    assert only(stage.run()).detail["token"] != lost.detail["token"]
    stage.held = [mail]
    stage.deliver()
    late = stage.run()[0]
    assert late.key == lost.detail["token"]
    assert late.detail["late"] is True


def test_mail_that_came_while_nobody_looked_is_not_also_given_up(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    stage.clock.sleep(650)
    stage.deliver()
    assert only(stage.run()).value == pytest.approx(652, abs=1)


def test_lost_mail_is_watched_for_a_day(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    stage.clock.sleep(700)
    stage.run()
    stage.options = {"smtp_port": 1}
    stage.clock.sleep(80_000)
    stage.run()
    assert len(stage.journal.pending()) == 2
    stage.clock.sleep(10_000)
    stage.run()
    assert not stage.journal.pending()


def test_a_mail_nobody_knows_to_have_left_says_nothing_of_the_relay(stage: Stage) -> None:
    stage.journal.expect("a" * 26, sent_at=stage.clock.now())
    stage.clock.sleep(700)
    first, sent = stage.run(Levels(lost_after=600))
    assert (first.outcome, first.key) == (Outcome.UNKNOWN, "interrupted:" + "a" * 26)
    assert sent.outcome is Outcome.OK
    assert not stage.journal.pending()


def test_a_stamp_that_cannot_be_true_makes_the_clock_suspect(stage: Stage) -> None:
    stage.offset_s = 300
    reading = only(stage.run())
    assert reading.detail["clock_suspect"] is True
    assert reading.detail["delivered_s"] == pytest.approx(300, abs=1)
    assert reading.value == pytest.approx(0.2)


def test_a_known_difference_of_clocks_is_no_suspicion(stage: Stage) -> None:
    stage.offset_s = 300
    stage.options = {"skew_s": 300}
    assert only(stage.run()).detail["clock_suspect"] is False


def test_a_run_that_was_not_stored_is_told_again_by_the_next(stage: Stage) -> None:
    stage.holds = True
    stage.run()
    stage.deliver()
    told = only(stage.look())
    stage.journal.crash()
    again = stage.look()[0]
    assert again.key == told.key


def test_own_mail_is_cleared_away_once_it_is_stored_and_old(stage: Stage) -> None:
    stage.run()
    stranger = stage.maildir / "new" / "1.stranger"
    stranger.write_bytes(b"Subject: lunch\r\n\r\nAt one?\r\n")
    own = stage.letters()[1]
    stage.clock.sleep(4000)
    stage.run()
    assert not own.exists()
    assert stranger.exists()
    assert len(stage.letters()) == 2


def test_old_mail_stays_while_its_reading_is_not_stored(stage: Stage) -> None:
    stage.look()
    stage.journal.crash()
    stage.clock.sleep(4000)
    stage.look()
    assert len(stage.letters()) == 2


def test_a_folder_that_is_no_maildir_greys_the_probe_and_nothing_is_sent(
    stage: Stage, tmp_path: Path
) -> None:
    stage.options = {"path": str(tmp_path / "nowhere")}
    reading = only(stage.run(), Outcome.UNKNOWN)
    assert reading.key.startswith("unfit@")
    assert "is not a Maildir" in str(reading.detail["words"])
    assert not stage.journal.tokens()
