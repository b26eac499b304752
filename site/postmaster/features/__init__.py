"""Go-live instants of releases, which switch behaviour by the moment something happened."""
