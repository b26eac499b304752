"""No deadline for examples: the machine that runs the suite is shared."""

from hypothesis import settings

settings.register_profile("uptime", deadline=None)
settings.load_profile("uptime")
