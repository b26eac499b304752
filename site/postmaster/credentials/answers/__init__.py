"""Security questions, of whose answers single characters are asked and never the whole."""
