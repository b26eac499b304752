"""Every table there is: importing the rooms' tables puts them on one metadata."""

import lamppost.bulletins.tables  # noqa: F401 - each is imported for its tables
import lamppost.generation.tables  # noqa: F401
import lamppost.people.tables  # noqa: F401
import lamppost.pulse.tables  # noqa: F401
import lamppost.status.hssis.tables  # noqa: F401
import lamppost.status.plans.tables  # noqa: F401
import lamppost.status.tables  # noqa: F401
import postmaster.access.tables  # noqa: F401
import postmaster.audit.tables  # noqa: F401
import postmaster.credentials.tables  # noqa: F401
import postmaster.organisations.tables  # noqa: F401
import postmaster.outbox.tables  # noqa: F401
from postmaster.store import Base

metadata = Base.metadata
