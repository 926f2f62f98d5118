"""Mails that have arrived, each for the mutations with which an officer decides on it."""

from datetime import timedelta
from typing import Any

from domain import incoming, organizations
from tests import make
from tests.api.played.ground import Ground, Preparation, Ready, hq
from tests.domain.incoming.arriving import Invitation, known


async def _invited(on: Ground) -> Invitation:
    drill = await make.drill(on.town.officer, title="第4回訓練")
    await make.invited(on.town.officer, drill, "例題酒造株式会社")
    return await known(on.town, drill)


def mail(**said: Any) -> Preparation:
    """A mail of somebody who is invited to a drill, or in another's name."""

    async def prepare(on: Ground) -> Ready:
        asked = await _invited(on)
        arrived = await asked.arrives(on.town.officer.now, **said)
        body = await organizations.visible_to(on.town.officer).get(id=asked.attendee.organization_id)
        colleague = await make.contact(
            on.town.officer, body, family_name="例川", mail_address="reikawa@partner.example"
        )
        return hq(on, IncomingMail=arrived.id, Person=colleague.person_id, Attendee=asked.attendee.id)

    return prepare


def proposal() -> Preparation:
    async def prepare(on: Ground) -> Ready:
        then = on.hq.now + timedelta(days=40)
        return await mail(method="COUNTER", partstat="TENTATIVE", proposed=(then, then + timedelta(hours=2)))(on)

    return prepare


CRASHER = "crasher@elsewhere.example"
FORWARDED = {"sender": CRASHER, "attendee": CRASHER}


async def mail_put_aside(on: Ground) -> Ready:
    await incoming.dismiss(on.town.officer, on.ids["IncomingMail"])
    return hq(on, IncomingMail=on.ids["IncomingMail"])
