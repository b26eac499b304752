"""docs/policies.md says what the code does."""

import re
from pathlib import Path

from lamppost.bulletins.acts import FROM
from lamppost.bulletins.front_matter import Status
from lamppost.status.blend import lift, page_state
from lamppost.status.notices import WindowState
from lamppost.status.policy import DEFAULT_POLICY, KEEP_READINGS, MAX_AHEAD, MONTH_SETTLES
from lamppost.status.report import STATE_COLOURS, STATE_WORDS, State
from lamppost.status.statuspage.words import COMPONENT_STATUS, IMPACT, PAGE_STATUS
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.report import MonthState
from lamppost.web.badges import SHAPES
from lamppost.worker.milter.marks import JUNK_REASON, SPAM_FLAG
from postmaster.access.drawing import draw_markdown
from postmaster.access.matrix import Action, get_matrix
from postmaster.lifecycle.batches import Drop
from postmaster.lifecycle.modes import MODE_WORDS, Mode
from postmaster.lifecycle.rules import Blocker
from postmaster.lifecycle.words import WORDS
from postmaster.policy.numbers import Key, list_presets
from postmaster.spoofing.reasons import SENTENCES
from postmaster.spoofing.rules import SPOOF_KINDS
from postmaster.spoofing.stages import CAPPED, Held
from postmaster.spoofing.steps import SORT_WORDS, Sort
from postmaster.spoofing.values import SpoofKind, Stage
from postmaster.spoofing.wording import WORDINGS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/policies.md").read_text(encoding="utf-8")


