"""The verdict on every row of a staged file, set by set: the first that fits a row stays.

Each verdict is one statement over all rows, so that a hundred thousand cost seconds.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.tables import ScopeLink
from postmaster.accounts.criteria import is_namesake
from postmaster.accounts.rules import ALIVE, Kind, Status
from postmaster.accounts.tables import Account, AccountAlias, AddressQuarantine
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.tables import Organisation
from postmaster.uploads.rules import PLANNED, RowAction, RowState
from postmaster.uploads.tables import Upload, UploadRow

_LIVING = sorted(ALIVE)


@dataclass(frozen=True, slots=True)
class _Judging:
    """One file being judged: where, which, by whose scope, on what day."""

    session: Session
    upload: Upload
    by: Actor
    today: date

    def say(
        self, where: ColumnElement[bool], action: RowAction, message: ColumnElement[Any] | str
    ) -> None:
        """Give a verdict to the rows that have none yet."""
        words = literal(message) if isinstance(message, str) else message
        self.write(where, action=action.value, message=words)

    def write(self, where: ColumnElement[bool], **values: Any) -> None:
        """Write columns of the rows that have no verdict yet."""
        self.session.execute(
            update(UploadRow)
            .where(UploadRow.upload_id == self.upload.upload_id, UploadRow.action.is_(None), where)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def judge_rows(session: Session, upload: Upload, *, by: Actor, today: date) -> None:
    """Give each row its verdict; rows with a fault of their own have theirs already."""
    judging = _Judging(session, upload, by, today)
    _judge_twice(judging, UploadRow.address_key, "The address")
    _judge_twice(judging, UploadRow.given_id, "The ID")
    _judge_twice(judging, UploadRow.external_id, "The local number", UploadRow.organisation)
    _judge_organisations(judging)
    _match(judging)
    _judge_matched(judging)
    _judge_new(judging)
    planned = UploadRow.action.in_(sorted(PLANNED))
    session.execute(
        update(UploadRow)
        .where(UploadRow.upload_id == upload.upload_id)
        .values(state=case((planned, RowState.PLANNED), else_=RowState.NONE))
        .execution_options(synchronize_session=False)
    )


def _judge_twice(
    judging: _Judging, key: InstrumentedAttribute[Any], noun: str, *beside: Any
) -> None:
    """Rows that say of somebody what an earlier row said already."""
    number = judging.upload.upload_id
    columns = (key, *beside)
    first = (
        select(*columns, func.min(UploadRow.line).label("line"))
        .where(UploadRow.upload_id == number, key.is_not(None), key != _nothing(key))
        .group_by(*columns)
        .having(func.count() > 1)
        .subquery()
    )
    same = and_(*(first.c[column.key] == column for column in columns))
    line = cast(first.c.line, String)
    words = literal(f"{noun} is on line ").concat(line).concat(" already. Keep one.")
    judging.say(and_(same, UploadRow.line > first.c.line), RowAction.ERROR, words)


def _nothing(key: InstrumentedAttribute[Any]) -> Any:
    return -1 if key is UploadRow.given_id else ""


def _judge_organisations(judging: _Judging) -> None:
    code = UploadRow.organisation
    mine = in_scope(judging.by, Action.UPLOADS_APPLY, code)
    words = code.concat(" is none of your organisations. Mend the code, or ask its administrator.")
    judging.say(~mine, RowAction.ERROR, words)
    if (above := judging.upload.organisation) is not None:
        under = select(ScopeLink.below).where(ScopeLink.above == above)
        words = code.concat(f" is not under {above}, which the file is for.")
        judging.say(code.not_in(under), RowAction.ERROR, words)
    known = select(Organisation.ods_code)
    words = literal("There is no organisation ").concat(code).concat(". Check the code.")
    judging.say(code.not_in(known), RowAction.ERROR, words)
    taking = select(Organisation.ods_code).where(Organisation.status == OrganisationStatus.OPEN)
    words = code.concat(" is closing or closed and takes no accounts. Use its successor.")
    judging.say(code.not_in(taking), RowAction.ERROR, words)


def _match(judging: _Judging) -> None:
    """Find the account a row is about: by the ID, else the local number, else the address."""
    given = select(Account.account_id).where(Account.account_id == UploadRow.given_id)
    mine = given.where(in_scope(judging.by, Action.UPLOADS_APPLY, Account.organisation))
    words = literal("There is no account of yours with the ID ").concat(
        cast(UploadRow.given_id, String)
    )
    by_id = UploadRow.given_id.is_not(None)
    judging.say(and_(by_id, ~mine.exists()), RowAction.ERROR, words.concat(". Leave it empty."))
    judging.write(by_id, account_id=UploadRow.given_id)
    numbered = (
        select(func.min(Account.account_id))
        .where(
            Account.organisation == UploadRow.organisation,
            Account.external_id == UploadRow.external_id,
            Account.status.in_(_LIVING),
        )
        .scalar_subquery()
    )
    unmatched = UploadRow.account_id.is_(None)
    judging.write(and_(unmatched, UploadRow.external_id.is_not(None)), account_id=numbered)
    addressed = select(Account.account_id).where(Account.address_key == UploadRow.address_key)
    judging.write(UploadRow.account_id.is_(None), account_id=addressed.scalar_subquery())
    matched = UploadRow.account_id.is_not(None)
    judging.write(matched, account_revision=_of(Account.revision))


def _judge_matched(judging: _Judging) -> None:
    matched = UploadRow.account_id.is_not(None)
    elsewhere = and_(matched, _of(Account.organisation) != UploadRow.organisation)
    status, address = _of(Account.status), _of(Account.address)
    words = (
        literal("The person has the account ").concat(address).concat(", marked as a leaver of ")
        .concat(_of(Account.organisation)).concat(". Accept it as a joiner: nothing is made anew.")
    )  # fmt: skip
    judging.say(and_(elsewhere, status == Status.LEAVER), RowAction.JOIN, words)
    words = (
        address.concat(" is an account of another organisation. Ask its administrator to mark it ")
        .concat("as a leaver, then accept it as a joiner.")
    )  # fmt: skip
    judging.say(elsewhere, RowAction.ERROR, words)
    gone = and_(matched, status.not_in(_LIVING))
    words = address.concat(" is deleted. Restore it while it can be, or choose another address.")
    judging.say(gone, RowAction.ERROR, words)
    other = and_(matched, _of(Account.address_key) != UploadRow.address_key)
    words = literal("The ID or local number is of ").concat(address).concat(
        ". A file changes no address: mend the row, or the number."
    )  # fmt: skip
    judging.say(other, RowAction.ERROR, words)
    kind = and_(matched, _of(Account.kind) != UploadRow.kind)
    words = address.concat(" is of the kind ").concat(_of(Account.kind)).concat(
        ". A file changes no kind."
    )  # fmt: skip
    judging.say(kind, RowAction.ERROR, words)
    changed = _list_changed()
    judging.write(matched, changed=changed)
    nothing = and_(matched, UploadRow.changed == "")
    judging.say(nothing, RowAction.SKIP, "It is stored so already.")
    fields = func.replace(func.replace(UploadRow.changed, " ", ", "), "_", " ")
    words = address.concat(" exists and is changed: ").concat(fields)
    judging.say(matched, RowAction.UPDATE, words)


def _list_changed() -> ColumnElement[str]:
    """The fields a row changes, with blanks between. An empty cell leaves what is stored."""
    words: ColumnElement[Any] = literal("")
    for name in ("external_id", "job_title", "mobile"):
        given, stored = getattr(UploadRow, name), _of(getattr(Account, name))
        differs = and_(given.is_not(None), or_(stored.is_(None), stored != given))
        words = words.concat(case((differs, f"{name} "), else_=""))
    renamed = case((_of(Account.name) != UploadRow.name, "name "), else_="")
    return func.trim(words.concat(renamed))


def _judge_new(judging: _Judging) -> None:
    not_person = UploadRow.kind != Kind.PERSON
    words = "A file makes people only. Make this in the panel, where it is given its owner."
    judging.say(not_person, RowAction.ERROR, words)
    alias = select(AccountAlias.address_key).where(
        AccountAlias.address_key == UploadRow.address_key,
        AccountAlias.receives_until >= judging.today,
    )
    words = "The address still receives for another account. Choose another."
    judging.say(alias.exists(), RowAction.ERROR, words)
    kept = select(AddressQuarantine.kept_until).where(
        AddressQuarantine.address_key == UploadRow.address_key,
        AddressQuarantine.kept_until >= judging.today,
    )
    words = "The address was somebody's not long ago and is kept apart. Choose another."
    judging.say(kept.exists(), RowAction.ERROR, words)
    namesake = _find_namesake().scalar_subquery()
    said = literal("Somebody of this name has the account ").concat(namesake).concat(
        ". Check that this is another person."
    )  # fmt: skip
    judging.say(namesake.is_not(None), RowAction.CREATE, said)
    judging.say(UploadRow.account_id.is_(None), RowAction.CREATE, "A new account.")


def _find_namesake() -> Select[str]:
    return select(func.min(Account.address)).where(
        is_namesake(UploadRow.organisation, UploadRow.name_key),
        Account.kind == Kind.PERSON,
        Account.status.in_(_LIVING),
    )


def _of(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """A column of the account a row is about."""
    account = aliased(Account)
    return (
        select(getattr(account, column.key))
        .where(account.account_id == UploadRow.account_id)
        .scalar_subquery()
    )
