"""What a feed was when it was last written: one look at one row tells whether it still is that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from domain import database
from domain.feeds.subscription import Subscription
from domain.together import Together

ENDED_STAYS = timedelta(days=90)
"""How long whoever still has an address that has ended is told so; then it was never there."""


class Feed(NamedTuple):
    """A subscription and what it was when it was last written, as one row of one statement tells them."""

    id: UUID
    prefecture_id: UUID
    unit_id: UUID
    person_id: UUID | None
    keeps_cancelled: bool
    generation: int
    replaced: str
    revoked_at: datetime | None
    last_fetched_at: datetime | None
    fetched: str
    stirs: int
    rendered_stirs: int | None
    renderer: str
    digest: str
    rendered_at: datetime | None
    fresh_until: datetime | None
    modified_at: datetime | None
    sync_version: int
    synced_stirs: int | None
    synced_renderer: str
    synced_at: datetime | None
    synced_until: datetime | None
    synced_name: str

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None or now < self.revoked_at

    def is_remembered(self, generation: int, now: datetime) -> bool:
        """Whether the address of this generation has ended so lately that whoever has it is told so."""
        age, replaced = self.generation - generation, json.loads(self.replaced)
        if age > len(replaced):
            return False
        ended_at = datetime.fromisoformat(replaced[-age]) if age else self.revoked_at
        return ended_at is not None and now < ended_at + ENDED_STAYS

    def is_as_written(self, renderer: str, now: datetime) -> bool:
        """Whether `digest` is that of the bytes which `renderer` would write at this instant."""
        if self.rendered_at is None or self.fresh_until is None or self.renderer != renderer:
            return False
        return self.rendered_stirs == self.stirs and self.rendered_at <= now < self.fresh_until

    def is_as_synced(self, renderer: str, now: datetime) -> bool:
        """Whether `sync_version` is that of the entries which `renderer` would write at this instant."""
        if self.synced_at is None or self.synced_until is None or self.synced_renderer != renderer:
            return False
        return self.synced_stirs == self.stirs and self.synced_at <= now < self.synced_until


LOOK = """
    SELECT id, prefecture_id, unit_id, person_id, keeps_cancelled, generation, replaced_at::text, revoked_at,
        last_fetched_at, fetched, stirs, rendered_stirs, renderer, digest, rendered_at, fresh_until, modified_at,
        sync_version, synced_stirs, synced_renderer, synced_at, synced_until, synced_name
    FROM subscription JOIN feed_state ON subscription_id = id WHERE id = ANY ($1)"""


async def look(id: UUID) -> Feed | None:
    """What is known of a feed, whoever asks: the bearer of its address is known only by it."""
    found = await database.records(LOOK, [id])
    return Feed(*found[0]) if found else None


def looks() -> Together[UUID, Feed]:
    """The same for all who ask at once: a door is asked by many programs, which come on the full hour."""
    return Together(_look)


async def _look(connection: Any, ids: Sequence[UUID]) -> Mapping[UUID, Feed]:
    return {row[0]: Feed(*row) for row in await connection.fetch(LOOK, ids)}


WRITTEN = """
    UPDATE feed_state SET rendered_stirs = $2, renderer = $3, rendered_at = $4, fresh_until = $5,
        digest = $6::text, modified_at = CASE WHEN digest = $6::text THEN modified_at ELSE $4 END
    WHERE subscription_id = $1 RETURNING modified_at"""


async def written(feed: Feed, until: datetime, renderer: str, digest: str, now: datetime) -> datetime:
    """Remember what the feed is, as it was written from contents that are no older than `feed`. Gives the instant from
    which on it has been this."""
    (row,) = await database.rows(WRITTEN, feed.id, feed.stirs, renderer, now, until, digest)
    modified_at: datetime = row["modified_at"]
    return modified_at


SHOWN = """
    UPDATE attendee SET shown_starts_at = date.starts_at FROM appointment date
    WHERE date.id = attendee.appointment_id AND attendee.person_id = $1
        AND date.changed_at <= $2 AND attendee.shown_starts_at IS DISTINCT FROM date.starts_at"""


async def note_fetch(feed: Feed, digest: str, now: datetime) -> None:
    """Remember that somebody's calendar program has come by and what it has now, with the starts that it shows to a
    person; this is no change of the feed."""
    at = feed.last_fetched_at
    if digest != feed.fetched or at is None or now - at > timedelta(hours=1):
        await Subscription.filter(id=feed.id).update(last_fetched_at=now, fetched=digest)
        if feed.person_id:
            await database.execute(SHOWN, feed.person_id, now)
