"""The elected process that runs the probes and the schedule, and the practice relay."""
