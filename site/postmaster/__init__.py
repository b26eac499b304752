"""postmaster, the account, lifecycle and spoof-policy engine Lamppost stands on."""
