"""Documents in, the best ones out, the same on both databases."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from lamppost.database import read_only, unit_of_work
from lamppost.search.actions import take_in
from lamppost.search.documents import Document, Found, Kind
from lamppost.search.query import MOST_WORDS, read_query
from lamppost.search.reads import find, get_fingerprint, list_years

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
RELAY = Document(
    "1", Kind.INCIDENT, "/status/incidents/INC1/", "Relay delays", "Mail was slow.", NOW
)
NOTICE = Document(
    "2018-04-09", Kind.BULLETIN, "/bulletins/2018-04-09/", "LA bulletin, 9 April 2018",
    "Mailboxes of leavers will be deleted. The relay was quick again; café staff: 3 < 5 & others.",
    datetime(2018, 4, 8, 23, 0, tzinfo=UTC),
)  # fmt: skip
OLD = Document(
    "2017-12-31", Kind.BULLETIN, "/bulletins/2017-12-31/", "LA bulletin, 31 December 2017",
    "Nothing about the gateway.", datetime(2017, 12, 31, 0, 0, tzinfo=UTC),
)  # fmt: skip


def put(engine: Engine, *documents: Document, collection: str = "all") -> int:
    with unit_of_work(engine) as session:
        return take_in(
            session, collection=collection, fingerprint="1", documents=documents, now=NOW
        )


def look(engine: Engine, typed: str, **narrowed: str) -> Found:
    with read_only(engine) as session:
        return find(session, read_query(typed, **narrowed))


def addresses(found: Found) -> list[str]:
    return [result.address.strip("/").rsplit("/", 1)[-1] for result in found.results]


def test_a_word_in_a_title_comes_before_one_in_a_text(engine: Engine) -> None:
    put(engine, NOTICE, RELAY, OLD)

    assert addresses(look(engine, "relay")) == ["INC1", "2018-04-09"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mailbox leaver", ["2018-04-09"]),
        ("MAILBOXES deleting", ["2018-04-09"]),
        ("relay gateway", []),
        ("gatew", ["2017-12-31"]),
        ("31 december", ["2017-12-31"]),
        ("staff", ["2018-04-09"]),
        ("nowhere", []),
        ("", []),
        ('" OR 1=1 -- *', []),
        ("relay:* & !slow", ["INC1"]),
    ],
)
def test_all_words_must_be_there_in_any_form_and_signs_part_words(
    engine: Engine, typed: str, expected: list[str]
) -> None:
    put(engine, NOTICE, RELAY, OLD)

    assert addresses(look(engine, typed)) == expected


def test_a_search_is_narrowed_by_kind_and_by_london_year(engine: Engine) -> None:
    put(engine, NOTICE, RELAY, OLD)

    assert addresses(look(engine, "relay", kind="bulletin")) == ["2018-04-09"]
    assert addresses(look(engine, "bulletin", year="2017")) == ["2017-12-31"]
    assert addresses(look(engine, "bulletin", year="2018")) == ["2018-04-09"]
    with read_only(engine) as session:
        assert list_years(session) == (2018, 2017)


def test_a_snippet_shows_the_words_found_and_keeps_signs_as_text(engine: Engine) -> None:
    put(engine, NOTICE)

    pieces = look(engine, "leavers").results[0].snippet

    assert [piece.words for piece in pieces if piece.is_hit] == ["leavers"]
    assert "staff: 3 < 5 & others" in "".join(piece.words for piece in pieces)


def test_only_what_changed_is_written_and_what_is_gone_is_not_found(engine: Engine) -> None:
    assert put(engine, NOTICE, RELAY) == 2
    assert put(engine, NOTICE, RELAY) == 0
    mended = Document("1", RELAY.kind, RELAY.address, "Gateway delays", RELAY.body, NOW)

    assert put(engine, mended) == 2

    assert addresses(look(engine, "relay")) == []
    assert addresses(look(engine, "gateway")) == ["INC1"]
    with read_only(engine) as session:
        assert get_fingerprint(session, "all") == "1"
        assert get_fingerprint(session, "others") is None


def test_one_collection_leaves_another_alone(engine: Engine) -> None:
    put(engine, NOTICE, collection="bulletins")
    put(engine, RELAY, collection="status")
    put(engine, collection="status")

    assert addresses(look(engine, "relay")) == ["2018-04-09"]


def test_more_than_are_shown_are_told(engine: Engine) -> None:
    put(engine, *(Document(str(n), Kind.RELEASE, f"/{n}", "Release", "x", NOW) for n in range(52)))

    found = look(engine, "release")

    assert len(found.results) == 50
    assert found.is_cut


def test_the_words_are_found_by_their_index(engine: Engine) -> None:
    put(engine, NOTICE, RELAY, OLD)
    is_sqlite = engine.dialect.name == "sqlite"
    words = (
        "EXPLAIN QUERY PLAN SELECT rowid FROM search_text WHERE search_text MATCH 'relay'"
        if is_sqlite
        else "EXPLAIN SELECT document_id FROM search_document WHERE"
        " (setweight(to_tsvector('english', search_document.title), 'A')"
        " || setweight(to_tsvector('english', search_document.body), 'B'))"
        " @@ to_tsquery('english', 'relay')"
    )

    with engine.connect() as connection:
        if not is_sqlite:
            connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join(str(row) for row in connection.execute(text(words)))

    assert ("VIRTUAL TABLE INDEX" if is_sqlite else "search_text") in plan


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_query(typed: str) -> None:
    query = read_query(typed, kind=typed, year=typed)

    assert len(query.words) <= MOST_WORDS
    assert all(word.isalnum() for word in query.words)


@pytest.mark.parametrize(
    "typed", ["ǅ ß ﬁ", "İstanbul", "null", "and", "\u0301zz", "٣٤", "a" * 5000]
)
def test_strange_words_are_looked_for_without_an_error(engine: Engine, typed: str) -> None:
    put(engine, NOTICE)

    assert look(engine, typed).results == ()
