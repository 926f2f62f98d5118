"""お知らせ of 青浜県: notices of the year from headquarters and a station; most bodies know soon, a few are called.

One waits for its second reader, one is ready to be sent, one was taken back, and of the newest not everybody knows yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain import notices
from domain.actor import Actor
from domain.audience import AudienceCriteria
from domain.encounters import EncounterTheme
from domain.notices import CallResult, Notice, NoticeHandling, NoticeRecipient, NoticeSeverity, Tlp
from domain.organizations import CiSector, OrganizationKind
from domain.values import dataclass
from seed.bodies import CAPITAL
from seed.days import Year, at, open_day
from seed.telling import Thread, then
from seed.town import FIRST_STATION, Town

LASTS = timedelta(days=30)
IN_DAYS = 3
"""Days in which it is to be known."""
NEWEST = 8
"""So many days ago that one was sent of which not everybody knows yet."""


@dataclass(frozen=True)
class Bulletin:
    """One notice: to which kind of bodies and sectors, how many days ago, and which say nothing in time."""

    title: str
    text: str
    theme: EncounterTheme
    severity: NoticeSeverity
    kind: OrganizationKind
    days_ago: int
    silent: tuple[str, ...] = ()
    sectors: tuple[CiSector, ...] = ()
    tlp: Tlp = Tlp.GREEN
    is_wrong: bool = False


BULLETINS = (
    Bulletin(
        "不正送金の手口に関する注意喚起",
        "電話で遠隔操作の用意をさせる手口が増えています。\n窓口と電話での声掛けをお願いします。",
        EncounterTheme.FINANCIAL_FRAUD,
        NoticeSeverity.WARNING,
        OrganizationKind.FINANCIAL_INSTITUTION,
        190,
        silent=("汐見信用金庫",),
    ),
    Bulletin(
        "ネットワーク機器の更新のお願い",
        "保守の終わった機器が狙われています。\n会員の皆様に、機器の更新と設定の見直しをお知らせください。",
        EncounterTheme.SME_SUPPORT,
        NoticeSeverity.ADVISORY,
        OrganizationKind.SOCIETY_OF_COMMERCE,
        120,
        tlp=Tlp.CLEAR,
    ),
    Bulletin(
        "先端技術の流出を防ぐために",
        "研究者への不審な働き掛けがあったときの相談先をお知らせします。",
        EncounterTheme.ECONOMIC_SECURITY,
        NoticeSeverity.ADVISORY,
        OrganizationKind.UNIVERSITY,
        70,
        tlp=Tlp.AMBER,
    ),
    Bulletin(
        "保守用の接続口の点検に関する情報提供",
        "対象の製品の名称に誤りがあったため、のちに取り下げたお知らせです。",
        EncounterTheme.INFORMATION,
        NoticeSeverity.INFORMATION,
        OrganizationKind.SOCIETY_OF_COMMERCE,
        40,
        is_wrong=True,
    ),
    Bulletin(
        "身代金を要求するウイルスへの備えの点検",
        "外部からの接続口と、控えの保管の状況を点検してください。\n被害を認知したときは、すぐに担当へお電話ください。",
        EncounterTheme.INFORMATION,
        NoticeSeverity.WARNING,
        OrganizationKind.FINANCIAL_INSTITUTION,
        NEWEST,
        silent=("株式会社青浜ダミー銀行", *CAPITAL[:2]),
        sectors=(CiSector.ELECTRICITY, CiSector.GAS),
    ),
)


def told(town: Town, year: Year) -> list[Thread]:
    """All of them, and those that are not sent yet."""
    return [*(_sent(town, year, one) for one in BULLETINS), _to_be_read(town, year), _to_be_sent(town, year)]


async def _sent(town: Town, year: Year, bulletin: Bulletin) -> Thread:
    """Written, read and sent on one day; most know the next; when the time is over, the others are called."""
    author, reader = town.desk[2:4]
    day = open_day(year.today, -bulletin.days_ago)
    writing, reading, sending = at(day, "10:00"), at(day, "11:00"), at(day, "13:30")
    yield writing
    notice = await _written(then(author, writing), bulletin, day_after(writing))
    await notices.submit(then(author, writing), notice.id)
    yield reading
    await notices.approve(then(reader, reading), notice.id)
    yield sending
    await notices.send(then(author, sending), notice.id)
    recipients = await NoticeRecipient.filter(notice_id=notice.id).order_by("id")
    answering = at(open_day(day, 1), "10:20")
    yield answering
    bodies = {town.bodies[name].id for name in bulletin.silent}
    for one in recipients:
        if one.organization_id not in bodies:
            await notices.note_opened(answering, one.id)
            await notices.acknowledge_by_link(answering, one.id)
    if bulletin.is_wrong:
        await notices.withdraw(then(author, answering), notice.id, reason="対象の製品の名称に誤りがあったため")
        return
    over = day_after(writing)
    yield over
    await notices.follow_up(over)
    calling = at(open_day(over.date(), 1), "09:30")
    yield calling
    await _call(then(author, calling), bulletin, [one for one in recipients if one.organization_id in bodies])


async def _call(officer: Actor, bulletin: Bulletin, silent: Sequence[NoticeRecipient]) -> None:
    """Of the newest notice one has been called in vain so far."""
    for one in silent[:1] if bulletin.days_ago == NEWEST else silent:
        result = CallResult.NOT_REACHED if bulletin.days_ago == NEWEST else CallResult.REACHED
        await notices.note_call(officer, one.id, result=result)


def day_after(writing: datetime) -> datetime:
    """Until when it is to be known."""
    return at(open_day(writing.date(), IN_DAYS), "17:00")


async def _written(officer: Actor, bulletin: Bulletin, known_by: datetime) -> Notice:
    return await notices.draft(
        officer,
        title=bulletin.title,
        text=bulletin.text,
        theme=bulletin.theme,
        severity=bulletin.severity,
        tlp=bulletin.tlp,
        handling=NoticeHandling.OPEN if bulletin.tlp is Tlp.CLEAR else NoticeHandling.CONCERNED_ONLY,
        valid_until=officer.today + LASTS,
        acknowledge_by=known_by,
        criteria=AudienceCriteria(kinds=[bulletin.kind], sectors=bulletin.sectors),
    )


async def _to_be_read(town: Town, year: Year) -> Thread:
    """Of headquarters, before the second reader since yesterday or so."""
    instant = at(open_day(year.today, -4), "15:10")
    yield instant
    author = then(town.desk[1], instant)
    bulletin = Bulletin(
        "偽の登録ページへの誘導に関する注意喚起",
        "取引先を装うメールから偽の登録ページへ誘導する手口を確認しています。\n登録の前に、取引先へ電話で確かめてください。",
        EncounterTheme.SME_SUPPORT,
        NoticeSeverity.WARNING,
        OrganizationKind.SOCIETY_OF_COMMERCE,
        0,
    )
    notice = await _written(author, bulletin, instant + LASTS / 2)
    await notices.submit(author, notice.id)


async def _to_be_sent(town: Town, year: Year) -> Thread:
    """Of the first station, read by the colleague and ready."""
    instant = at(open_day(year.today, -4), "16:00")
    yield instant
    author, reader = (then(officer, instant) for officer in town.stations[FIRST_STATION])
    bulletin = Bulletin(
        "公衆無線LANの設定の見直しのお願い",
        "暗号化の方式と、利用者への説明の掲示を確かめてください。",
        EncounterTheme.WIFI,
        NoticeSeverity.ADVISORY,
        OrganizationKind.COMPANY,
        0,
        tlp=Tlp.CLEAR,
    )
    notice = await _written(author, bulletin, instant + LASTS / 2)
    await notices.submit(author, notice.id)
    await notices.approve(reader, notice.id)
