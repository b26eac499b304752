"""Messages owed: to whom, why, and the proof that they were accepted."""
