"""Spoof policy: message to facts to verdict, stages, exceptions, who spoofs and who receives."""
