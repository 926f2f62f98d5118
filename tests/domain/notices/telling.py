"""Notices as tests need them: written, before the second reader, sent; with the bodies to which they go."""

from datetime import timedelta
from typing import Any

from domain import notices
from domain.actor import Actor
from domain.audience import AudienceCriteria
from domain.encounters import EncounterTheme
from domain.notices import Notice, NoticeRecipient, NoticeSeverity, Tlp
from domain.organizations import Contact
from tests import make
from tests.make import Town

DAY = timedelta(days=1)


async def partner(who: Actor, name: str = "架空電力株式会社", mail: str = "megumi@partner.example") -> Contact:
    """The contact of a body of the actor's unit."""
    return await make.contact(who, await make.company(who, name), mail_address=mail)


async def drafted(who: Actor, *to: Contact, **over: Any) -> Notice:
    values: dict[str, Any] = {
        "title": "フィッシングに関する注意喚起",
        "text": "利用者をだます手口が増えています。\n心当たりのないメールのリンクは開かないでください。",
        "theme": EncounterTheme.FINANCIAL_FRAUD,
        "severity": NoticeSeverity.ADVISORY,
        "valid_until": who.today + 30 * DAY,
        "acknowledge_by": who.now + 3 * DAY,
        "criteria": AudienceCriteria(organization_ids=[one.organization_id for one in to]),
        "tlp": Tlp.GREEN,
    }
    return await notices.draft(who, **(values | over))


async def sent(who: Actor, *to: Contact, **over: Any) -> Notice:
    notice = await drafted(who, *to, **over)
    return await notices.send(who, notice.id)


async def reviewed(town: Town, *to: Contact, **over: Any) -> Notice:
    """Of the station, approved at headquarters."""
    notice = await drafted(town.officer, *to, **over)
    await notices.submit(town.officer, notice.id)
    return await notices.approve(town.hq, notice.id)


async def recipient(notice: Notice, contact: Contact) -> NoticeRecipient:
    return await NoticeRecipient.get(notice_id=notice.id, organization_id=contact.organization_id)
