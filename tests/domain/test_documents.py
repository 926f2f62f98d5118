"""The papers of a date: what is taken, who may see them when, and that a list never reads their bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from domain import documents, drills, replies, retention, walls
from domain.actor import Actor, Role
from domain.calendar import Attendee, PartStat
from domain.documents import MOST_BYTES, Document, DocumentContent, DocumentKind, DocumentStatus, kinds
from domain.drills import Drill
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, TooLarge, WrongState
from domain.journal import Entry
from tests import make, statements
from tests.clock import NOW
from tests.domain.test_seating import line
from tests.domain.test_walls import beside
from tests.make import PDF, Town


def office(*parts: str) -> bytes:
    """An Office file with these parts."""
    whole = BytesIO()
    with ZipFile(whole, "w") as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return whole.getvalue()


def most_parts() -> bytes:
    return office("xl/workbook.xml") + kinds.ENTRY * kinds.MOST_PARTS


TAKEN = {
    "進行表.pdf": PDF,
    "地図.PNG": b"\x89PNG\r\n\x1a\n....",
    "会場.jpg": b"\xff\xd8\xff\xe0....",
    "会場.jpeg": b"\xff\xd8\xff\xe0....",
    "名簿 (第2版).xlsx": office("xl/workbook.xml"),
    "要領.docx": office("word/document.xml"),
    "説明.pptx": office("ppt/presentation.xml"),
    "持ち物.txt": "筆記用具\r\n身分証".encode(),
    "一覧.csv": "品名,数\n見本,1\n".encode("cp932"),
}
REFUSED = {
    "name": {
        **dict.fromkeys(("実行.exe", "進行表", "", " ", "page.html", "図.svg", "表.xlsm", "束.zip"), PDF),
        **dict.fromkeys(
            ("../進行表.pdf", "a\\b.pdf", "a:b.pdf", ".pdf", " 進行表.pdf", "行\n表.pdf", "\u202efdp.pdf"), PDF
        ),
    },
    "file": {
        "進行表.pdf": b"<html>",
        "地図.png": PDF,
        "会場.jpg": b"\xff\xd8",
        "空.pdf": b"",
        "空.txt": b" \n",
        "名簿.xlsx": office("word/document.xml"),
        "マクロ.xlsx": office("xl/workbook.xml", "xl/vbaProject.bin"),
        "要領.docx": b"PK\x03\x04 broken",
        "説明.pptx": b"\xd0\xcf\x11\xe0 encrypted",
        "部品.xlsx": most_parts(),
        "持ち物.txt": b"\x00\x01",
        "一覧.csv": b"\xff\xfe\xfd",
    },
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_is_taken_for_what_it_is(name: str) -> None:
    kind = kinds.checked(name, TAKEN[name])
    assert kind in DocumentKind
    assert kinds.ENDINGS[name.rpartition(".")[2].lower()] is kind


@pytest.mark.parametrize(("field", "name"), [(field, name) for field, names in REFUSED.items() for name in names])
def test_what_is_not_what_it_says_or_no_disk_takes_is_refused(field: str, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        kinds.checked(name, REFUSED[field][name])
    assert refused.value.field == field


def test_a_file_may_be_ten_megabytes_large_and_no_larger() -> None:
    largest = PDF + bytes(MOST_BYTES - len(PDF))
    assert kinds.checked("a.pdf", largest) is DocumentKind.PDF
    with pytest.raises(TooLarge, match="10MBまで"):
        kinds.checked("a.pdf", largest + b" ")


async def asked(town: Town, **over: Any) -> tuple[Drill, Actor]:
    """A drill, and the contact of a company that is invited to it."""
    drill = await make.drill(town.officer, **over)
    [contact] = await make.invited(town.officer, drill)
    return drill, make.outsider(town.officer, Role.PARTNER, contact)


async def read(who: Actor, paper: Document) -> bytes:
    async with walls.alone_behind(walls.for_reading(who)):
        return (await documents.find_content(who, paper.id))[1]


async def sees(who: Actor, drill: Drill) -> list[str]:
    async with walls.alone_behind(walls.for_reading(who)):
        return [one.name for one in await documents.find_released(who, [drill.appointment_id])]


def test_a_paper_is_the_desks_alone_until_it_is_released_and_nobodys_outside_once_it_is_withdrawn(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        paper = await make.document(town.officer, drill.appointment_id, number="青サ対第12号", retention_years=3)
        assert (paper.status, paper.kind, paper.size) == (DocumentStatus.DRAFT, DocumentKind.PDF, len(PDF))
        assert (paper.unit_id, paper.retention_until) == (town.station.id, date(2030, 3, 31))
        assert await read(town.officer, paper) == PDF
        for is_open in (False, True, False):
            assert await sees(partner, drill) == (["進行表.pdf"] if is_open else [])
            if is_open:
                assert await read(partner, paper) == PDF
                await documents.withdraw(town.officer, paper.id)
            else:
                with pytest.raises(NotFound):
                    await read(partner, paper)
                if (await Document.get(id=paper.id)).status is DocumentStatus.DRAFT:
                    await documents.release(town.officer, paper.id)
        facts = await Entry.filter(row_id=paper.id).order_by("id").values_list("fact", flat=True)
        assert facts == ["document-added", "document-released", "document-withdrawn"]
        assert PDF.decode() not in str(await Entry.filter(row_id=paper.id).values("after"))
        assert await read(town.officer, paper) == PDF

    play(story)


def test_a_body_that_takes_part_sees_it_whoever_of_it_answers_and_nobody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        elsewhere = await make.drill(town.officer, starts_at=NOW + timedelta(days=40))
        [stranger] = await make.invited(town.officer, elsewhere, "例示銀行株式会社")
        attendee = await attendee_of(partner)
        colleague = replace(partner, person_id=(await make.officer(town.admin, town.station)).id)
        paper = await make.released(town.officer, drill.appointment_id)
        for who in (partner, colleague):
            assert (await sees(who, drill), await read(who, paper)) == (["進行表.pdf"], PDF)
        volunteer = make.oneself(town.officer, await make.volunteer(town))
        others = (make.outsider(town.officer, Role.PARTNER, stranger), volunteer, town.other_officer, town.statistician)
        for who in (*others, replace(colleague, organization_id=None)):
            with pytest.raises(NotFound):
                await read(who, paper)
        await replies.answer_by_link(NOW, attendee.id, partstat=PartStat.DECLINED)
        assert (await sees(partner, drill), await sees(colleague, drill)) == ([], [])

    play(story)


async def attendee_of(who: Actor) -> Attendee:
    return await Attendee.get(person_id=who.person_id)


def test_whoever_is_taken_off_a_date_sees_its_papers_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        paper = await make.released(town.officer, drill.appointment_id)
        attendee = await attendee_of(partner)
        await drills.uninvite(town.officer, drill.id, attendee_id=attendee.id)
        assert await sees(partner, drill) == []
        with pytest.raises(NotFound):
            await read(partner, paper)

    play(story)


def test_of_a_date_that_is_called_off_no_paper_is_shown_and_none_is_released(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        shown = await make.released(town.officer, drill.appointment_id)
        draft = await make.document(town.officer, drill.appointment_id, content=PDF + b"2")
        await drills.call_off(town.officer, drill.id, reason="荒天のため")
        assert await sees(partner, drill) == []
        with pytest.raises(NotFound):
            await read(partner, shown)
        with pytest.raises(WrongState, match="中止または延期"):
            await documents.release(town.officer, draft.id)
        assert (await Document.get(id=draft.id)).status is DocumentStatus.DRAFT

    play(story)


def test_whoever_waits_for_a_seat_sees_the_papers_once_they_have_one(play: Any) -> None:
    async def story(town: Town) -> None:
        queue = await line(town, seats=1, names=("髙見本", "試﨑"))
        await make.released(town.officer, queue.activity.appointment_id)
        seated, waiting = [make.oneself(town.officer, one) for one in queue.people]
        assert await documents.find_released(seated, [queue.activity.appointment_id])
        assert not await documents.find_released(waiting, [queue.activity.appointment_id])
        await queue.answer(0, PartStat.DECLINED, NOW + timedelta(hours=1))
        await queue.answer(1, PartStat.ACCEPTED, NOW + timedelta(hours=2))
        assert await documents.find_released(waiting, [queue.activity.appointment_id])

    play(story)


def test_a_paper_is_shown_outside_to_the_last_day_of_its_period_and_released_no_later(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        paper = await make.released(town.officer, drill.appointment_id, retention_years=1)
        draft = await make.document(town.officer, drill.appointment_id, content=PDF + b"2", retention_years=1)
        assert paper.retention_until == date(2028, 3, 31)
        last, after = datetime(2028, 3, 31, 14, 59, tzinfo=UTC), datetime(2028, 3, 31, 15, tzinfo=UTC)
        assert await read(make.at(partner, last), paper) == PDF
        assert await sees(make.at(partner, after), drill) == []
        with pytest.raises(NotFound):
            await read(make.at(partner, after), paper)
        with pytest.raises(WrongState, match="保存期間が満了"):
            await documents.release(make.at(town.officer, after), draft.id)
        assert await read(make.at(town.officer, after), paper) == PDF
        assert await documents.visible_to(partner).exists()  # a scope knows no instant: at night the clock notes it
        await retention.draw_up(after)
        assert not await documents.visible_to(partner).exists()
        longer = await documents.correct(make.at(town.officer, after), paper.id, retention_years=5)
        assert await read(make.at(partner, after), longer) == PDF

    play(story)


def test_only_the_desk_in_charge_of_the_date_adds_releases_and_withdraws(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        paper = await make.document(town.officer, drill.appointment_id)
        there = (await beside(town)).hq
        for who, refusal in (
            *((one, NotAllowed) for one in (partner, town.admin, town.statistician)),
            *((one, NotFound) for one in (town.other_officer, there)),
        ):
            with pytest.raises(refusal):
                await make.document(who, drill.appointment_id, name="別.pdf")
            for act in (documents.release, documents.withdraw, documents.correct):
                with pytest.raises(refusal):
                    await act(who, paper.id)
        assert [(one.id, one.version) for one in await Document.all()] == [(paper.id, 1)]
        assert await DocumentContent.all().count() == 1
        await documents.release(town.hq, paper.id)

    play(story)


@pytest.mark.parametrize("years", [0, 101, -1])
def test_a_period_that_no_rule_has_is_refused_and_nothing_is_kept(play: Any, years: int) -> None:
    async def story(town: Town) -> None:
        drill, _ = await asked(town)
        with pytest.raises(Invalid) as refused:
            await make.document(town.officer, drill.appointment_id, retention_years=years)
        assert refused.value.field == "retention_years"
        assert not await Document.exists()
        assert not await DocumentContent.exists()

    play(story)


def test_the_same_file_is_not_kept_twice_unless_the_first_was_withdrawn(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await asked(town)
        first = await make.document(town.officer, drill.appointment_id)
        with pytest.raises(Conflict, match="すでに登録"):
            await make.document(town.officer, drill.appointment_id, name="もう一度.pdf")
        assert await Document.all().count() == await DocumentContent.all().count() == 1
        await documents.withdraw(town.officer, first.id)
        await make.document(town.officer, drill.appointment_id)

    play(story)


def test_a_date_has_thirty_papers_at_most(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await asked(town)
        for number in range(30):
            await make.document(town.officer, drill.appointment_id, content=PDF + bytes([number]))
        with pytest.raises(Conflict, match="30点まで"):
            await make.document(town.officer, drill.appointment_id, content=PDF + b"one more")
        assert await Document.all().count() == 30

    play(story)


def test_number_and_period_are_put_right_until_it_is_withdrawn_and_nothing_comes_back(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await asked(town)
        paper = await make.released(town.officer, drill.appointment_id, retention_years=1)
        put_right = await documents.correct(town.officer, paper.id, number="青サ対第13号")
        assert (put_right.number, put_right.retention_until) == ("青サ対第13号", date(2028, 3, 31))
        later = make.at(town.officer, NOW + timedelta(days=400))
        assert (await documents.correct(later, paper.id, retention_years=5)).retention_until == date(2032, 3, 31)
        gone = await documents.withdraw(town.officer, paper.id)
        acts: Any = (documents.release, documents.withdraw, documents.correct)
        for act in acts:
            with pytest.raises(WrongState):
                await act(town.officer, paper.id)
        assert (await Document.get(id=paper.id)).version == gone.version

    play(story)


def test_a_list_of_papers_never_reads_their_bytes_and_files_go_with_their_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        await make.released(town.officer, drill.appointment_id)
        with statements.spoken() as said:
            assert len(await documents.find_released(partner, [drill.appointment_id])) == 1
        assert not [one for one in said if "document_content" in str(one)]
        await Document.all().delete()
        assert not await DocumentContent.exists()

    play(story)


def test_behind_a_guests_wall_stands_no_draft_and_no_paper_of_another_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, partner = await asked(town)
        released = await make.released(town.officer, drill.appointment_id)
        await make.document(town.officer, drill.appointment_id, content=PDF + b"2")
        other = await make.drill(town.officer, starts_at=NOW + timedelta(days=40))
        await make.released(town.officer, other.appointment_id)
        async with walls.alone_behind(walls.for_reading(partner)):
            assert [one.id for one in await Document.all()] == [released.id]
            assert [one.document_id for one in await DocumentContent.all()] == [released.id]
        with pytest.raises(Refused):
            await documents.release(partner, released.id)

    play(story)
