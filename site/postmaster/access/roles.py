"""The roles of those who sign in, and how far a role reaches."""

from enum import StrEnum


class Role(StrEnum):
    """A role, held for an organisation, a container, or the whole service."""

    READER = "reader"
    LOCAL_HELPDESK = "local-helpdesk"
    LOCAL_ADMINISTRATOR = "local-administrator"
    PRIMARY_LOCAL_ADMINISTRATOR = "primary-local-administrator"
    SECTOR_ADMINISTRATOR = "sector-administrator"
    COMMUNICATIONS = "communications"
    STATUS_OPERATOR = "status-operator"
    NATIONAL_HELPDESK = "national-helpdesk"
    TENANT_ADMINISTRATOR = "tenant-administrator"
    AUDITOR = "auditor"


class ScopeKind(StrEnum):
    """What a role is held for."""

    ORGANISATION = "organisation"
    CONTAINER = "container"
    SERVICE = "service"


class Reach(StrEnum):
    """How far a role's permission for an action goes.

    `SCOPE`: the organisations the role is held for and everything under them. `SERVICE`: every
    organisation. `ASK`: the role may ask somebody for it and not do it.
    """

    NO = "no"
    ASK = "ask"
    SCOPE = "scope"
    SERVICE = "service"


SCOPE_OF_ROLE = {
    Role.READER: ScopeKind.ORGANISATION,
    Role.LOCAL_HELPDESK: ScopeKind.ORGANISATION,
    Role.LOCAL_ADMINISTRATOR: ScopeKind.ORGANISATION,
    Role.PRIMARY_LOCAL_ADMINISTRATOR: ScopeKind.ORGANISATION,
    Role.SECTOR_ADMINISTRATOR: ScopeKind.CONTAINER,
    Role.COMMUNICATIONS: ScopeKind.SERVICE,
    Role.STATUS_OPERATOR: ScopeKind.SERVICE,
    Role.NATIONAL_HELPDESK: ScopeKind.SERVICE,
    Role.TENANT_ADMINISTRATOR: ScopeKind.SERVICE,
    Role.AUDITOR: ScopeKind.SERVICE,
}
ROLE_WORDS = {role: role.value.replace("-", " ").capitalize() for role in Role}
