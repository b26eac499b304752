"""The sample's lists of each kind and state, protocols by list and account, features."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, ActorKind, Grant, system
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.entitlements.actions import grant_list_protocol, grant_protocol
from postmaster.entitlements.feature_rules import OrgFeature
from postmaster.entitlements.features import ask_feature, decide_feature, suspend_feature
from postmaster.entitlements.rules import Protocol
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature
from postmaster.groups.actions import change_list, make_list
from postmaster.groups.conditions import Condition
from postmaster.groups.deciding import decide_change
from postmaster.groups.keeping import disable_list
from postmaster.groups.rules import ListKind
from postmaster.groups.tables import DistributionList, ListApproval, ListChange
from postmaster.groups.waiting import list_changes
from postmaster.groups.wanted import Wanted
from postmaster.policy.actions import enter_presets

BY = system("sample")
OWNER = "RX1"
# Sources say that protocols over the internet came some months after they were announced.
LIVE_FROM = datetime(2018, 8, 1, 18, tzinfo=UTC)
FEATURES = (
    ("RX1", OrgFeature.IM_P, "active"),
    ("RX1", OrgFeature.FILE_SHARING, "active"),
    ("RX1", OrgFeature.AV_CONF, "requested"),
    ("RX2", OrgFeature.IM_P, "active"),
    ("RX2", OrgFeature.AV_CONF, "active"),
    ("RX2", OrgFeature.RECORDING, "active"),
    ("09Y", OrgFeature.IM_P, "suspended"),
    ("Y90064", OrgFeature.IM_P, "active"),
)


def add_lists(session: Session, *, now: datetime) -> int:
    """Add lists, leave for protocols and features, once; gives how many lists."""
    if session.scalar(select(func.count()).select_from(DistributionList)):
        return 0
    enter_presets(session, by=BY.reference, now=now)
    set_features(
        session, source="sample-protocols", features={Feature.SDL_PROTOCOL_GRANT},
        live_from=LIVE_FROM, by=BY.reference, now=now,
    )  # fmt: skip
    _add_static(session, now)
    _add_dynamic(session, now)
    _add_features(session, now)
    _forget_nobody(session)
    return session.scalars(select(func.count()).select_from(DistributionList)).one()


def _add_static(session: Session, now: datetime) -> None:
    then = now - timedelta(days=60)
    people = _addresses(session, OWNER, 12)
    ward = _make(session, "ward4", now=then, add=(*people[:6], "bank.staff@agency.example"))
    _make(session, "oncall", now=then, add=("larkmoor.ward4@nhs.net", *people[6:9]))
    for protocol in (Protocol.IMAP, Protocol.SMTP):
        grant_list_protocol(
            session, list_id=ward, protocol=protocol, reason="The ward's handheld devices",
            by=BY, now=then,
        )  # fmt: skip
    kitchen = _make(session, "kitchen", now=then, add=people[9:11])
    disable_list(session, list_id=kitchen, why="The kitchen is run by a company now", by=BY,
                 now=now - timedelta(days=5))  # fmt: skip
    desk = _desk(OWNER)
    _make(session, "choir", now=now - timedelta(days=2), add=people[:3], by=desk)
    runners = _make(session, "runners", now=now - timedelta(days=9), add=people[:2], by=desk)
    change = list_changes(session, list_id=runners)[0]
    decide_change(
        session, change_id=change.change_id, is_given=False, why="Not for work", by=_local(OWNER),
        now=now - timedelta(days=8),
    )  # fmt: skip
    change_list(
        session, list_id=ward, wanted=Wanted(description="Ward 4, days and nights"),
        by=desk, now=now - timedelta(days=1),
    )  # fmt: skip
    application = session.scalars(
        select(Account.account_id)
        .where(
            Account.organisation == OWNER,
            Account.kind == Kind.APPLICATION,
            Account.status == Status.ACTIVE,
        )
        .limit(1)
    ).one()
    grant_protocol(
        session, account_id=application, protocol=Protocol.POP, reason="The old appointment system",
        to_at=now + timedelta(days=90), by=BY, now=then,
    )  # fmt: skip
    owner = _addresses(session, "Y90064", 1)
    _make(session, "surgery", now=then, organisation="Y90064", owners=owner, add=owner)


def _add_dynamic(session: Session, now: datetime) -> None:
    then = now - timedelta(days=30)
    _make(session, "everybody", now=then, condition=Condition((OWNER,), takes_under=True))
    nurses = Condition((OWNER, "RX2"), takes_under=True, job_title="Nurse")
    _make(session, "nurses", now=now - timedelta(days=3), condition=nurses, by=_local(OWNER))
    owners = _addresses(session, "RX2", 1)
    both = Condition(("RX2", OWNER), takes_under=True, kinds=(Kind.APPLICATION,))
    _make(
        session, "systems", now=now - timedelta(days=1), organisation="RX2", owners=owners,
        condition=both, by=_local("RX2"),
    )  # fmt: skip


def _make(
    session: Session,
    name: str,
    *,
    now: datetime,
    organisation: str = OWNER,
    owners: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
    condition: Condition | None = None,
    by: Actor = BY,
) -> int:
    """Ask for a list; gives its number."""
    return make_list(
        session,
        kind=ListKind.STATIC if condition is None else ListKind.DYNAMIC,
        organisation=organisation,
        name=name,
        owners=owners or _addresses(session, organisation, 2),
        wanted=Wanted(description=f"A sample: {name}", condition=condition, senders=(), add=add),
        by=by,
        now=now,
    )


def _add_features(session: Session, now: datetime) -> None:
    for organisation, feature, state in FEATURES:
        then = now - timedelta(days=40)
        number = ask_feature(
            session, organisation=organisation, feature=feature, evidence="A letter of the sample",
            by=BY, now=then,
        )  # fmt: skip
        if state != "requested":
            decide_feature(session, feature_id=number, is_granted=True, why="", by=BY, now=then)
        if state == "suspended":
            suspend_feature(session, feature_id=number, why="Being repaired", by=BY, now=now)


def _addresses(session: Session, organisation: str, count: int) -> tuple[str, ...]:
    """The first active people of an organisation."""
    rows = session.scalars(
        select(Account.address_key)
        .where(
            Account.organisation == organisation,
            Account.kind == Kind.PERSON,
            Account.status == Status.ACTIVE,
        )
        .order_by(Account.account_id)
        .limit(count)
    )
    return tuple(rows)


def _desk(organisation: str) -> Actor:
    return Actor(ActorKind.PERSON, "sample", (Grant(Role.LOCAL_HELPDESK, organisation),))


def _local(organisation: str) -> Actor:
    return Actor(ActorKind.PERSON, "sample", (Grant(Role.LOCAL_ADMINISTRATOR, organisation),))


def _forget_nobody(session: Session) -> None:
    """Whoever asked and decided above is nobody with a name: the sample did."""
    nobody = f"{ActorKind.PERSON}:sample"
    for column in (ListChange.asked_by, ListApproval.decided_by, DistributionList.created_by):
        session.execute(
            update(column.class_).where(column == nobody).values({column.key: BY.reference})
        )
