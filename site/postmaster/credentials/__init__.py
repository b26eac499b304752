"""Passwords: how they are judged, kept and checked."""
