"""A copy of every table in one file, the same for both databases, and the way back."""
