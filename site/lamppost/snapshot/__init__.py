"""The static copy: the public pages of the status, readable from disk when all else has stopped."""
