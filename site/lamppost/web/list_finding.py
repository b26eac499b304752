"""One list, member, owner or change for a view of the groups panel, or 404."""

from typing import TypeVar

from flask import abort

from lamppost.web.context import now, session
from lamppost.web.guard import actor
from postmaster.groups.reads import get_list, get_member, get_owner
from postmaster.groups.records import ChangeRow, ListPage
from postmaster.groups.tables import ListMember, ListOwner
from postmaster.groups.waiting import get_change

HOME = "/admin/groups/"
LARGEST = 2**63 - 1
T = TypeVar("T")


def get_list_or_404(list_id: int) -> ListPage:
    """The list, if it is of the reader's."""
    if list_id > LARGEST:
        abort(404)
    return get_list(session(), reader=actor(), list_id=list_id, now=now()) or abort(404)


def get_member_or_404(list_member_id: int) -> tuple[ListMember, str]:
    """A membership in force, and whose it is."""
    if list_member_id > LARGEST:
        abort(404)
    return get_member(session(), list_member_id=list_member_id) or abort(404)


def get_owner_or_404(list_owner_id: int) -> tuple[ListOwner, str]:
    """An ownership in force, and whose it is."""
    if list_owner_id > LARGEST:
        abort(404)
    return get_owner(session(), list_owner_id=list_owner_id) or abort(404)


def get_change_or_404(list_change_id: int) -> ChangeRow:
    """A change of a list of the reader's, or one they decide."""
    if list_change_id > LARGEST:
        abort(404)
    return get_change(session(), reader=actor(), change_id=list_change_id) or abort(404)
