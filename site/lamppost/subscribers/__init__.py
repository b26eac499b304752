"""Who asked to be told by email, and of what; told once of each thing, and let go at one click."""
