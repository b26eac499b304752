"""The house's own rules, held against the tree."""

import ast
import hashlib
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "site").rglob("*.py"), *(ROOT / "probes").rglob("*.py")])
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST_FILE = 250
LONGEST_FUNCTION = 40
LONGEST_TEMPLATE = 120
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_one_noun_of_at_most_250_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    assert path.stem not in FORBIDDEN_NAMES
    assert not re.search(r"part\d", path.stem)


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text())
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    too_long = [
        node.name
        for node in functions
        if (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
        and "migrations" not in path.parts
    ]

    assert too_long == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nothing_but_the_clock_asks_what_time_it_is(path: Path) -> None:
    if path.name == "clock.py":
        return
    asked = re.findall(
        r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(", path.read_text()
    )

    assert asked == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nobody_imports_the_source_folder_itself(path: Path) -> None:
    assert not re.search(r"^\s*(?:from|import) site\.", path.read_text(), re.MULTILINE)
    assert not (ROOT / "site" / "__init__.py").exists()


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_a_template_is_short_and_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()

    assert len(text.splitlines()) <= LONGEST_TEMPLATE
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"\shx-", text), "write data-hx-, which passes the HTML checker"


def test_the_vendored_files_are_the_ones_the_manifest_names() -> None:
    rows = [
        line.split("  ")
        for line in (ROOT / "static/VENDOR").read_text().splitlines()
        if not line.startswith("#")
    ]

    for name, _package, _version, _licence, digest in rows:
        assert hashlib.sha256((ROOT / "static" / name).read_bytes()).hexdigest() == digest, name
    vendored = {str(p.relative_to(ROOT / "static")) for p in (ROOT / "static/vendor").rglob("*.*")}
    assert vendored <= {row[0] for row in rows}


def test_the_nhs_styles_and_the_nhs_macros_are_a_pair() -> None:
    manifest = (ROOT / "static/VENDOR").read_text()

    assert "nhsuk-frontend  10.6.1  " in manifest
    assert version("nhsuk-frontend-jinja") == "0.10.2"


def test_no_remote_font_or_style_is_asked_for() -> None:
    styles = "".join(path.read_text() for path in (ROOT / "static").rglob("*.css"))

    assert "@font-face" not in styles
    assert not re.search(r"url\(\s*['\"]?https?:", styles)


def test_the_lock_files_carry_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()

        assert not re.search(r"https?://", text)
        assert text.count("==") <= text.count("--hash=sha256:")


def test_git_ignores_no_source() -> None:
    ignored = subprocess.run(
        [
            "git",
            "check-ignore",
            "site/lamppost/web/app.py",
            "probes/reading.py",
            "content/bulletins",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    assert ignored == ""
