"""Distribution lists: kept by hand or found by a rule, owned, approved, never everybody by slip."""
