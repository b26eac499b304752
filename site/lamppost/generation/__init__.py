"""A counter per area of the site, moved on by whoever changes it, so every cache notices."""
