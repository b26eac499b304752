"""Every table there is: importing the rooms' tables puts them on one metadata."""

import postmaster.access.tables
import postmaster.accounts.tables
import postmaster.audit.tables
import postmaster.blackouts.tables
import postmaster.credentials.tables
import postmaster.entitlements.tables
import postmaster.eras.tables
import postmaster.features.tables
import postmaster.lifecycle.tables
import postmaster.organisations.tables
import postmaster.outbox.tables
import postmaster.policy.tables  # noqa: F401
from postmaster.store import Base

metadata = Base.metadata
