"""Authentication-Results (RFC 8601): told whose it is by a real tokenizer, written from parts.

A peer's strings reach the field only as a plain token or inside quotes, otherwise not at all:
comments that nest and quoted local parts have been used to write a `dmarc=pass` of one's own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from postmaster.spoofing.domains import fold_domain, to_dns_name
from postmaster.spoofing.verdict import Check, Verdict

FIELD_NAME = "authentication-results"
_TOKEN = re.compile(rb"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~@/\x80-\xff]+")
_QUOTED = re.compile(rb'"((?:[^"\\\x00]|\\[^\x00])*)"')
_BLANK = re.compile(rb"[ \t\r\n]+")
_COMMENT_REST = re.compile(rb"[^()\\]+")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9._-]+(?:@[A-Za-z0-9._-]+)?|@[A-Za-z0-9._-]+")
_QUOTABLE = re.compile(r"[ !#-\[\]-~]+")
_LONGEST_VALUE = 254
_LONGEST_FIELD = 8_192


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result, with its properties as `ptype.property`."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """A field read: the host that says it wrote it, and the results."""

    authserv_id: str
    results: tuple[Result, ...]


def is_by(value: bytes, authserv_id: str) -> bool:
    """Whether a field says that our own host wrote it; one that cannot be read is looked at too."""
    if not authserv_id:
        return False
    if read := read_results(value):
        return fold_domain(read.authserv_id) == fold_domain(authserv_id)
    return authserv_id.lower().encode() in value[:_LONGEST_FIELD].lower()


def read_results(value: bytes) -> Results | None:
    """A field's host and results; None for one that does not keep to the grammar."""
    tokens = list(_list_tokens(value[:_LONGEST_FIELD]))
    if not tokens or None in tokens:
        return None
    sections: list[list[str]] = [[]]
    for word in tokens:
        if word == ";":
            sections.append([])
        else:
            sections[-1].append(word or "")
    head, *rest = sections
    if not head or head[0] in "=;":
        return None
    results = [read for section in rest if (read := _read_result(section))]
    return Results(head[0], tuple(results))


def _list_tokens(value: bytes) -> Iterator[str | None]:
    """Words, quoted words, `=`, `;`; comments and blanks are passed over; None for what is wrong.

    A quoted word is given with a leading quote, so that `"="` is never taken for the sign.
    """
    at = 0
    while at < len(value):
        if blank := _BLANK.match(value, at):
            at = blank.end()
        elif value[at : at + 1] == b"(":
            at = _skip_comment(value, at)
            if at < 0:
                yield None
                return
        elif quoted := _QUOTED.match(value, at):
            yield '"' + _ESCAPED.sub(rb"\1", quoted[1]).decode("utf-8", "replace")
            at = quoted.end()
        elif value[at : at + 1] in (b"=", b";"):
            yield value[at : at + 1].decode()
            at += 1
        elif token := _TOKEN.match(value, at):
            yield token[0].decode("utf-8", "replace")
            at = token.end()
        else:
            yield None
            return


def _skip_comment(value: bytes, at: int) -> int:
    depth = 0
    while at < len(value):
        if run := _COMMENT_REST.match(value, at):
            at = run.end()
            continue
        sign = value[at : at + 1]
        at += 2 if sign == b"\\" else 1
        depth += {b"(": 1, b")": -1}.get(sign, 0)
        if depth == 0:
            return at
    return -1


def _read_result(section: list[str]) -> Result | None:
    pairs = []
    words = iter(section)
    for word in words:
        if next(words, None) != "=":
            return None
        pairs.append((word, next(words, "").removeprefix('"')))
    if not pairs:
        return None
    (method, result), *properties = pairs
    return Result(
        method.partition("/")[0].lower(),
        result.lower(),
        tuple((name.lower(), value) for name, value in properties),
    )


def write_results(authserv_id: str, verdict: Verdict) -> str:
    """The value of the field our own host writes about a message, folded.

    Our verdict is a method of its own, `x-spoof-policy`, never a new result of DMARC.
    """
    checks = verdict.checks
    results = [
        _write("spf", checks.spf, [("smtp.mailfrom", checks.spf_domain)]),
        _write("dkim", checks.dkim, [("header.d", name) for name in checks.signed_by]),
        _write("dmarc", checks.dmarc, [("header.from", checks.header_from_domain)]),
    ]
    word = verdict.kind.value if verdict.kind else "clean"
    spoof = "fail" if verdict.is_spoof else "pass"
    results.append(
        f"x-spoof-policy={spoof} policy.kind={word} policy.stage={verdict.stage.value}"
        f" policy.action={verdict.action.value}"
    )
    return ";\r\n\t".join([authserv_id, *results])


def _write(method: str, check: Check, properties: Iterable[tuple[str, str]]) -> str:
    said = [f"{name}={value}" for name, given in properties if (value := write_value(given))]
    return " ".join([f"{method}={check.value}", *said])


def write_value(given: str) -> str:
    """A peer's string as it may stand in the field: plain, quoted, or empty where it may not."""
    host = to_dns_name(given) if given and "@" not in given else given
    if len(host) > _LONGEST_VALUE:
        return ""
    if _PLAIN.fullmatch(host):
        return host
    return f'"{host}"' if _QUOTABLE.fullmatch(host) else ""
