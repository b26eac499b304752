"""Every table there is: importing the rooms' tables puts them on one metadata."""

import lamppost.bulletins.tables
import lamppost.generation.tables
import lamppost.people.tables
import lamppost.pulse.tables
import lamppost.search.tables
import lamppost.status.hssis.tables
import lamppost.status.plans.tables
import lamppost.status.tables
import lamppost.status.uptime.tables
import lamppost.subscribers.tables  # noqa: F401 - to be known
import postmaster.access.tables
import postmaster.accounts.tables
import postmaster.audit.tables
import postmaster.blackouts.tables
import postmaster.closures.tables
import postmaster.credentials.answers.tables
import postmaster.credentials.locks.tables
import postmaster.credentials.resets.tables
import postmaster.credentials.tables
import postmaster.entitlements.tables
import postmaster.eras.tables
import postmaster.features.tables
import postmaster.groups.tables
import postmaster.lifecycle.feed_tables
import postmaster.lifecycle.tables
import postmaster.onboarding.tables
import postmaster.organisations.tables
import postmaster.outbox.tables
import postmaster.policy.tables
import postmaster.registrations.tables
import postmaster.spoofing.tables
import postmaster.uploads.tables  # noqa: F401 - to be known
from postmaster.store import Base

metadata = Base.metadata
