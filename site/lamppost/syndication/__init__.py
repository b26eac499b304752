"""Feeds and calendars from plain entries: Atom, RSS, JSON Feed, iCalendar."""
