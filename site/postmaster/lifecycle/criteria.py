"""The lifecycle rule as SQL: one expression for preview, explanation, candidates and guard."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind, MemberRole, Status
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.closures.criteria import is_moving
from postmaster.lifecycle.cutoffs import Cutoffs
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.rules import CLOCKED, LEADS_TO, Blocker, Reason
from postmaster.lifecycle.tables import LifecycleOrganisation

ADMINISTRATORS = (Role.LOCAL_ADMINISTRATOR, Role.PRIMARY_LOCAL_ADMINISTRATOR)


def reason_of(cutoffs: Cutoffs) -> ColumnElement[str]:
    """`rules.find_reason` over the account table."""
    status, since = Account.status, Account.status_since
    shared = and_(status == Status.ACTIVE, Account.kind == Kind.SHARED)
    return case(
        (
            and_(status == Status.ACTIVE, Account.kind == Kind.PERSON),
            case((is_idle(cutoffs), Reason.IDLE), else_=Reason.IN_USE),
        ),
        (shared, case((is_unsent(cutoffs), Reason.UNSENT), else_=Reason.IN_USE)),
        (status == Status.ACTIVE, Reason.KIND_EXEMPT),
        (
            status == Status.LEAVER,
            case((_over(cutoffs.leaver_before), Reason.LEAVER_DUE), else_=Reason.LEAVER_KEPT),
        ),
        (
            status == Status.INACTIVE,
            case((_over(cutoffs.inactive_before), Reason.INACTIVE_DUE), else_=Reason.INACTIVE_KEPT),
        ),
        (
            status == Status.DISABLED,
            case((_over(cutoffs.disabled_before), Reason.DISABLED_DUE), else_=Reason.DISABLED_KEPT),
        ),
        (
            status == Status.PENDING,
            case(
                (Account.counted_from < cutoffs.pending_before, Reason.PENDING_EXPIRED),
                else_=Reason.PENDING,
            ),
        ),
        (
            status == Status.DELETED,
            case(
                (or_(since.is_(None), since < cutoffs.deleted_before), Reason.PURGE_DUE),
                else_=Reason.RESTORABLE,
            ),
        ),
        else_=Reason.PURGED,
    )


def blocker_of(
    cutoffs: Cutoffs, *, own_batch: int | None = None, among: Select[int] | None = None
) -> ColumnElement[str | None]:
    """`rules.find_blocker` over the account table; `own_batch` is no other batch.

    `among` are the ids of all who would go together: an owner whose co-owners are all among them
    is the last one, too. Owners and administrators are then read of them alone.
    """
    unknown = and_(Account.status_since.is_(None), Account.status.in_(sorted(CLOCKED)))
    batch: ColumnElement[bool] = Account.batch_id.is_not(None)
    if own_batch is not None:
        batch = and_(batch, Account.batch_id != own_batch)
    return case(
        (unknown, Blocker.SINCE_UNKNOWN),
        (Account.is_service, Blocker.SERVICE_ACCOUNT),
        (Account.hold_count > 0, Blocker.HELD),
        (Account.spared_until > cutoffs.as_of, Blocker.SPARED),
        (Account.operation.is_not(None), Blocker.OPERATION),
        (is_frozen(), Blocker.ORGANISATION_FROZEN),
        (is_sole_administrator(among), Blocker.SOLE_ADMINISTRATOR),
        (is_sole_owner(among), Blocker.SOLE_OWNER),
        (is_moving(), Blocker.CONTAINER_MOVE),
        (batch, Blocker.IN_BATCH),
        else_=None,
    )


def is_candidate(
    cutoffs: Cutoffs,
    reason: Reason,
    *,
    own_batch: int | None = None,
    among: Select[int] | None = None,
) -> ColumnElement[bool]:
    """Due for this reason, with nothing in the way: the candidates of a sweep, and its guard.

    Said status by status, and not by `reason_of`, so that an index of the status finds them.
    """
    blocker = blocker_of(cutoffs, own_batch=own_batch, among=among)
    return and_(is_due(cutoffs, reason), blocker.is_(None))


def is_due(cutoffs: Cutoffs, reason: Reason) -> ColumnElement[bool]:
    """Due for one reason, whatever stands in the way; said so that an index of the status helps."""
    active = Account.status == Status.ACTIVE
    other = Account.status != Status.ACTIVE
    counted = Account.counted_from < cutoffs.pending_before
    return {
        Reason.LEAVER_DUE: and_(other, _is(Status.LEAVER), _over(cutoffs.leaver_before)),
        Reason.INACTIVE_DUE: and_(other, _is(Status.INACTIVE), _over(cutoffs.inactive_before)),
        Reason.DISABLED_DUE: and_(other, _is(Status.DISABLED), _over(cutoffs.disabled_before)),
        Reason.PURGE_DUE: and_(other, _is(Status.DELETED), _over(cutoffs.deleted_before)),
        Reason.PENDING_EXPIRED: and_(other, _is(Status.PENDING), counted),
        Reason.IDLE: and_(active, Account.kind == Kind.PERSON, is_idle(cutoffs)),
        Reason.UNSENT: and_(active, Account.kind == Kind.SHARED, is_unsent(cutoffs)),
    }[reason]


def is_due_at_all(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Due for any reason, whatever stands in the way."""
    return or_(*(is_due(cutoffs, reason) for reason in LEADS_TO))


