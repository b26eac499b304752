"""Carries what the outbox owes, and writes back acceptance and bounces."""
