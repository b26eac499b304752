"""The lifecycle rule as SQL: one expression for preview, explanation, candidates and guard."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.closures.criteria import is_moving
from postmaster.lifecycle.cutoffs import Cutoffs
from postmaster.lifecycle.last_ones import is_sole_administrator, is_sole_owner
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.rules import CLOCKED, LEADS_TO, OF_ACTIVE, Blocker, Reason
from postmaster.lifecycle.tables import LifecycleOrganisation

_ACTIVE, _OTHER = Account.status == Status.ACTIVE, Account.status != Status.ACTIVE


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
    # Theirs are no columns of the row that is asked about, whatever stands around it.
    among = None if among is None else among.correlate(None)
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


def is_candidate(cutoffs: Cutoffs, reason: Reason) -> ColumnElement[bool]:
    """Due for this reason, with nothing in the way: the candidates of a sweep.

    Said status by status, and not by `reason_of`, so that an index of the status finds them.
    """
    return and_(is_due(cutoffs, reason), blocker_of(cutoffs).is_(None))


def is_due(cutoffs: Cutoffs, reason: Reason) -> ColumnElement[bool]:
    """Due for one reason, whatever stands in the way; said so that an index of the status helps."""
    return and_(_ACTIVE if reason in OF_ACTIVE else _OTHER, _is_over(cutoffs)[reason])


def is_due_at_all(cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Due for any reason, whatever stands in the way.

    Asked apart of what is active and of the rest: no row answers the questions of the other half.
    """
    over = _is_over(cutoffs)
    return or_(
        and_(_ACTIVE, or_(*(over[one] for one in LEADS_TO if one in OF_ACTIVE))),
        and_(_OTHER, or_(*(over[one] for one in LEADS_TO if one not in OF_ACTIVE))),
    )


def _is_over(cutoffs: Cutoffs) -> dict[Reason, ColumnElement[bool]]:
    """The clock of each reason has run out, of what is active or of what is not."""
    counted = Account.counted_from < cutoffs.pending_before
    return {
        Reason.LEAVER_DUE: and_(_is(Status.LEAVER), _over(cutoffs.leaver_before)),
        Reason.INACTIVE_DUE: and_(_is(Status.INACTIVE), _over(cutoffs.inactive_before)),
        Reason.DISABLED_DUE: and_(_is(Status.DISABLED), _over(cutoffs.disabled_before)),
        Reason.PURGE_DUE: and_(_is(Status.DELETED), _over(cutoffs.deleted_before)),
        Reason.PENDING_EXPIRED: and_(_is(Status.PENDING), counted),
        Reason.IDLE: and_(Account.kind == Kind.PERSON, is_idle(cutoffs)),
        Reason.UNSENT: and_(Account.kind == Kind.SHARED, is_unsent(cutoffs)),
    }


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


def _is(status: Status) -> ColumnElement[bool]:
    return Account.status == status


def _over(before: object) -> ColumnElement[bool]:
    return or_(Account.status_since < before, Account.status_since.is_(None))


def _none_since(column: InstrumentedAttribute[object], before: object) -> ColumnElement[bool]:
    return or_(column.is_(None), column < before)
