"""What is played with outreach events, each for the mutations that lead on from there."""

from datetime import timedelta
from typing import Any

from domain import outreach
from domain.calendar import Attendee
from domain.organizations import Contact
from domain.outreach import CoHosting, OutreachEvent
from tests import make
from tests.api.played.ground import Ground, Ready, hq

COUNTED = {"bodyCount": 24, "peopleCount": 31, "visitorCount": 0, "officerCount": 2, "mediaCount": 1}


def told_of(**given: Any) -> dict[str, Any]:
    """What a form says of an event that is over."""
    told = {"results": COUNTED, "lastsUntil": "2026-06-24", "materials": [{"name": "手引き", "copies": 40}]}
    times = {"startsAt": "2026-06-24T13:00:00+09:00", "endsAt": "2026-06-24T15:00:00+09:00"}
    return told | times | given


async def outreach_over(on: Ground) -> Ready:
    return hq(on, told_of())


async def outreach_planned(on: Ground) -> Ready:
    planned = await make.outreach_event(on.town.officer, title="これからのセミナー")
    return hq(on, OutreachEvent=planned.id)


async def outreach_to_ask(on: Ground) -> Ready:
    contact = await Contact.get(id=on.ids["Contact"])
    hosts = [CoHosting(contact.organization_id)]
    planned = await make.outreach_event(on.town.officer, title="これからのセミナー", hosts=hosts)
    return hq(on, OutreachEvent=planned.id)


async def outreach_asked(on: Ground) -> Ready:
    ready = await outreach_to_ask(on)
    event = ready.ids["OutreachEvent"]
    await outreach.invite(on.town.officer, event, contact_ids=[on.ids["Contact"]])
    planned = await OutreachEvent.get(id=event)
    guest = await Attendee.get(appointment_id=planned.appointment_id)
    return hq(on, OutreachEvent=event, Attendee=guest.id)


async def outreach_past(on: Ground) -> Ready:
    planned = await make.outreach_event(on.town.officer, title="終わったセミナー")
    after = make.at(on.hq, planned.starts_at + timedelta(hours=3))
    return Ready(after, on.ids | {"OutreachEvent": planned.id}, told_of())


async def outreach_held(on: Ground) -> Ready:
    ready = await outreach_past(on)
    await outreach.hold(make.at(on.town.officer, ready.actor.now), ready.ids["OutreachEvent"])
    return ready


async def outreach_called_off(on: Ground) -> Ready:
    await outreach.cancel(on.town.officer, on.ids["OutreachEvent"], reason="二重の入力")
    return hq(on)
