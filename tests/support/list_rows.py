"""One object of each kind of the groups and entitlements panels, of one organisation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from account_rows import put_account
from postmaster.access.actors import Actor, ActorKind, Grant, operator
from postmaster.access.roles import Role
from postmaster.entitlements.actions import grant_protocol
from postmaster.entitlements.feature_rules import OrgFeature
from postmaster.entitlements.features import ask_feature
from postmaster.entitlements.rules import Protocol
from postmaster.groups.actions import change_list, make_list
from postmaster.groups.rules import ListKind
from postmaster.groups.tables import ListMember, ListOwner
from postmaster.groups.wanted import Wanted

BY = operator("test")
LIST_ARGUMENTS = (
    "list_id", "list_member_id", "list_owner_id", "list_change_id", "grant_id", "feature_id",
)  # fmt: skip


def put_list(session: Session, *, organisation: str, now: datetime) -> dict[str, int]:
    """A list with a member and a change that waits, leave of its owner, a feature asked for."""
    address = f"lists.{organisation.lower()}@nhs.net"
    owner = put_account(session, address, organisation=organisation, now=now)
    number = make_list(
        session, kind=ListKind.STATIC, organisation=organisation, name="ward", owners=(address,),
        wanted=Wanted(add=(address, "out@example.org")), by=BY, now=now,
    )  # fmt: skip
    helpdesk = Actor(ActorKind.PERSON, "desk", (Grant(Role.LOCAL_HELPDESK, organisation),))
    change = change_list(
        session, list_id=number, wanted=Wanted(description="A ward"), by=helpdesk, now=now
    )
    grant = grant_protocol(
        session, account_id=owner.account_id, protocol=Protocol.IMAP, reason="A device", by=BY,
        now=now,
    )  # fmt: skip
    feature = ask_feature(
        session, organisation=organisation, feature=OrgFeature.IM_P, evidence="A ticket", by=BY,
        now=now,
    )  # fmt: skip
    members = select(ListMember.member_id).where(ListMember.list_id == number)
    owners = select(ListOwner.owner_id).where(ListOwner.list_id == number)
    member = session.scalars(members.limit(1)).one()
    found = (number, member, session.scalars(owners).one(), change, grant, feature)
    return dict(zip(LIST_ARGUMENTS, found, strict=True))
