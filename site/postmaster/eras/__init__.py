"""A change of policy: an era proposed with who would move by it, signed by a second person."""
