"""The audit as people see it: only what is in their scope; and erasing what was personal."""
