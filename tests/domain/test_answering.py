"""Who answers from another mailbox, or lets a secretary answer: what is entered counts as theirs, nothing else does."""

from typing import Any

import pytest

from domain import answering, errors, incoming, running
from domain.answering import MOST, AnswerAddress, AnswerAddressKind
from domain.calendar import Attendee, PartStat
from domain.incoming import IncomingDoubt, IncomingStatus
from domain.journal import Entry
from domain.outbox import Letter, Method
from domain.units import Unit
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import ADDRESS, SOON, Invitation, invitation
from tests.make import Town

ALIAS, PROXY = AnswerAddressKind.ALIAS, AnswerAddressKind.PROXY
HOME, SECRETARY = "Megumi@home.example", "secretary@partner.example"
YES = (PartStat.ACCEPTED, "MAIL")
OPEN = (PartStat.NEEDS_ACTION, "")


async def allowed(asked: Invitation, **over: Any) -> AnswerAddress:
    said = {"kind": ALIAS, "mail_address": HOME} | over
    return await answering.allow(asked.town.officer, person_id=asked.attendee.person_id, **said)


async def by_secretary(asked: Invitation) -> AnswerAddress:
    return await allowed(asked, kind=PROXY, mail_address=SECRETARY, holder="試﨑 花子")


@pytest.mark.parametrize("speaks_for", [ADDRESS, HOME.lower()])
def test_an_answer_from_another_address_of_their_own_is_theirs(play: Any, speaks_for: str) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        known = await allowed(asked)
        mail = await asked.arrives(sender=HOME.upper(), attendee=speaks_for)
        assert (mail.status, mail.doubt, mail.answer_address_id) == (IncomingStatus.APPLIED, None, known.id)
        assert await asked.answer() == YES
        assert (await Attendee.get(id=asked.attendee.id)).remark == ""

    play(story)


