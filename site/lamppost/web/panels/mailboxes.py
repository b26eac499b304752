"""Who owns and uses a shared mailbox: given and ended in the panel, never the last owner."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from lamppost.web.account_acting import Act, act_on, address_of, get_or_404
from lamppost.web.account_forms import MemberForm
from lamppost.web.context import now, session
from lamppost.web.forms import SeenForm
from lamppost.web.guard import actor, panel
from postmaster.access.matrix import Action
from postmaster.accounts.mailboxes import end_mailbox, give_mailbox
from postmaster.accounts.reads import find_account, get_member
from postmaster.accounts.rules import MemberRole

blueprint = Blueprint("mailboxes", __name__, url_prefix="/admin/accounts")
BOTH = ["GET", "POST"]
_LARGEST = 2**63 - 1
GIVE = Act(
    "Give the mailbox to somebody",
    "Give it",
    "The mailbox is given.",
    ("The person may be of another organisation: people keep a mailbox when they move.",),
)


@blueprint.route("/<int:account_id>/members/new/", methods=BOTH)
@panel(Action.MAILBOXES_MEMBERS)
def give(account_id: int) -> ResponseReturnValue:
    """Make somebody an owner or a member."""
    found = get_or_404(account_id, Action.MAILBOXES_MEMBERS)
    return act_on(
        found, MemberForm, GIVE,
        lambda made, form: give_mailbox(
            made, mailbox_id=account_id, address=form.address.data or "",
            role=MemberRole(form.role.data), by=actor(), now=now(),
        ),
    )  # fmt: skip


@blueprint.route("/members/<int:member_id>/end/", methods=BOTH)
@panel(Action.MAILBOXES_MEMBERS)
def end(member_id: int) -> ResponseReturnValue:
    """End somebody's ownership or membership."""
    row = get_member(session(), member_id=member_id) if member_id <= _LARGEST else None
    if row is None:
        abort(404)
    found = get_or_404(row.mailbox_id, Action.MAILBOXES_MEMBERS)
    person = find_account(session(), account_id=row.account_id)
    name = person.address if person is not None else "somebody"
    act = Act(
        f"End the access of {name}",
        "End it",
        "The access is ended.",
        (f"{name} was {row.role} of {found.row.address}. A copy on a device may last a while.",),
    )
    return act_on(
        found, SeenForm, act,
        lambda made, _: end_mailbox(made, member_id=member_id, by=actor(), now=now()),
        back_to=address_of(row.mailbox_id),
    )  # fmt: skip
