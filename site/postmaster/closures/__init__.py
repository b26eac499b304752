"""What becomes of everything an organisation that closes still has: outcomes, mergers, moves."""
