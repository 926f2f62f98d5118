"""What the saved operations about notices are about; the rest of them stands in `finding`."""

from __future__ import annotations

from datetime import timedelta

from api.operations.around import Around, Variables
from api.reading.ids import encode
from domain import notices
from domain.encounters import EncounterTheme
from domain.notices import NoticeSeverity, NoticeStatus, Tlp
from domain.organizations import OrganizationKind
from domain.worklist import WorkKind, worklist
from seed.days import at


async def draft(around: Around) -> Variables:
    """To the bodies of a kind that are the asker's to tell, to be known by all in three days."""
    until = at(around.asking.today + timedelta(days=3), "17:00")
    return {
        "input": {
            "title": "取引先を装うメールに関する注意喚起",
            "text": "振込先の変更を求めるメールを受けたときは、電話で取引先に確かめてください。",
            "theme": EncounterTheme.FINANCIAL_FRAUD,
            "severity": NoticeSeverity.ADVISORY,
            "tlp": Tlp.GREEN,
            "validUntil": (around.asking.today + timedelta(days=30)).isoformat(),
            "acknowledgeBy": until.isoformat(),
            "criteria": {"kinds": [OrganizationKind.COMPANY, OrganizationKind.FINANCIAL_INSTITUTION]},
        }
    }


async def prepared(around: Around) -> Variables | None:
    """One that is not sent yet."""
    states = (NoticeStatus.DRAFT, NoticeStatus.IN_REVIEW, NoticeStatus.APPROVED)
    notice = await notices.own_visible_to(around.asking).filter(status__in=states).order_by("id").first()
    return {"notice": encode("Notice", notice.id)} if notice else None


async def to_send(around: Around) -> Variables | None:
    """One that a second person has read, with the number of bodies that it means today."""
    own = notices.own_visible_to(around.asking).filter(status=NoticeStatus.APPROVED)
    notice = await own.filter(acknowledge_by__gt=around.asking.now).order_by("id").first()
    if notice is None:
        return None
    found = await notices.addressees(around.asking, notice.id)
    return {"notice": encode("Notice", notice.id), "bodies": found.bodies}


async def called_about(around: Around) -> Variables | None:
    return {} if await _to_call(around) else None


async def to_call(around: Around) -> Variables | None:
    """A body that does not know yet of what holds."""
    found = await _to_call(around)
    return {"recipient": found} if found else None


async def _to_call(around: Around) -> str | None:
    found = await worklist(around.asking, kinds=[WorkKind.NOTICE_TO_CALL], first=1)
    return encode("NoticeRecipient", found.works[0].row_id) if found.works else None


async def told(around: Around) -> Variables | None:
    """What holds today, of what the asker sees."""
    today = around.asking.today
    sent = notices.visible_to(around.asking).filter(valid_until__gte=today, sent_at__isnull=False)
    return {"today": today.isoformat()} if await sent.exists() else None
