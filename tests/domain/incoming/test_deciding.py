"""An officer takes what waits, or puts it aside; each once, and only for their own units."""

from typing import Any

import pytest

from domain import drills, incoming
from domain.actor import Role
from domain.calendar import AnswerChannel, PartStat
from domain.errors import Conflict, NotAllowed, NotFound, WrongState
from domain.incoming import IncomingMail, IncomingStatus
from domain.journal import Entry
from tests import make
from tests.domain.incoming.arriving import invitation, known
from tests.make import Town

SILENT = (PartStat.NEEDS_ACTION, "")


def test_an_officer_takes_the_answer_from_a_new_address(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(sender="new@partner.example", partstat="DECLINED", remark="出張のため")
        taken = await incoming.accept(town.officer, mail.id, version=mail.version)
        assert taken.status is IncomingStatus.ACCEPTED
        assert await asked.answer() == (PartStat.DECLINED, AnswerChannel.MAIL)
        [entry] = await Entry.filter(fact="attendee-answered")
        assert (entry.person_id, entry.role) == (town.officer.person_id, Role.STATION_LIAISON)
        with pytest.raises(WrongState):
            await incoming.dismiss(town.officer, mail.id)
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.ACCEPTED

    play(story)


def test_an_officer_puts_a_strange_answer_aside_and_nothing_is_taken_from_it(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(is_proven=False)
        assert (await incoming.dismiss(town.officer, mail.id)).status is IncomingStatus.DISMISSED
        with pytest.raises(WrongState):
            await incoming.accept(town.officer, mail.id)
        assert await asked.answer() == SILENT

    play(story)


@pytest.mark.parametrize(
    "over",
    [
        {"method": "COUNTER"},
        {"partstat": "DELEGATED"},
        {"uid": "unknown@renkei.example"},
        {"attendee": "other@partner.example", "sender": "other@partner.example"},
        {"method": "", "partstat": ""},
    ],
)
def test_what_holds_no_answer_of_somebody_invited_cannot_be_taken(play: Any, over: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(**over)
        with pytest.raises(WrongState, match="出欠の返事がありません"):
            await incoming.accept(town.hq, mail.id)
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING
        assert await asked.answer() == SILENT

    play(story)


def test_an_answer_to_what_was_called_off_cannot_be_taken(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await drills.call_off(town.officer, asked.drill.id, reason="荒天のため")
        mail = await (await known(town, asked.drill)).arrives()
        with pytest.raises(WrongState, match="中止または延期"):
            await incoming.accept(town.officer, mail.id)
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING

    play(story)


def test_only_officers_of_the_unit_and_above_decide_and_none_overwrites_another(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        mail = await asked.arrives(is_proven=False)
        for stranger in (town.statistician, town.admin):
            with pytest.raises(NotAllowed):
                await incoming.accept(stranger, mail.id)
        elsewhere = await make.station(town.admin, town.prefecture, 77)
        colleague = await make.actor(town.admin, Role.STATION_LIAISON, elsewhere, (elsewhere.id,))
        with pytest.raises(NotFound):
            await incoming.accept(colleague, mail.id)
        with pytest.raises(Conflict):
            await incoming.dismiss(town.officer, mail.id, version=mail.version + 1)
        assert (await IncomingMail.get(id=mail.id)).status is IncomingStatus.WAITING
        assert await asked.answer() == SILENT
        assert await incoming.visible_to(colleague).count() == 0
        assert await incoming.visible_to(town.hq).count() == 1

    play(story)