def is_idle(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """No use that counts by this policy, and nothing it is counted from, since the cut-off."""
    uses = [
        column
        for counts, column in (
            (cutoffs.counts_sign_in, Account.last_sign_in_at),
            (cutoffs.counts_sending, Account.last_sent_at),
            (cutoffs.counts_password, Account.last_password_at),
        )
        if counts
    ]
    before = cutoffs.idle_before
    quiet = [_none_since(column, before) for column in uses]
    return and_(Account.counted_from < before, *quiet)


def is_unsent(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """A shared mailbox that sent nothing since the cut-off."""
    before = cutoffs.unsent_before
    return and_(Account.counted_from < before, _none_since(Account.last_sent_at, before))


def is_frozen() -> ColumnElement[bool]:
    """Its organisation is frozen: nothing is swept there."""
    frozen = select(LifecycleOrganisation.ods_code).where(LifecycleOrganisation.is_frozen)
    return Account.organisation.in_(frozen)


def in_mode(modes: Collection[Mode]) -> ColumnElement[bool]:
    """Its organisation stands in one of these modes of automation."""
    codes = select(LifecycleOrganisation.ods_code).where(LifecycleOrganisation.mode.in_(modes))
    return Account.organisation.in_(codes)


def is_sole_administrator(among: Select[int] | None = None) -> ColumnElement[bool]:
    """The only one who administers some organisation, were all of `among` to go together."""
    if among is None:
        sole = (
            select(func.min(RoleGrant.address_key))
            .where(*_administers(RoleGrant))
            .group_by(RoleGrant.scope)
            .having(func.count(RoleGrant.address_key.distinct()) == 1)
        )
        return Account.address_key.in_(sole)
    theirs, other, holder = aliased(RoleGrant), aliased(RoleGrant), aliased(Account)
    keys = select(holder.address_key).where(holder.account_id.in_(among))
    kept = select(other.scope).where(
        *_administers(other), other.scope.is_not(None), other.address_key.not_in(keys)
    )
    return Account.address_key.in_(
        select(theirs.address_key).where(
            *_administers(theirs), theirs.address_key.in_(keys), theirs.scope.not_in(kept)
        )
    )


def is_sole_owner(among: Select[int] | None = None) -> ColumnElement[bool]:
    """The only owner of some shared mailbox, were all of `among` to go together."""
    if among is None:
        sole = (
            select(func.min(MailboxMember.account_id))
            .where(*_owns(MailboxMember))
            .group_by(MailboxMember.mailbox_id)
            .having(func.count() == 1)
        )
        return Account.account_id.in_(sole)
    theirs, other = aliased(MailboxMember), aliased(MailboxMember)
    # Asked owner by owner, by the index of the mailbox: as a set it would read every membership.
    stays = (
        select(literal(1))
        .where(other.mailbox_id == theirs.mailbox_id, other.account_id.not_in(among), *_owns(other))
        .limit(1)
        .scalar_subquery()
    )
    return Account.account_id.in_(
        select(theirs.account_id).where(
            theirs.account_id.in_(among), *_owns(theirs), stays.is_(None)
        )
    )


def _administers(grant: type[RoleGrant]) -> tuple[ColumnElement[bool], ...]:
    return (grant.ended_at.is_(None), grant.role.in_(ADMINISTRATORS))


def _owns(member: type[MailboxMember]) -> tuple[ColumnElement[bool], ...]:
    return (member.ended_at.is_(None), member.role == MemberRole.OWNER)


def _is(status: Status) -> ColumnElement[bool]:
    return Account.status == status


def _over(before: object) -> ColumnElement[bool]:
    return or_(Account.status_since < before, Account.status_since.is_(None))


def _none_since(column: InstrumentedAttribute[object], before: object) -> ColumnElement[bool]:
    return or_(column.is_(None), column < before)
