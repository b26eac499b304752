"""Password resets by channel: by oneself, by a Local Administrator, by the national helpdesk."""
