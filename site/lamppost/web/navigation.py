"""The panels one may use, in the order of the navigation."""

from dataclasses import dataclass

from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may

# Address, words, and the row of the matrix that opens it; None opens it to everybody signed in.
PANELS: tuple[tuple[str, str, Action | None], ...] = (
    ("/admin/", "Start", None),
    ("/admin/bulletins/", "Bulletins", Action.BULLETINS_WRITE),
    ("/admin/status/", "Status", Action.STATUS_WRITE),
    ("/admin/hssi/", "HSSIs", Action.STATUS_WRITE),
    ("/admin/windows/", "Windows", Action.STATUS_WRITE),
    ("/admin/windows/taking-part/", "BCDR tests", Action.WINDOWS_ANSWER),
    ("/admin/migrations/", "Migrations", Action.WINDOWS_ANSWER),
    ("/admin/releases/", "Releases", Action.STATUS_WRITE),
    ("/admin/known-issues/", "Known issues", Action.STATUS_WRITE),
    ("/admin/organisations/", "Organisations", Action.ORGANISATIONS_READ),
    ("/admin/accounts/", "Accounts", Action.ACCOUNTS_READ),
    ("/admin/groups/", "Groups", Action.GROUPS_READ),
    ("/admin/entitlements/", "Entitlements", Action.GROUPS_READ),
    ("/admin/resets/", "Password resets", Action.ACCOUNTS_READ),
    ("/admin/uploads/", "Uploads", Action.UPLOADS_APPLY),
    ("/admin/registrations/", "Registrations", Action.REGISTRATIONS_READ),
    ("/admin/lifecycle/", "Lifecycle", Action.ACCOUNTS_READ),
    ("/admin/policy/", "Policy", Action.POLICY_READ),
    ("/admin/status/months/", "Uptime", Action.STATUS_WRITE),
    ("/admin/spoofing/", "Spoofing", Action.SPOOFING_READ),
    ("/admin/people/", "People", Action.PEOPLE_READ),
    ("/admin/people/roles/", "Roles", None),
    ("/admin/audit/", "Audit", Action.AUDIT_READ),
    ("/admin/delivery/", "Delivery", Action.DELIVERY_READ),
)


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One link of the panels' navigation."""

    address: str
    words: str
    is_current: bool


def list_panels(actor: Actor, path: str) -> list[NavigationItem]:
    """The panels an actor may open; the longest address the path begins with is the current one."""
    open_to = [
        (address, words)
        for address, words, action in PANELS
        if action is None or may(actor, action).is_allowed
    ]
    within = [address for address, _ in open_to if path.startswith(address)]
    current = max(within, key=len, default="")
    return [NavigationItem(address, words, address == current) for address, words in open_to]
