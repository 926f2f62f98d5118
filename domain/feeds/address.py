"""The addresses of feeds: an address opens once it has been told, and is known by the SHA-256 of its secret alone.

The secret is derived (`tokens.derive`), so that a letter that is posted twice is the same mail and none waits for it
in plain words. What was told stays what it is under another key of the installation, and what nobody was told opens
nothing, whoever derives it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from domain import database, outbox, tokens
from domain.errors import WrongState
from domain.table import Table
from domain.verbs import routine

PURPOSE = "feed"

ENDED_STAYS = timedelta(days=90)
"""How long whoever still has an address that has ended is told so; then it was never there."""

OVER = "この購読アドレスは、取り替えられたか、無効になっています。"


class FeedAddress(Table):
    """One address that was told, first at `told_at`; it opens its feed while that lasts and until `ended_at`, at which
    one of the next generation took its place. Under several keys one generation has several. Instants are UTC."""

    sha256 = fields.CharField(max_length=64, primary_key=True)
    subscription: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("renkei.Subscription", related_name=False)
    subscription_id: UUID
    prefecture_id = fields.UUIDField()
    generation = fields.IntField()
    told_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "feed_address"
        indexes = [Index(fields=("subscription_id",), name="feed_address_of_feed")]


def secret_in(key: str, subscription_id: UUID, generation: int) -> str:
    """The secret in a feed's address of this generation, by the installation's key; it opens nothing yet."""
    return tokens.derive(key, PURPOSE, subscription_id, generation)


# Whoever replaces the address or ends the feed at the same time is waited for, and waits.
HAND_OUT = """
    INSERT INTO feed_address (sha256, subscription_id, prefecture_id, generation, told_at)
    SELECT $1, id, prefecture_id, generation, $4::timestamptz FROM subscription
    WHERE id = $2 AND generation = $3 AND (revoked_at IS NULL OR revoked_at > $4::timestamptz) FOR SHARE
    ON CONFLICT (sha256) DO UPDATE SET told_at = feed_address.told_at RETURNING sha256"""


@routine
async def hand_out(now: datetime, key: str, subscription_id: UUID, generation: int) -> str:
    """The secret in a feed's present address, which opens from now on; said again, that changes nothing. Raises
    WrongState where the address is another by now, or the feed has ended."""
    secret = secret_in(key, subscription_id, generation)
    if not await database.rows(HAND_OUT, tokens.digest(secret), subscription_id, generation, now):
        raise WrongState(OVER)
    return secret


async def end(subscription_id: UUID, at: datetime) -> None:
    """End what was told of a feed, in the transaction that gives it the next generation."""
    await FeedAddress.filter(subscription_id=subscription_id, ended_at=None).update(ended_at=at)


# In the key of each letter that tells an address, and of the guardian's copy of it, stand the feed and the generation.
REPLACED = f"""
    UPDATE letter SET spared_at = $1 FROM subscription feed
    WHERE feed.id =
        CASE WHEN letter.key ~ '^feed-address:[0-9a-f-]{{36}}:' THEN split_part(letter.key, ':', 2)::uuid END
      AND (split_part(letter.key, ':', 3) <> feed.generation::text OR feed.revoked_at <= $1) AND {outbox.AT_REST}
    RETURNING letter.id"""  # noqa: S608 - our own words


@routine
async def settle(now: datetime) -> int:
    """Let go of the letters that wait with an address that was replaced meanwhile, or of a feed that has ended; how
    many they were."""
    return len(await database.rows(REPLACED, now))


FORGET = """
    DELETE FROM feed_address USING subscription feed
    WHERE feed.id = subscription_id AND least(ended_at, feed.revoked_at) <= $1"""


@routine
async def tidy(now: datetime) -> None:
    """Forget the addresses that ended so long ago that they were never there."""
    await database.execute(FORGET, now - ENDED_STAYS)