def _rows(heading: str, number: int = 0) -> list[list[str]]:
    """The cells of the first table under a heading, or of a later one, its head left out."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    lines = tables[number].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_state_has_its_word_and_its_shape() -> None:
    macros = (ROOT / "templates/shared/macros.html").read_text(encoding="utf-8")
    shapes = dict(re.findall(r'"(\w+)": "(.)"', macros))

    rows = {row[0]: row[1:3] for row in _rows("States of the service")}

    assert rows == {state.value: [STATE_WORDS[state], shapes[state.value]] for state in State}


def test_a_state_has_the_same_row_of_words_in_every_interface() -> None:
    macros = (ROOT / "templates/shared/macros.html").read_text(encoding="utf-8")
    shapes = dict(re.findall(r'"(\w+)": "(.)"', macros))

    assert shapes == {state.value: shape for state, shape in SHAPES.items()}
    assert _rows("Status words in every interface") == [
        [
            state.value,
            STATE_WORDS[state],
            STATE_COLOURS[state],
            shapes[state.value],
            COMPONENT_STATUS[state],
            PAGE_STATUS[state].indicator,
            PAGE_STATUS[state].description,
        ]
        for state in State
    ]


def test_the_impact_of_every_severity_is_the_one_printed() -> None:
    section = TEXT.split("| Severity | v2 impact |", 1)[1].split("\n\n", 1)[0]

    assert dict(re.findall(r"\| (\d) \| (\w+) \|", section)) == {
        str(severity): impact for severity, impact in IMPACT.items()
    }


def test_the_numbers_of_the_rules_are_those_of_the_policy() -> None:
    numbers = [row[2] for row in _rows("From readings to a probe's state") if row[2]]

    assert numbers == [
        f"{DEFAULT_POLICY.good_run} good",
        f"{DEFAULT_POLICY.fail_run} in a row",
        f"{DEFAULT_POLICY.fail_count} of {DEFAULT_POLICY.fail_window}",
        f"median of {DEFAULT_POLICY.median_of}",
        f"{DEFAULT_POLICY.stale_factor:g} intervals",
    ]


def test_the_table_of_components_is_the_one_the_code_states() -> None:
    blend = (ROOT / "site/lamppost/status/blend.py").read_text(encoding="utf-8")

    for probes, state in _rows("From probes to a component"):
        assert re.search(rf"\| {re.escape(probes)} +\| {state} +\|", blend)


def test_every_window_state_and_bulletin_status_is_explained() -> None:
    assert {row[0] for row in _rows("BCDR windows")} == {state.value for state in WindowState}
    assert {row[0] for row in _rows("Bulletins")} == {status.value for status in Status}


def test_the_roles_are_drawn_from_the_matrix_itself() -> None:
    assert draw_markdown() in TEXT
    assert list(get_matrix()) == list(Action)


def test_every_kind_of_spoof_is_explained_and_counts_as_the_rules_count_it() -> None:
    rows = {row[0]: row[2:] for row in _rows("Kinds of spoof")}

    assert list(rows) == [kind.value for kind in SpoofKind]
    assert {kind for kind, (spoof, _) in rows.items() if spoof == "yes"} == SPOOF_KINDS
    assert {kind for kind, (_, stage) in rows.items() if stage == "tag at most"} == CAPPED


def test_every_reason_of_a_verdict_is_printed_as_it_is_said() -> None:
    assert _rows("Reasons of a verdict") == [
        [code.value, sentence] for code, sentence in SENTENCES.items()
    ]


def test_the_weights_of_uptime_are_those_of_the_formula() -> None:
    weights = {
        state.value: "on neither side" if state is State.UNKNOWN else str(FORMULA.weight(state))
        for state in State
    }

    assert {row[0]: row[1] for row in _rows("Uptime")} == weights
    assert f"By formula {FORMULA.version}," in TEXT


def test_the_numbers_of_uptime_are_those_in_force() -> None:
    promised = next(
        number.value
        for preset in list_presets()
        for number in preset.numbers
        if number.key is Key.MAINTENANCE_NOTICE_DAYS
    )

    assert [row[1] for row in _rows("Uptime", 1)] == [
        str(FORMULA.least_coverage),
        str(promised),
        str(MONTH_SETTLES.days),
        str(KEEP_READINGS.days),
    ]


def test_every_state_of_a_month_and_the_tolerance_of_clocks_are_explained() -> None:
    assert [row[0] for row in _rows("Uptime", 2)] == [state.value for state in MonthState]
    tolerance = f"{MAX_AHEAD.seconds // 60} minutes"
    assert [row[2] for row in _rows("Clocks") if row[2]] == [tolerance, tolerance]


def test_every_mode_of_automation_is_explained_as_the_panel_says_it() -> None:
    rows = {row[0]: row[1] for row in _rows("Modes of automation")}

    assert rows == {mode.value: MODE_WORDS[mode].split(": ", 1)[1] for mode in Mode}


def test_every_reason_to_leave_a_batch_is_explained_as_the_panel_says_it() -> None:
    reasons = [*Drop, *Blocker]

    assert _rows("Why a member leaves a batch") == [[one.value, WORDS[one]] for one in reasons]


def test_what_stops_a_batch_names_numbers_of_the_register() -> None:
    named = {row[1].strip("`") for row in _rows("What stops a batch for a second look")}

    assert named < {key.value for key in Key}


def test_the_stages_of_spoof_policy_do_what_the_code_does() -> None:
    rows = {row[0]: row[1:4] for row in _rows("Stages of spoof policy")}
    junk = f"{SPAM_FLAG.decode()}, {JUNK_REASON.decode()}"

    assert list(rows) == [stage.value for stage in Stage]
    for stage in Stage:
        action = Held(stage, None).action
        version = WORDINGS[stage].version if stage in WORDINGS else ""
        assert rows[stage] == [action, version, junk if stage is Stage.JUNK else ""]


def test_every_sort_of_sender_has_its_word_and_its_sign() -> None:
    words = {row[0]: row[1] for row in _rows("What a sender may be")}

    assert words == {sort.value: SORT_WORDS[sort] for sort in Sort}


def test_every_row_of_the_blend_to_the_page_is_what_the_code_does() -> None:
    rows = _rows("From components to the page")

    for named, hssi, page in rows:
        components = [State(name) for name in named.split(", ") if name != "none"]
        lifts = [lift(int(hssi.removeprefix("severity ")))] if hssi else []
        assert page_state(components, lifts) is State(page), (named, hssi)
    assert {State(page) for _, _, page in rows} == set(State)


def test_every_act_on_a_bulletin_is_for_the_statuses_the_table_says() -> None:
    rows = {row[0]: row[1] for row in _rows("Bulletins", 1)}

    assert rows == {act.value: ", ".join(statuses) for act, statuses in FROM.items()}