def test_an_answer_of_whoever_answers_for_them_is_theirs_says_by_whom_and_is_told_to_their_own_calendar(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        known = await by_secretary(asked)
        mail = await asked.arrives(sender=SECRETARY, remark="遅れます")
        assert (mail.status, mail.sender, mail.answer_address_id) == (IncomingStatus.APPLIED, SECRETARY, known.id)
        assert await asked.answer() == YES
        assert (await Attendee.get(id=asked.attendee.id)).remark == "（試﨑 花子さんによる代理の回答）遅れます"
        told = await Letter.get(kind="answer-received")
        assert (told.to_address, told.method, told.facts["partstat"]) == (ADDRESS, Method.REQUEST, "ACCEPTED")
        assert await Attendee.all().count() == 1

    play(story)


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"is_proven": False}, IncomingDoubt.UNPROVEN),
        ({"is_automatic": True}, IncomingDoubt.AUTOMATIC),
        ({"sequence": 7}, IncomingDoubt.OUTDATED),
        ({"uid": "other@renkei.example"}, IncomingDoubt.UNKNOWN_DATE),
        ({"method": "COUNTER"}, IncomingDoubt.UNUSUAL),
        ({"partstat": "DELEGATED"}, IncomingDoubt.UNUSUAL),
        ({"attendee": SECRETARY}, IncomingDoubt.UNINVITED),
        ({"sender": "stranger@elsewhere.example"}, IncomingDoubt.SENDER),
        ({"sender": HOME}, IncomingDoubt.SENDER),
    ],
)
def test_whoever_may_answer_for_them_may_do_nothing_else_and_is_proven_no_less(
    play: Any, said: dict[str, Any], doubt: IncomingDoubt
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await by_secretary(asked)
        mail = await asked.arrives(**{"sender": SECRETARY, **said})
        assert (mail.status, mail.doubt) == (IncomingStatus.WAITING, doubt)
        assert await asked.answer() == OPEN

    play(story)


def test_once_it_has_ended_an_answer_from_there_waits_for_an_officer_and_what_was_answered_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        known = await by_secretary(asked)
        await asked.arrives(sender=SECRETARY)
        ended = await answering.end(make.at(town.officer, SOON), known.id, version=known.version)
        assert ended.ended_at == SOON
        mail = await asked.arrives(sender=SECRETARY, partstat="DECLINED")
        assert (mail.status, mail.doubt) == (IncomingStatus.WAITING, IncomingDoubt.SENDER)
        assert await asked.answer() == YES
        with pytest.raises(errors.WrongState):
            await answering.end(town.officer, known.id)
        assert [one.fact for one in await Entry.filter(kind="AnswerAddress").order_by("id")] == [
            "answer-address-allowed",
            "answer-address-ended",
        ]
        await by_secretary(asked)  # and can begin again

    play(story)


@pytest.mark.parametrize("attendee", [ADDRESS, HOME])
@pytest.mark.parametrize("becomes", ["somebody else's", "a unit's"])
def test_an_alias_that_has_become_another_address_since_speaks_for_them_no_more(
    play: Any, becomes: str, attendee: str
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await allowed(asked)
        if becomes == "a unit's":
            await Unit.filter(id=town.other_station.id).update(mail_address=HOME.lower())
        else:
            other = await make.company(town.officer, "見本信用金庫")
            await make.contact(town.officer, other, mail_address=HOME.lower())
        mail = await asked.arrives(sender=HOME, attendee=attendee)
        assert (mail.status, mail.answer_address_id) == (IncomingStatus.WAITING, None)
        assert await asked.answer() == OPEN

    play(story)


def test_where_it_belongs_to_several_who_are_invited_an_officer_says_whose_answer_it_is(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        [other] = await make.invited(town.officer, asked.drill, "見本信用金庫")
        for person_id in (asked.attendee.person_id, other.person_id):
            await answering.allow(town.officer, person_id=person_id, kind=ALIAS, mail_address=HOME)
        mail = await asked.arrives(sender=HOME, attendee=HOME)
        assert (mail.status, mail.doubt) == (IncomingStatus.WAITING, IncomingDoubt.SHARED)
        await incoming.accept(make.at(town.officer, SOON), mail.id, attendee_id=asked.attendee.id)
        assert await asked.answer() == YES

    play(story)


@pytest.mark.parametrize(
    ("said", "refusal", "field"),
    [
        ({"kind": PROXY, "mail_address": SECRETARY}, errors.Incomplete, "holder"),
        ({"holder": "試﨑 花子"}, errors.Invalid, "holder"),
        ({"mail_address": "not an address"}, errors.Invalid, "mail_address"),
        ({"mail_address": ADDRESS.upper()}, errors.Invalid, "mail_address"),
    ],
)
def test_what_would_say_nothing_or_too_much_is_refused(
    play: Any, said: dict[str, Any], refusal: type[errors.Refused], field: str
) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        with pytest.raises(refusal) as refused:
            await allowed(asked, **said)
        assert refused.value.field == field
        assert await AnswerAddress.all().count() == 0

    play(story)


def test_nobody_enters_one_twice_or_too_many_or_for_people_of_others(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await allowed(asked)
        for actor, address in ((town.officer, HOME.lower()), (town.other_officer, SECRETARY)):
            with pytest.raises((errors.Conflict, errors.NotFound)):
                await answering.allow(actor, person_id=asked.attendee.person_id, kind=ALIAS, mail_address=address)
        with pytest.raises(errors.NotFound):
            await answering.end(town.other_officer, (await AnswerAddress.get()).id)
        for number in range(MOST - 1):
            await allowed(asked, mail_address=f"megumi{number}@home.example")
        with pytest.raises(errors.Conflict, match="10件"):
            await allowed(asked, mail_address=SECRETARY)
        assert await AnswerAddress.filter(ended_at=None, created_at=NOW).count() == MOST

    play(story)


def test_an_address_of_somebody_else_is_no_alias_and_one_of_the_police_answers_for_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        body = await make.company(town.officer, "例示通信株式会社")
        colleague = await make.contact(town.officer, body, mail_address="b@other.example")
        for address, kind in (("B@Other.example", ALIAS), (town.station.mail_address, ALIAS)):
            with pytest.raises(errors.Conflict) as refused:
                await allowed(asked, kind=kind, mail_address=address)
            assert refused.value.field == "mail_address"
        with pytest.raises(errors.Conflict):
            await allowed(asked, kind=PROXY, mail_address=town.station.mail_address, holder="試﨑 花子")
        with running.begun(address="Renkei@police.example"):
            for kind, holder in ((ALIAS, ""), (PROXY, "試﨑 花子")):
                with pytest.raises(errors.Conflict, match="警察"):
                    await allowed(asked, kind=kind, mail_address="renkei@Police.example", holder=holder)
        assert not await AnswerAddress.exists()
        known = await allowed(asked, kind=PROXY, mail_address="b@other.example", holder="例塚 次郎")
        assert (known.kind, colleague.person_id != asked.attendee.person_id) == (PROXY, True)

    play(story)
