"""What a list or a change would come to, said before anybody decides."""

from flask import render_template, request
from sqlalchemy.orm import Session
from wtforms import Form

from lamppost.web.list_forms import typed_fields
from lamppost.wording import say_count
from postmaster.groups.proposing import Draft
from postmaster.groups.reaching import Reach
from postmaster.groups.rules import Needed, Seat
from postmaster.organisations.reads import get_names

SHOWN = 100


def say_needed(needed: Needed | tuple[Seat, str | None]) -> str:
    """Whose approval, in words."""
    seat, organisation = (
        (needed.seat, needed.organisation) if isinstance(needed, Needed) else needed
    )
    return {
        Seat.OWNER: f"An administrator of {organisation}, which owns the list",
        Seat.ORGANISATION: f"An administrator of {organisation}, whose accounts it reaches",
        Seat.TENANT: "A tenant administrator who did not ask for it",
    }[seat]


def list_counts(session: Session, reach: Reach) -> tuple[list[tuple[str, str]], int]:
    """Organisations with their recipients, the most first, and how many more there are."""
    counts = sorted(reach.organisations.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = counts[:SHOWN]
    names = get_names(session, codes={code for code, _ in shown})
    rows = [(f"{names[code].name} ({code})", f"{count:,}") for code, count in shown]
    return rows, len(counts) - len(shown)


def render_preview(
    session: Session, form: Form, draft: Draft, *, title: str, back: tuple[str, str]
) -> str:
    """The page that shows recipients and approvals, and asks once more."""
    rows, others = list_counts(session, draft.reach)
    return render_template(
        "groups/preview.html",
        page_title=title,
        draft=draft,
        total=say_count(draft.reach.total, "recipient"),
        rows=rows,
        others=others,
        waits_for=[say_needed(one) for one in draft.waits_for],
        given=[say_needed(one) for one in draft.given],
        fields=typed_fields(form),
        address=request.path,
        back=back,
    )
