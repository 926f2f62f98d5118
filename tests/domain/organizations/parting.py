"""What a contact has that ends when they leave."""

from domain import feeds, tokens
from domain.actor import Role
from domain.feeds import Subscription
from domain.organizations import Contact
from tests.make import Town


async def with_feed_and_token(town: Town, contact: Contact) -> tuple[Subscription, str]:
    feed = await feeds.subscribe(town.officer, person_id=contact.person_id)
    _, secret = await tokens.issue(town.admin, person_id=contact.person_id, role=Role.PARTNER, days=366)
    return feed, secret
