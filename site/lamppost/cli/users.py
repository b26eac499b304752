"""`lamppost users add|list|disable|reset-factor`: people from the server's own command line."""

import sys

import click
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.cli.context import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    json_option,
    open_engine,
    print_json,
    settings_or_stop,
)
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.people.actions import disable_person, reset_factor_on_server
from lamppost.people.invitations import invite
from lamppost.people.joining import AddressError, PersonExistsError, add_person
from lamppost.people.means import Means, make_means
from lamppost.people.reads import PersonRow, get_person, list_people
from lamppost.people.rules import fold
from lamppost.people.tables import Person
from postmaster.access.actions import ScopeError
from postmaster.access.actors import Grant, operator
from postmaster.access.reads import get_above
from postmaster.access.roles import Role
from postmaster.credentials.rules import judge_password

PAGE = 500
yes_option = click.option("--yes", is_flag=True, help="Do it; without this it is only shown.")


@click.group()
def command() -> None:
    """Those who sign in to the panels."""


@command.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--org", help="ODS code of the organisation or container the role is held for.")
@click.option("--name", default="", help="The person's name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(*, email: str, role: str, org: str | None, name: str, password_stdin: bool) -> None:
    """Add somebody; without a password the one-time invitation link is printed."""
    settings = settings_or_stop()
    engine, means = open_engine(settings), make_means(settings)
    grant = Grant(Role(role), org)
    try:
        if password_stdin:
            _add_with_password(engine, means, email, name, grant)
        else:
            _invite(engine, means, email, name, grant)
    except (AddressError, PersonExistsError, ScopeError) as error:
        _stop(str(error))


@command.command(name="list")
@json_option
def list_command(*, as_json: bool) -> None:
    """Everybody, by name."""
    engine = open_engine(settings_or_stop())
    people: list[PersonRow] = []
    with read_only(engine) as session:
        reader = operator("users list")
        while page := list_people(
            session, reader=reader, after=people[-1].cursor if people else None, limit=PAGE
        ):
            people += page
    if as_json:
        print_json([_describe(person) for person in people])
        return
    for person in people:
        roles = ", ".join(_say(grant) for grant in person.grants) or "no role"
        click.echo(f"{person.email}  {person.state}  {roles}")


@command.command()
@click.argument("email")
@yes_option
def disable(*, email: str, yes: bool) -> None:
    """Disable somebody: their sessions and roles end."""
    engine = open_engine(settings_or_stop())
    person = _find(engine, email)
    if not yes:
        roles = ", ".join(_say(grant) for grant in person.grants) or "none"
        click.echo(f"{person.email} would be disabled; roles that would end: {roles}.")
        click.echo("Nothing was done; use --yes to do it.")
        return
    with unit_of_work(engine) as session:
        by, now = operator("users disable"), SystemClock().now()
        disable_person(session, person_id=person.person_id, by=by, now=now)
    click.echo(f"{person.email} is disabled.")


@command.command(name="reset-factor")
@click.argument("email")
@yes_option
def reset_factor(*, email: str, yes: bool) -> None:
    """Take away somebody's lost second factor; they set up a new one at the next sign-in."""
    settings = settings_or_stop()
    engine = open_engine(settings)
    person = _find(engine, email)
    if not yes:
        click.echo(f"{person.email} would set up a new authenticator at the next sign-in.")
        click.echo("Nothing was done; use --yes to do it.")
        return
    with unit_of_work(engine) as session:
        by, now = operator("users reset-factor"), SystemClock().now()
        reset_factor_on_server(
            session, make_means(settings), person_id=person.person_id, by=by, now=now
        )
    click.echo(f"{person.email} sets up a new authenticator at the next sign-in.")


def _add_with_password(engine: Engine, means: Means, email: str, name: str, grant: Grant) -> None:
    password = sys.stdin.readline().rstrip("\r\n")
    faults = judge_password(password, names=(means.service_name, name, email))
    if faults:
        _stop("\n".join(faults))
    password_hash = means.hasher.hash(password)
    with unit_of_work(engine) as session:
        _warn_of_unknown(session, grant.scope)
        add_person(
            session,
            email=email,
            name=name,
            organisation=grant.scope,
            grants=[grant],
            password_hash=password_hash,
            by=operator("users add"),
            now=SystemClock().now(),
        )
    click.echo(f"{email} may sign in and sets up an authenticator then.")


def _invite(engine: Engine, means: Means, email: str, name: str, grant: Grant) -> None:
    with unit_of_work(engine) as session:
        _warn_of_unknown(session, grant.scope)
        invited = invite(
            session,
            means,
            email=email,
            name=name,
            organisation=grant.scope,
            grants=[grant],
            is_sent=False,
            by=operator("users add"),
            now=SystemClock().now(),
        )
    click.echo(invited.link)


def _warn_of_unknown(session: Session, scope: str | None) -> None:
    if scope is not None and not get_above(session, organisation=scope):
        click.echo(f"No organisation {scope} is known yet; the role waits for it.", err=True)


def _find(engine: Engine, email: str) -> PersonRow:
    with read_only(engine) as session:
        key = session.scalar(select(Person.person_id).where(Person.address_key == fold(email)))
        person = key and get_person(session, reader=operator("users"), person_id=key)
    if not person:
        click.echo(f"Nobody here has the address {email}.", err=True)
        raise SystemExit(EXIT_FINDINGS)
    return person


def _stop(words: str) -> None:
    click.echo(words, err=True)
    raise SystemExit(EXIT_USAGE)


def _say(grant: Grant) -> str:
    return f"{grant.role} of {grant.scope}" if grant.scope else str(grant.role)


def _describe(person: PersonRow) -> dict[str, object]:
    return {
        "email": person.email,
        "name": person.name,
        "state": person.state,
        "organisation": person.organisation,
        "roles": [{"role": grant.role, "org": grant.scope} for grant in person.grants],
        "second_factor": person.has_second_factor,
        "created_at": person.created_at.isoformat(),
    }
