"""The matrix as data: what each role may do and how far, read once from matrix.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from postmaster.access.roles import Reach, Role


class Action(StrEnum):
    """Everything the matrix speaks of; a test holds it against matrix.toml."""

    ORGANISATIONS_READ = "organisations.read"
    ORGANISATIONS_WRITE = "organisations.write"
    ORGANISATIONS_CONTACTS = "organisations.contacts"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNTS_CREATE = "accounts.create"
    ACCOUNTS_RESET = "accounts.reset"
    ACCOUNTS_STATE = "accounts.state"
    CLOSURES_SETTLE = "closures.settle"
    MAILBOXES_CREATE = "mailboxes.create"
    MAILBOXES_MEMBERS = "mailboxes.members"
    APPLICATIONS_CONVERT = "applications.convert"
    GROUPS_READ = "groups.read"
    GROUPS_ASK = "groups.ask"
    GROUPS_APPROVE = "groups.approve"
    ENTITLEMENTS_ASK = "entitlements.ask"
    ENTITLEMENTS_DECIDE = "entitlements.decide"
    UPLOADS_APPLY = "uploads.apply"
    REGISTRATIONS_READ = "registrations.read"
    REGISTRATIONS_DECIDE = "registrations.decide"
    ROLLOUTS_WRITE = "rollouts.write"
    LIFECYCLE_RUN = "lifecycle.run"
    SPOOFING_READ = "spoofing.read"
    SPOOFING_WORK = "spoofing.work"
    SPOOFING_SWITCH = "spoofing.switch"
    POLICY_READ = "policy.read"
    POLICY_EDITS = "policy.edits"
    POLICY_WRITE = "policy.write"
    BULLETINS_WRITE = "bulletins.write"
    STATUS_WRITE = "status.write"
    WINDOWS_ANSWER = "windows.answer"
    STATUS_FULLER = "status.fuller"
    DELIVERY_READ = "delivery.read"
    DELIVERY_RETRY = "delivery.retry"
    PEOPLE_READ = "people.read"
    PEOPLE_INVITE = "people.invite"
    PEOPLE_DISABLE = "people.disable"
    PEOPLE_FACTOR = "people.factor"
    ROLES_LOCAL = "roles.local"
    ROLES_NATIONAL = "roles.national"
    AUDIT_READ = "audit.read"
    AUDIT_ERASE = "audit.erase"


# Nobody does these to themselves, whatever their roles.
NEVER_ON_ONESELF = frozenset(
    {Action.ROLES_LOCAL, Action.ROLES_NATIONAL, Action.PEOPLE_DISABLE, Action.PEOPLE_FACTOR}
)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One action: the panel it belongs to, its words, and every role's reach."""

    action: Action
    panel: str
    words: str
    reach: Mapping[Role, Reach]

    def roles(self, *reaches: Reach) -> tuple[Role, ...]:
        """The roles with one of these reaches, in the order of `Role`."""
        return tuple(role for role in Role if self.reach[role] in reaches)


@cache
def get_matrix() -> Mapping[Action, MatrixRow]:
    """Every row by its action, in the order of matrix.toml."""
    text = (Path(__file__).parent / "matrix.toml").read_text(encoding="utf-8")
    rows = {}
    for given in tomllib.loads(text)["action"]:
        action = Action(given["name"])
        may = {Role(role): Reach(reach) for role, reach in given["may"].items()}
        reach = MappingProxyType({role: may.get(role, Reach.NO) for role in Role})
        rows[action] = MatrixRow(action, given["panel"], given["words"], reach)
    return MappingProxyType(rows)
