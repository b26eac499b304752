"""probes.toml: what is declared comes out, what is wrong is named with what to mend."""

from pathlib import Path

import pytest

from probes import definitions, registry
from probes.definitions import DefinitionError, load_definitions

SHIPPED = Path(definitions.__file__).parent / "probes.toml"
COMPONENT = '[[component]]\nslug = "portal"\nname = "Portal"\ngroup = "NHSmail"\norder = 1\n'
PROBE = (
    '[[probe]]\nname = "portal"\nkind = "http"\ncomponent = "portal"\n'
    'interval_s = 20\ntimeout_s = 10\ntarget = { url = "http://127.0.0.1/" }\n'
)


def written(folder: Path, text: str) -> Path:
    path = folder / "probes.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_declares_the_seven_components_in_two_groups() -> None:
    found = load_definitions(SHIPPED)

    assert [component.group for component in found.components] == (
        ["Email Gateway/Relay"] * 3 + ["NHSmail"] * 4
    )
    watched = {probe.component for probe in found.probes if probe.component}
    assert watched == {component.slug for component in found.components}


def test_every_kind_of_the_contract_is_in_the_registry() -> None:
    kinds = {"relay_delay", "hssi_log", "bcdr_windows", "smtp", "imap", "http", "dns", "tls"}

    assert set(registry.PROBES) == set(registry.OPTIONS) == kinds


def test_words_in_braces_are_filled_in_and_ports_become_numbers() -> None:
    found = load_definitions(SHIPPED, {"data": "/srv/x", "relay_smtp_port": "9025"})
    targets = {probe.name: probe.as_target() for probe in found.probes}

    assert targets["client-smtp"].options["port"] == 9025
    assert targets["outgoing"].options["path"] == "/srv/x/relay/mail/outgoing"
    assert targets["outgoing"].levels.lost_after == 900


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[probe", "it is not TOML"),
        ("[probes]\n", r"\[probes\] is not known; only \[\[component\]\] and \[\[probe\]\] are."),
        ("[component]\n", r"write \[\[component\]\] with two brackets"),
        (PROBE, "component 'portal' is not declared; known are none."),
        (COMPONENT * 2, "component portal: declared 2 times"),
        (COMPONENT + PROBE * 2, "probe portal: declared 2 times"),
        (COMPONENT + PROBE.replace('"http"', '"gopher"'), "kind 'gopher' is none of bcdr_windows,"),
        (COMPONENT + PROBE.replace("20", "5"), "timeout_s must not be longer than interval_s"),
        (COMPONENT + PROBE.replace('component = "portal"\n', ""), "http probe needs a component"),
        (COMPONENT + PROBE + "colour = 1\n", "probe portal: colour: Extra inputs"),
        (COMPONENT + PROBE.replace("url", "uri"), "probe portal: target: url: Field required."),
        (COMPONENT + PROBE.replace("127.0.0.1", "{host}"), "{host} stands for nothing; known are"),
        (COMPONENT + PROBE + "levels = { slow_above = 2 }\n", "slow_above and slow_below go"),
        (
            COMPONENT + PROBE + "levels = { slow_above = 1, slow_below = 2 }\n",
            "slow_below, slow_above and lost_after must rise in that order",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_mend(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = written(tmp_path, text)

    with pytest.raises(DefinitionError, match=sentence) as caught:
        load_definitions(path)

    assert str(caught.value).startswith(f"{path}: ")


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = COMPONENT.replace('"portal"', '"Portal!"') + PROBE.replace("10", "0")

    with pytest.raises(DefinitionError) as caught:
        load_definitions(written(tmp_path, text))

    assert len(caught.value.problems) == 2


def test_a_secret_is_never_repeated_in_a_sentence(tmp_path: Path) -> None:
    target = 'target = { host = "h", port = "x", username = "u", password = "hunter2" }'
    text = COMPONENT + PROBE.replace('"http"', '"imap"')
    text = text.replace('target = { url = "http://127.0.0.1/" }', target)

    with pytest.raises(DefinitionError) as caught:
        load_definitions(written(tmp_path, text))

    assert "target: port" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"none.toml: it cannot be read: No such file"):
        load_definitions(tmp_path / "none.toml")
