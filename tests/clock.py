"""The instant at which every test takes place: 1 July 2026, nine in the morning in Japan."""

from datetime import UTC, datetime

NOW = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
