"""What a feed's CalDAV programs have been told, so that they are told only what is new (RFC 6578)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.transactions import in_transaction

from domain import database
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


@dataclass(frozen=True)
class Synced:
    """The version of a feed, and at which one each of its entries became what it is; or was gone."""

    version: int
    changed: Mapping[UUID, int]
    gone: Mapping[UUID, int]

    def changed_since(self, version: int) -> list[UUID]:
        return [id for id, at in self.changed.items() if at > version]

    def gone_since(self, version: int) -> list[UUID]:
        return [id for id, at in self.gone.items() if at > version]


TOLD = """
    INSERT INTO feed_entry (id, subscription_id, appointment_id, etag, feed_version, is_gone)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (subscription_id, appointment_id)
    DO UPDATE SET etag = excluded.etag, feed_version = excluded.feed_version, is_gone = excluded.is_gone"""


async def sync(feed_id: UUID, etags: Mapping[UUID, str]) -> Synced:
    """Take note of what the entries of a feed are now. Whatever is new to us gets the next version, one after the other
    where several programs ask at once."""
    async with in_transaction("default"):
        await database.execute("SELECT FROM feed_state WHERE subscription_id = $1 FOR UPDATE", feed_id)
        known = {one.appointment_id: one for one in await FeedEntry.filter(subscription_id=feed_id)}
        last = max((one.feed_version for one in known.values()), default=0)
        told = {id: one.etag for id, one in known.items() if not one.is_gone}
        news = {id: (etag, False) for id, etag in etags.items() if told.get(id) != etag}
        news |= {id: (etag, True) for id, etag in told.items() if id not in etags}
        for id, (etag, is_gone) in news.items():
            await database.execute(TOLD, uuid4(), feed_id, id, etag, last + 1, is_gone)
    since = {id: one.feed_version for id, one in known.items()} | dict.fromkeys(news, last + 1)
    gone = {id: at for id, at in since.items() if id not in etags}
    return Synced(last + bool(news), {id: since[id] for id in etags}, gone)
