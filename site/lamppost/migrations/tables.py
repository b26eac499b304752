"""Every table there is: importing the rooms' tables puts them on one metadata."""

import lamppost.bulletins.tables
import lamppost.generation.tables
import lamppost.pulse.tables
import lamppost.status.hssis.tables
import lamppost.status.plans.tables
import lamppost.status.tables  # noqa: F401 - imported for its tables
from postmaster.store import Base

metadata = Base.metadata
