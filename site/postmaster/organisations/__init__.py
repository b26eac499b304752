"""Organisations by their ODS codes: parents, containers, successors."""
