"""The sample service: ninety believable days, so that every page has something on it."""
