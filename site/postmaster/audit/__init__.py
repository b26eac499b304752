"""What was done, by whom, to what: one entry per object changed, sealed into a chain a day."""
