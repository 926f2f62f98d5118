"""What a feed's CalDAV programs have been told, so that they are told only what is new (RFC 6578)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.transactions import in_transaction

from domain import database
from domain.feeds.contents import Contents
from domain.feeds.contents import contents as contents_of
from domain.feeds.kept import Dated, Writer
from domain.feeds.state import Feed, look
from domain.feeds.subscription import Subscription
from domain.table import Table


class FeedEntry(Table):
    """One entry of a feed as it was last told: `etag` of its bytes, and the feed's `feed_version` since which it
    has been this, or `is_gone`. What is gone stays known, for a program that comes again after a year."""

    id = fields.UUIDField(primary_key=True)
    subscription: fields.ForeignKeyRelation[Subscription] = fields.ForeignKeyField(
        "renkei.Subscription", related_name=False
    )
    subscription_id: UUID
    appointment_id = fields.UUIDField()
    etag = fields.CharField(max_length=32)
    feed_version = fields.BigIntField()
    is_gone = fields.BooleanField(default=False)

    class Meta:
        table = "feed_entry"
        unique_together = (("subscription_id", "appointment_id"),)


EPOCH = 1_000_000
"""A version is an epoch, which a restored backup begins anew, times this and the number of the change in it: what was
told between the backup and its return is in no epoch that goes on, whatever its number."""

BEGIN_ANEW = f"""
    UPDATE feed_state SET modified_at = CASE WHEN modified_at IS NOT NULL THEN {{now}}::timestamptz END,
        sync_version = greatest(sync_version / {EPOCH} + 1, floor(extract(epoch FROM {{now}}::timestamptz))::bigint)
            * {EPOCH}"""  # noqa: S608 - our own number
"""Feeds may have shown since a backup was written what it does not know: no program is told any more that it is up to
date. Said in the transaction that puts the backup back, hence with a place for the instant."""

TOLD = """
    INSERT INTO feed_entry (id, subscription_id, appointment_id, etag, feed_version, is_gone)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (subscription_id, appointment_id)
    DO UPDATE SET etag = excluded.etag, feed_version = excluded.feed_version, is_gone = excluded.is_gone"""
STANDS = "SELECT synced_stirs, sync_version FROM feed_state WHERE subscription_id = $1 FOR UPDATE"
SYNCED = """
    UPDATE feed_state SET sync_version = $2, synced_stirs = $3, synced_renderer = $4, synced_at = $5, synced_until = $6,
        synced_name = $7
    WHERE subscription_id = $1"""


async def sync(feed: Feed, etag_of: Callable[[Dated], str], writer: Writer, now: datetime) -> tuple[Contents, int]:
    """Take note of what the entries of a feed are at this instant, as `writer` writes them, and answer that with its
    version. Whatever is new to us gets the next one, one after the other where several programs ask at once."""
    contents = await contents_of(feed, writer, now)
    etags = {one.id: etag_of(one) for one in contents.dates}
    async with in_transaction("default"):
        [(stirs, version)] = await database.records(STANDS, feed.id)
        if stirs is None or stirs <= feed.stirs:
            version += await _note_news(feed.id, etags, version + 1)
            until = contents.fresh_until
            await database.execute(SYNCED, feed.id, version, feed.stirs, writer.name, now, until, contents.name)
            return contents, version
    # Somebody has taken note of something newer meanwhile: what we have read does not belong to that version.
    newer = await look(feed.sha256)
    assert newer is not None, "an address is ended, not forgotten under its reader"
    return await sync(newer, etag_of, writer, now)


async def _note_news(feed_id: UUID, etags: Mapping[UUID, str], version: int) -> bool:
    """Whether anything is new to us in this version."""
    told = {one.appointment_id: one.etag for one in await FeedEntry.filter(subscription_id=feed_id, is_gone=False)}
    news = {id: (etag, False) for id, etag in etags.items() if told.get(id) != etag}
    news |= {id: (etag, True) for id, etag in told.items() if id not in etags}
    for id, (etag, is_gone) in news.items():
        await database.execute(TOLD, uuid4(), feed_id, id, etag, version, is_gone)
    return bool(news)


async def news(feed_id: UUID, since: int, until: int) -> list[UUID]:
    """The dates whose entries have become what they are, or are gone, after one version and not after another."""
    if since == until:
        return []
    new = FeedEntry.filter(subscription_id=feed_id, feed_version__gt=since, feed_version__lte=until)
    return [one.appointment_id for one in await new.order_by("appointment_id")]
