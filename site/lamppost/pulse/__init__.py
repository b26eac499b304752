"""Whether the worker lives: its heartbeat, its runs, and what it missed."""
