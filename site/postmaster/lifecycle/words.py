"""Reasons, blockers and drops in plain words, for pages and letters."""

from collections.abc import Mapping

from postmaster.lifecycle.batches import Drop
from postmaster.lifecycle.leavings import AFTER_CUT_OFF, OVER_SHARE, STOOD
from postmaster.lifecycle.rules import Blocker, Reason

WORDS: Mapping[str, str] = {
    Reason.LEAVER_DUE: "Leavers kept long enough",
    Reason.INACTIVE_DUE: "Inactive too long",
    Reason.DISABLED_DUE: "Disabled too long",
    Reason.PENDING_EXPIRED: "Never opened",
    Reason.IDLE: "Not used",
    Reason.UNSENT: "Shared mailboxes that send nothing",
    Reason.PURGE_DUE: "Deleted, no longer to be restored",
    Blocker.SINCE_UNKNOWN: "Nobody knows since when",
    Blocker.SERVICE_ACCOUNT: "The service needs it",
    Blocker.HELD: "A hold",
    Blocker.SPARED: "A wish to keep it",
    Blocker.OPERATION: "Being changed at this moment",
    Blocker.ORGANISATION_FROZEN: "Its organisation is frozen",
    Blocker.SOLE_ADMINISTRATOR: "The only administrator",
    Blocker.SOLE_OWNER: "The only owner of a mailbox",
    Blocker.CONTAINER_MOVE: "On its way into a container",
    Blocker.IN_BATCH: "In a batch already",
    Drop.NOTICE_FAILED: "The notice reached nobody",
    Drop.NOT_DUE: "No longer due",
    Drop.MOVED: "Moved to another organisation",
    Drop.KEPT: "Kept by its owner or administrator",
    Drop.ABORTED: "The batch was ended",
    Drop.MODE: "Automation there was turned down",
    AFTER_CUT_OFF: "Since the day the batch is cut off at",
    OVER_SHARE: "Their organisation would lose too much",
    STOOD: "Nobody needed it",
}
