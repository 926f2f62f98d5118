"""Rows to bytes: pure functions; no query, no clock."""
