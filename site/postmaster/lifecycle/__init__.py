"""Batches, notices, modes and thresholds: who may go, when, and what stands in the way."""
