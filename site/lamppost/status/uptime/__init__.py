"""Uptime that can be recomputed: its formula, its arithmetic, months closed once."""
