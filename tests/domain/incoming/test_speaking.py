"""One mailbox of several who are invited: the officer says for whom a mail speaks, and then it is decided as any."""

from datetime import timedelta
from typing import Any

import pytest

from domain import drills, incoming, organizations
from domain.calendar import Appointment, Attendee, PartStat
from domain.errors import Incomplete, NotFound
from domain.incoming import IncomingDoubt, IncomingMail, IncomingStatus
from domain.outbox import Letter, Method
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, SOON, Invitation, invitation
from tests.make import Town

THEN = NOW + timedelta(days=40)
PROPOSED = (THEN, THEN + timedelta(hours=2))


async def two_in_one_mailbox(town: Town) -> tuple[Invitation, Attendee]:
    """The invitation of one, and a colleague who is asked at the same address."""
    asked = await invitation(town)
    body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
    contact = await make.contact(town.officer, body, family_name="試﨑", mail_address=ADDRESS)
    await drills.invite(town.officer, asked.drill.id, contact_id=contact.id)
    return asked, await Attendee.get(person_id=contact.person_id)


async def answers() -> list[PartStat]:
    return [one.partstat for one in await Attendee.all().order_by("id")]


def test_an_answer_out_of_a_shared_mailbox_is_taken_for_whom_the_officer_names(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, colleague = await two_in_one_mailbox(town)
        mail = await asked.arrives()
        assert mail.doubt is IncomingDoubt.SHARED
        with pytest.raises(Incomplete, match="さん、.*さんを同じアドレスで招待しています") as refused:
            await incoming.accept(town.officer, mail.id)
        assert refused.value.field == "attendee_id"
        assert await answers() == [PartStat.NEEDS_ACTION] * 2
        taken = await incoming.accept(town.officer, mail.id, attendee_id=colleague.id)
        assert await answers() == [PartStat.NEEDS_ACTION, PartStat.ACCEPTED]
        assert (taken.status, taken.attendee_id, taken.person_id) == (
            IncomingStatus.ACCEPTED,
            colleague.id,
            colleague.person_id,
        )

    play(story)


def test_a_proposal_out_of_a_shared_mailbox_is_accepted_or_declined_to_whom_the_officer_names(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, colleague = await two_in_one_mailbox(town)
        said = {"method": "COUNTER", "partstat": "TENTATIVE", "proposed": PROPOSED}
        no, yes = await asked.arrives(**said), await asked.arrives(**said)
        for decide in (incoming.accept_counter, incoming.decline_counter):
            with pytest.raises(Incomplete):
                await decide(make.at(town.officer, SOON), no.id)
        await incoming.decline_counter(make.at(town.officer, SOON), no.id, attendee_id=colleague.id)
        [letter] = await Letter.filter(method=Method.DECLINECOUNTER)
        assert letter.person_id == colleague.person_id
        await incoming.accept_counter(make.at(town.officer, SOON), yes.id, attendee_id=colleague.id)
        assert (await Appointment.get(id=asked.date.id)).starts_at == THEN

    play(story)


def test_a_delegation_out_of_a_shared_mailbox_is_that_of_whom_the_officer_names(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, colleague = await two_in_one_mailbox(town)
        mail = await asked.arrives(partstat="DELEGATED", delegate="new@partner.example")
        body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
        third = await make.contact(town.officer, body, family_name="三例", mail_address="new@partner.example")
        who = {"person_id": third.person_id}
        with pytest.raises(Incomplete):
            await incoming.accept_delegation(make.at(town.officer, SOON), mail.id, **who)
        assert await Attendee.all().count() == 2
        await incoming.accept_delegation(make.at(town.officer, SOON), mail.id, attendee_id=colleague.id, **who)
        assert await answers() == [PartStat.NEEDS_ACTION, PartStat.DELEGATED, PartStat.NEEDS_ACTION]

    play(story)


def test_a_mail_speaks_for_nobody_who_was_invited_at_another_address(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, _ = await two_in_one_mailbox(town)
        contact = await make.contact(
            town.officer, await make.company(town.officer, "見本信用金庫"), mail_address="other@partner.example"
        )
        await drills.invite(town.officer, asked.drill.id, contact_id=contact.id)
        stranger = await Attendee.get(person_id=contact.person_id)
        shared, own = await asked.arrives(), await asked.arrives(sender="x@y.example", attendee="other@partner.example")
        for mail, attendee in ((shared, stranger), (own, asked.attendee)):
            with pytest.raises(NotFound) as refused:
                await incoming.accept(town.officer, mail.id, attendee_id=attendee.id)
            assert refused.value.field == "attendee_id"
        assert await answers() == [PartStat.NEEDS_ACTION] * 3
        assert await IncomingMail.filter(status=IncomingStatus.WAITING).count() == 2

    play(story)


def test_a_forged_mail_in_the_name_of_a_shared_mailbox_is_first_of_all_unproven(play: Any) -> None:
    async def story(town: Town) -> None:
        asked, _ = await two_in_one_mailbox(town)
        assert (await asked.arrives(is_proven=False)).doubt is IncomingDoubt.UNPROVEN

    play(story)
