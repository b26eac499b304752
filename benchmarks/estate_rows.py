"""An estate of any size, written by the database itself: organisations, accounts, owners, roles.

Sizes of organisations are skewed as the service's are: the largest has nearly a hundredth of all
accounts, most have a few dozen. Two in five accounts are due for something. Everything follows from
the number of the account, so that every run makes the same estate.
"""

from datetime import UTC, datetime

from sqlalchemy import Engine, Table, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from lamppost.database import refresh_statistics, unit_of_work
from lamppost.migrations import upgrade
from postmaster.access.tables import RoleGrant
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.policy.actions import enter_presets

NOW = datetime(2018, 4, 9, 11, 0, tzinfo=UTC)
AT = "2018-04-09 11:00:00"
# Thousandths of the estate by status, in this order.
STATUSES = (
    ("active", 640), ("inactive", 120), ("leaver", 100), ("disabled", 50), ("pending", 20),
    ("deleted", 50), ("purged", 20),
)  # fmt: skip
KINDS = (("person", 900), ("shared", 70), ("application", 20), ("resource", 10))
FILLED = (Account, MailboxMember, RoleGrant)


def make_estate(engine: Engine, *, accounts: int, organisations: int) -> None:
    """Migrate an empty database and fill it."""
    upgrade(engine)
    indexes = [index for kind in FILLED for index in _table(kind).indexes]
    with unit_of_work(engine) as session:
        enter_presets(session, by="system:benchmark", now=NOW)
        for index in indexes:
            session.execute(DropIndex(index))
        _add_organisations(session, organisations)
        _add_accounts(session, accounts, organisations)
        _add_owners(session)
        _add_administrators(session, organisations)
        for index in indexes:
            session.execute(CreateIndex(index))
    refresh_statistics(engine)


def _table(kind: type) -> Table:
    table: Table = kind.__table__  # type: ignore[attr-defined]  # of a model
    return table


def _numbers(count: str) -> str:
    first = "SELECT CAST(1 AS bigint)"
    return f"WITH RECURSIVE n(i) AS ({first} UNION ALL SELECT i + 1 FROM n WHERE i < {count})"


def _add_organisations(session: Session, count: int) -> None:
    session.execute(
        text(
            f"{_numbers(str(count))} INSERT INTO organisation "
            "(ods_code, name, kind, status, search_key) "
            "SELECT 'B' || i, 'Organisation ' || i, 'organisation', 'open', "
            "'organisation ' || i FROM n"
        )
    )
    session.execute(
        text(
            f"{_numbers(str(count))} INSERT INTO scope_link (above, below) "
            "SELECT 'B' || i, 'B' || i FROM n"
        )
    )


def _add_accounts(session: Session, count: int, organisations: int) -> None:
    """`h` and `g` are two fixed scrambles of the account's number, from 0 to 999,999."""
    since = _ago(session, "(g * 7) % 900 + 1")
    used = _ago(session, "g % 110 + 1")
    made = _ago(session, "1000 + g % 1000")
    kind, status = _choose("(g / 1000)", KINDS), _choose("(i * 31 % 1000)", STATUSES)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    flag = "0" if is_sqlite else "false"
    organisation = (
        f"'B' || (1 + CAST(({organisations} - 1) * ((h / 1000000.0) * (h / 1000000.0)) AS INTEGER))"
    )
    session.execute(
        text(
            f"{_numbers(str(count))}, m AS (SELECT i, (i * 7919 + 13) % 1000003 % 1000000 AS h, "
            "(i * 104729 + 7) % 999983 AS g FROM n) "
            "INSERT INTO account (account_id, address, address_key, name, name_key, kind, "
            "organisation, is_service, status, status_since, prior_status, created_at, "
            "counted_from, idle_since, last_password_at, last_sent_at, sign_in_blocked, "
            "hold_count, revision) "
            "SELECT i, 'a' || i || '@nhs.net', 'a' || i || '@nhs.net', "
            f"'Person ' || g || ' ' || i, 'person ' || g || ' ' || i, {kind}, "
            f"{organisation}, {flag}, {status}, {since}, 'active', "
            f"{made}, {made}, {used}, {used}, {used}, {flag}, "
            "CASE WHEN g % 500 = 0 THEN 1 ELSE 0 END, 0 FROM m"
        )
    )


def _add_owners(session: Session) -> None:
    """Two owners to a shared mailbox, one in ten with a single one."""
    session.execute(
        text(
            "INSERT INTO mailbox_member (mailbox_id, account_id, role, since) "
            "SELECT account_id, "
            "CASE WHEN account_id > 10 THEN account_id - o ELSE account_id + o END, "
            "'owner', created_at FROM account CROSS JOIN (SELECT 1 AS o UNION ALL SELECT 2) owners "
            "WHERE kind = 'shared' AND (o = 1 OR account_id % 10 > 0)"
        )
    )


def _add_administrators(session: Session, organisations: int) -> None:
    """Two administrators to an organisation, one in ten with a single one."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    identity = "lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()"
    session.execute(
        text(
            f"{_numbers(str(organisations))} INSERT INTO role_grant "
            "(grant_id, person_id, address_key, role, scope, granted_at, granted_by) "
            f"SELECT {identity}, 'p' || i || '-' || o, 'a' || (i * 150 + o) || '@nhs.net', "
            "'local-administrator', 'B' || i, :now, 'system:benchmark' "
            "FROM n CROSS JOIN (SELECT 1 AS o UNION ALL SELECT 2) owners WHERE o = 1 OR i % 10 > 0"
        ),
        {"now": _plain(session, NOW)},
    )


def _choose(number: str, choices: tuple[tuple[str, int], ...]) -> str:
    """A value by a number from 0 to 999, each with its share."""
    parts, below = [], 0
    for value, share in choices:
        below += share
        parts.append(f"WHEN {number} < {below} THEN '{value}'")
    return f"CASE {' '.join(parts)} ELSE '{choices[0][0]}' END"


def _ago(session: Session, days: str) -> str:
    if session.get_bind().dialect.name == "sqlite":
        form = "%Y-%m-%d %H:%M:%S.000000"
        return f"strftime('{form}', '{AT}', '-' || ({days}) || ' days')"
    return f"timestamptz '{AT}+00' - ({days}) * interval '1 day'"


def _plain(session: Session, moment: datetime) -> object:
    """As the driver wants a moment in a statement of text."""
    if session.get_bind().dialect.name == "sqlite":
        return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return moment
