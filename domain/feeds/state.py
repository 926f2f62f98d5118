"""What a feed was when it was last written: one look at one row tells whether it still is that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from domain import database
from domain.feeds.address import ENDED_STAYS
from domain.feeds.subscription import Subscription
from domain.together import Together


class Feed(NamedTuple):
    """A subscription, as whoever has one of its addresses meets it: when that ended or will end, and what the feed was
    when it was last written; as one row of one statement tells them."""

    sha256: str
    ended_at: datetime | None
    id: UUID
    prefecture_id: UUID
    unit_id: UUID
    person_id: UUID | None
    keeps_cancelled: bool
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
        return self.ended_at is None or now < self.ended_at

    def is_known(self, now: datetime) -> bool:
        """Whether the address is open, or has ended so lately that whoever has it is told so."""
        return self.ended_at is None or now < self.ended_at + ENDED_STAYS

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


# By a digest: how long a comparison with one takes tells nothing of what it was made of.
LOOK = """
    SELECT sha256, least(ended_at, revoked_at), feed.id, feed.prefecture_id, unit_id, person_id, keeps_cancelled,
        last_fetched_at, fetched, stirs, rendered_stirs, renderer, digest, rendered_at, fresh_until, modified_at,
        sync_version, synced_stirs, synced_renderer, synced_at, synced_until, synced_name
    FROM feed_address
    JOIN subscription feed ON feed.id = feed_address.subscription_id
    JOIN feed_state ON feed_state.subscription_id = feed.id
    WHERE sha256 = ANY ($1)"""


async def look(sha256: str) -> Feed | None:
    """The feed of an address, whoever asks: the bearer is known only by it."""
    found = await database.records(LOOK, [sha256])
    return Feed(*found[0]) if found else None


def looks() -> Together[str, Feed]:
    """The same for all who ask at once: a door is asked by many programs, which come on the full hour."""
    return Together(_look)


async def _look(connection: Any, digests: Sequence[str]) -> Mapping[str, Feed]:
    return {row[0]: Feed(*row) for row in await connection.fetch(LOOK, digests)}


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


LATELY = timedelta(hours=1)


async def note_fetch(feed: Feed, digest: str, now: datetime) -> None:
    """Remember that somebody's calendar program has come by and what it has now, with the starts that it shows to a
    person; this is no change of the feed."""
    at = feed.last_fetched_at
    if digest != feed.fetched or at is None or now - at > LATELY:
        await Subscription.filter(id=feed.id).update(last_fetched_at=now, fetched=digest)
        if feed.person_id:
            await database.execute(SHOWN, feed.person_id, now)
