"""Whatever a file holds, it is a bulletin or a list of problems, never a crash."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lamppost.bulletins.problems import Problem
from lamppost.bulletins.render import RenderError, render
from lamppost.bulletins.source import SourceError, parse_source

FRONT = """---
id: tag:example.org,2018-04-09:x
title: Words
date: 2018-04-09
audience: la
status: draft
"""
YAML_BITS = st.sampled_from(
    [
        *"[]{}:,-?#&*!|>'\"%@`~\n\t \0",
        "- ",
        ": ",
        "\\x00",
        "\\ud800",
        "facts",
        "aliases",
        "<<",
        "0x",
    ]
)


def problems_of(content: bytes) -> tuple[Problem, ...]:
    try:
        parse_source(content, "2018-04-09.md")
    except SourceError as error:
        return error.problems
    return ()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_bulletin_or_problems(content: bytes) -> None:
    assert all(problem.line >= 1 and problem.message for problem in problems_of(content))


@settings(max_examples=300, deadline=None)
@given(st.lists(YAML_BITS, max_size=30))
def test_any_front_matter_is_taken_or_refused_with_a_line(bits: list[str]) -> None:
    content = f"{FRONT}{''.join(bits)}\n---\nBody\n".encode()

    lines = content.count(b"\n") + 1
    assert all(1 <= problem.line <= lines for problem in problems_of(content))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*"*_`[]()<>!#|-+:\n\t {}^&", "a", "1.", "<b>", "{:"]), max_size=60)
)
def test_any_markdown_is_rendered_harmless_or_refused(bits: list[str]) -> None:
    try:
        html = render("".join(bits)).html
    except RenderError:
        return

    assert "<script" not in html
    assert "style=" not in html
