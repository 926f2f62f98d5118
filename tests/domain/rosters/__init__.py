"""Rosters taken in again, by kind: what they may change, what they may not, and what is asked."""
