"""The spoofing panel: what holds now, one message judged step by step, and the register."""

import csv
import io
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.judging import judge_form
from lamppost.web.keyset import Cursors, KeysetPage, page_by_key
from lamppost.web.spoof_forms import WORDS, JudgeForm
from lamppost.web.tickets import holds_ticket, write_ticket
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.inspection.visible import make_cell
from postmaster.organisations.rules import fold_code
from postmaster.spoofing.log_reads import list_contradicted, list_totals
from postmaster.spoofing.register import (
    KEY,
    PairRow,
    list_pairs,
    list_receiving,
    select_pairs,
    walk_pairs,
)
from postmaster.spoofing.stage_reads import list_in_force
from postmaster.spoofing.steps import SORT_WORDS, Sort
from postmaster.spoofing.values import SpoofKind
from postmaster.spoofing.ways_out import note_export

blueprint = Blueprint("spoofing", __name__, url_prefix="/admin/spoofing")
HOME = "/admin/spoofing/"
BACK = (HOME, "Spoofing")
_HEADS = (
    "number", "claimed", "sent_by", "kind", "network", "what_it_is", "evidence", "first_seen",
    "last_seen", "messages", "organisations", "by_week_oldest_first",
)  # fmt: skip


@blueprint.get("/")
@panel(Action.SPOOFING_READ)
def index() -> str:
    """What becomes of spoofed mail now, and how much of it there was lately."""
    return render_template(
        "spoofing/index.html",
        in_force=list_in_force(session(), now=now()),
        totals=list_totals(session(), reader=actor(), now=now()),
        receiving=list_receiving(session(), reader=actor(), now=now()),
        may_switch=may(actor(), Action.SPOOFING_SWITCH).is_allowed,
        may_work=may(actor(), Action.SPOOFING_WORK).is_allowed,
        words=WORDS,
    )


@blueprint.route("/judge/", methods=["GET", "POST"])
@panel(Action.SPOOFING_READ)
def judge() -> ResponseReturnValue:
    """Judge one message step by step; it is kept nowhere."""
    form, judged = read_form(JudgeForm), None
    if request.method == "POST" and form.validate():
        judged = judge_form(form, request.files.get("file"))
    page = render_template("spoofing/judge.html", form=form, judged=judged, words=WORDS, back=BACK)
    return page, 422 if form.errors else 200


@blueprint.get("/register/")
@panel(Action.SPOOFING_READ)
def register() -> str:
    """Who spoofs: the senders that reached the reader's organisations."""
    filters = {
        "kind": request.args.get("kind", ""),
        "sort": request.args.get("sort", ""),
        "org": fold_code(strip_text(request.args.get("org")))[:32],
    }
    return render_page_or_block(
        "spoofing/register.html",
        "sender_list",
        page=_page(filters),
        filters=filters,
        kinds=list(SpoofKind),
        sorts=list(Sort),
        words=WORDS,
        back=BACK,
    )


@blueprint.route("/register/export/", methods=["GET", "POST"])
@panel(Action.SPOOFING_READ)
def export() -> ResponseReturnValue:
    """The senders as a CSV file. That somebody takes a copy is audited first."""
    if request.method == "POST":
        with writing() as made:
            note_export(made, by=actor(), now=now())
        return redirect(f"{request.path}?ticket={write_ticket(actor().key)}", code=303)
    if not holds_ticket(request.args.get("ticket", ""), actor().key):
        return render_template("spoofing/export.html", back=(f"{HOME}register/", "Register"))
    lines = stream_with_context(_lines(walk_pairs(session(), reader=actor(), now=now())))
    headers = {"Content-Disposition": 'attachment; filename="spoofing.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


@blueprint.get("/log/")
@panel(Action.SPOOFING_SWITCH)
def log() -> str:
    """Messages that went out although their verdict was to block them."""
    return render_template(
        "spoofing/log.html", found=list_contradicted(session()), words=WORDS, back=BACK
    )


def _page(filters: dict[str, str]) -> KeysetPage[PairRow]:
    statement = select_pairs(
        reader=actor(),
        kind=SpoofKind(filters["kind"]) if filters["kind"] in set(SpoofKind) else None,
        sort=Sort(filters["sort"]) if filters["sort"] in set(Sort) else None,
        organisation=filters["org"] or None,
    )
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    page = page_by_key(session(), statement, KEY, place, cursors=cursors, descending=True)
    rows = list_pairs(
        session(),
        reader=actor(),
        pair_ids=[row[1] for row in page.rows],
        now=now(),
        organisation=filters["org"] or None,
    )
    return KeysetPage(rows, page.next_cursor, page.previous_cursor)


def _lines(rows: Iterable[PairRow]) -> Iterator[str]:
    yield _line(_HEADS)
    for row in rows:
        weeks = " ".join(map(str, row.weeks))
        cells = (
            row.pair_id, row.claimed, row.infrastructure, row.kind, row.network,
            SORT_WORDS[row.sort], row.evidence, row.first_seen_at.isoformat(),
            row.last_seen_at.isoformat(), row.messages, row.organisations, weeks,
        )  # fmt: skip
        yield _line(tuple(make_cell(str(cell)) for cell in cells))


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
