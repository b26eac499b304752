"""Documents in, ranked snippets out: FTS5 on SQLite, tsvector on PostgreSQL."""
