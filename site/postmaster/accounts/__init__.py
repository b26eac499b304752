"""Accounts: person, shared, application, resource; their states, owners, holds and addresses."""
