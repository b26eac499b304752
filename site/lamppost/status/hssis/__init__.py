"""The log of High Severity Service Incidents, as it was imported, with its history."""
