"""Tries that are counted, and the lock over an account."""
