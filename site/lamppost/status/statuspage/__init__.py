"""What we know, in the shapes of the Statuspage v2 API, so that existing clients read it."""
