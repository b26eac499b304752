"""Who may do what: roles, scopes, the matrix, and one question, `may`."""
