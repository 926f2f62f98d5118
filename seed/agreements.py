"""共同対処協定 of 青浜県: 18 in force with 124 parties, some signed this year, some renewed, some about to end.

Names and sizes: 広島 12, 千葉 14 (by accession), 群馬 19, 江東区 (a station, a ward and a chamber), 福島 (all banks).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date, datetime, timedelta
from itertools import chain
from uuid import UUID

from domain import agreements
from domain.actor import Actor
from domain.agreements import Agreement, AgreementKind, AgreementParty, CooperationItem, CountedFrom, Signature
from domain.japanese import end_of_fiscal_year
from domain.values import dataclass
from seed.bodies import PARTNERS
from seed.days import Year, at, open_day
from seed.names import Name, dealt
from seed.telling import Thread, then
from seed.town import FIRST_STATION, PLAYED, Town, dice

COOPERATION = (CooperationItem.REPORTING, CooperationItem.INFORMATION_EXCHANGE, CooperationItem.DRILL)
PROMISES = (
    (CooperationItem.DRILL, "合同訓練", 1, CountedFrom.DRILLS),
    (CooperationItem.INFORMATION_EXCHANGE, "意見交換", 2, CountedFrom.ENCOUNTERS),
)
NAMELESS = 3
"""Of so many bodies one does not consent to be named."""
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
"""An empty page, where an office has what was scanned."""
PURPOSE = "サイバー犯罪による被害の拡大を防ぐため、平素から連携し、発生時に共同して対処する。"


@dataclass(frozen=True)
class Pact:
    """One agreement, signed `years` before the founding, or in `quarter` of the story's year on its `day`-th day.

    `ends` is "march" (every 31 March, renewed before), a number of days from today, or nothing. `joining` are
    bodies that accede later, `leaving` one that withdraws, each with the day of the third quarter.
    """

    title: str
    kind: AgreementKind
    bodies: tuple[str, ...]
    years: int = 0
    quarter: int | None = None
    day: int = 0
    ends: str | int | None = None
    station: str | None = None
    joining: tuple[str, ...] = ()
    leaving: str | None = None
    stations: tuple[str, ...] = field(default=())

    def signed_on(self, year: Year) -> date:
        if self.quarter is None:
            return open_day(year.founded.replace(month=11, day=1), -365 * self.years)
        return open_day(year.quarters[self.quarter].starts_on, self.day)

    def ends_on(self, year: Year) -> date | None:
        """The last day of the first term."""
        if self.ends == "march":
            return end_of_fiscal_year(year.founded)
        return year.today + timedelta(days=self.ends) if isinstance(self.ends, int) else None

    def steps(self, year: Year) -> list[datetime]:
        """Proposed, talked about, submitted, approved, signed."""
        signed_on = self.signed_on(year)
        if signed_on <= year.founded:
            return [at(open_day(year.founded, 3), clock) for clock in ("09:00", "09:30", "10:00", "13:00", "16:00")]
        days = [open_day(signed_on, -before) for before in (45, 30, 14, 7)]
        return [*(at(day, "10:00") for day in days), at(signed_on, "14:00")]

    def notices(self, year: Year) -> Iterator[date]:
        """The days on which the clock has something to do with it."""
        if ends := self.ends_on(year):
            yield from (ends - timedelta(days=before) for before in (-1, 30, 60, 90))


def _names(sector: str, first: int = 0, last: int | None = None) -> tuple[str, ...]:
    return tuple(body.name for body in PARTNERS[sector][first:last])


JOINT, PARTNERSHIP, COOPERATIVE = AgreementKind.JOINT_RESPONSE, AgreementKind.PARTNERSHIP, AgreementKind.COOPERATION
PACTS = (
    Pact("青浜県金融機関サイバー犯罪共同対処協定", JOINT, _names("finance"), years=4, ends="march"),
    Pact("損害保険会社とのサイバーセキュリティ連携協定", COOPERATIVE, _names("insurance"), 2, ends="march"),
    Pact("商工団体とのサイバーセキュリティパートナーシップ協定", PARTNERSHIP, _names("commerce", 0, 2), 3),
    Pact(
        "市内の事業者と結ぶサイバー犯罪共同対処協定",
        JOINT,
        ("見本市商工会議所（架空）", "見本市"),
        2,
        station=FIRST_STATION,
    ),
    Pact("商工会議所サイバー犯罪共同対処協定", JOINT, _names("commerce", 3, 10), 3, stations=("107", "109", "111")),
    Pact("町村商工会サイバー犯罪共同対処協定", JOINT, _names("commerce", 10, 17), 2, stations=("118", "119", "120")),
    Pact(
        "市部商工会サイバー犯罪共同対処協定", JOINT, _names("commerce", 17), quarter=2, day=40, stations=("110", "115")
    ),
    Pact("電力・ガス事業者サイバー攻撃共同対処協定", JOINT, _names("utility", 0, 5), years=1, ends=78),
    Pact("水道事業者サイバー攻撃共同対処協定", JOINT, _names("utility", 5), years=1),
    Pact("通信事業者サイバー犯罪共同対処協定", JOINT, _names("telecom"), years=2, ends="march"),
    Pact("交通・物流事業者サイバー犯罪共同対処協定", JOINT, _names("transport"), 2, leaving="試作運送株式会社"),
    Pact("医療機関サイバー攻撃共同対処協定", JOINT, _names("medical", 0, 7) + _names("medical", 12), 1, ends="march"),
    Pact("地域医療機関サイバー攻撃共同対処協定", JOINT, _names("medical", 7, 12), quarter=1, day=50),
    Pact("大学等とのサイバー防犯に関する覚書", AgreementKind.MEMORANDUM, _names("college", 1), years=3),
    Pact(
        "不正通信の分析に関する共同研究協定", AgreementKind.JOINT_RESEARCH, _names("college", 0, 1), quarter=0, day=40
    ),
    Pact("市との情報セキュリティに関する連携協定", COOPERATIVE, _names("municipality", 1, 7), 1, ends=24),
    Pact("町村との情報セキュリティに関する連携協定", COOPERATIVE, _names("municipality", 7), quarter=2, day=20),
    Pact(
        "サプライチェーンサイバー犯罪共同対処協定",
        PARTNERSHIP,
        _names("industry", 0, 15),
        1,
        joining=_names("industry", 15),
    ),
)
LAPSING = Pact("観光事業者サイバー犯罪共同対処協定", JOINT, ("雛形観光協会",), 1, ends="march")
"""The one that nobody renewed."""


def all_told(town: Town, year: Year) -> list[Thread]:
    """Every agreement, and those that are still being talked about."""
    signers = dealt(dice("signers"), PLAYED)
    signed = [told(town, year, pact, signers) for pact in PACTS]
    talks = [
        in_the_making(town, year, "仮想商店街サイバー犯罪共同対処協定", "株式会社仮想商店", 0),
        in_the_making(town, year, "観光事業者サイバー犯罪共同対処協定（改定）", "雛形観光協会", 1),
        in_the_making(town, year, "ネット見守り活動に関する申合せ", "ＮＰＯ法人見本ネット見守り隊", 2),
    ]
    return [*signed, told(town, year, LAPSING, signers), *talks]


def due_days(year: Year) -> set[date]:
    """The days on which an agreement ends or its end is told."""
    return set(chain.from_iterable(pact.notices(year) for pact in (*PACTS, LAPSING)))


async def told(town: Town, year: Year, pact: Pact, signers: Iterator[Name]) -> Thread:
    """From the first talk to the signature, and what came after; older ones are entered after the founding."""
    author, approver = town.stations[pact.station][0] if pact.station else town.desk[2], town.desk[1]
    proposing, talking, submitting, approving, signing = pact.steps(year)
    yield proposing
    agreement = await _proposed(town, then(author, proposing), pact)
    yield talking
    await agreements.negotiate(then(author, talking), agreement.id)
    yield submitting
    await agreements.submit(then(author, submitting), agreement.id)
    yield approving
    await agreements.approve(then(approver, approving), agreement.id)
    yield signing
    await _signed(then(author, signing), agreement, pact, year, signers)
    await _filed(then(author, signing), agreement)
    async for instant in _afterwards(town, year, pact, agreement, signers):
        yield instant


async def _proposed(town: Town, author: Actor, pact: Pact) -> Agreement:
    bodies = (*pact.bodies, pact.leaving) if pact.leaving else pact.bodies
    own = (
        [author.unit_id]
        if pact.station
        else [town.section.id, *(town.stations[one][0].unit_id for one in pact.stations)]
    )
    return await agreements.propose(
        author,
        kind=pact.kind,
        title=pact.title,
        organization_ids=[town.bodies[name].id for name in bodies],
        police_unit_ids=own,
        items=COOPERATION,
        purpose=PURPOSE,
        responsible_id=author.person_id,
    )


async def _signed(author: Actor, agreement: Agreement, pact: Pact, year: Year, signers: Iterator[Name]) -> None:
    parties = await _parties(author, agreement)
    await agreements.sign(
        author,
        agreement.id,
        signed_on=pact.signed_on(year),
        expires_on=pact.ends_on(year),
        place="青浜県警察本部" if not pact.station else "見本中央警察署",
        signatures=[_signature(party, next(signers)) for party in parties],
    )


async def _filed(author: Actor, agreement: Agreement) -> None:
    """Kept for ten years with its file, who of its bodies may be named, and what it promises: a drill a year, and to
    meet twice."""
    await agreements.file_document(author, agreement.id, classification_code="サ-2", retention_years=10)
    await agreements.keep_file(author, agreement.id, name="協定書.pdf", content=SCAN, remarks="署名済み原本の写し")
    bodies = [party for party in await _parties(author, agreement) if party.organization_id]
    for party in bodies if len(bodies) == 1 else bodies[: -(len(bodies) // NAMELESS) or None]:
        await agreements.name_party(author, party.id)
    for item, what, times, source in PROMISES:
        await agreements.enter_commitment(
            author, agreement.id, item=item, what=what, times_per_year=times, counted_from=source
        )


async def _parties(author: Actor, agreement: Agreement) -> list[AgreementParty]:
    return await agreements.parties_visible_to(author).filter(agreement_id=agreement.id).order_by("id")


def _signature(party: AgreementParty, name: Name) -> Signature:
    title = "警察本部長・警察署長" if party.police_unit_id else "代表者"
    return Signature(party.id, name.whole, title)


async def _afterwards(town: Town, year: Year, pact: Pact, agreement: Agreement, signers: Iterator[Name]) -> Thread:
    if pact.ends == "march" and pact is not LAPSING:
        async for instant in _renewed(town, year, agreement, signers):
            yield instant
    if pact.ends == 24:
        instant = at(open_day(year.today, -20), "10:30")
        yield instant
        await agreements.discuss_renewal(then(town.desk[2], instant), agreement.id)
    for number, name in enumerate(pact.joining):
        instant = at(open_day(year.quarters[1].starts_on, 20 + 30 * number), "11:00")
        yield instant
        await _acceded(then(town.desk[2], instant), agreement, town.bodies[name].id, next(signers))
    if pact.joining:
        instant = at(open_day(year.quarters[2].starts_on, 30), "11:00")
        yield instant
        await _amended(town, agreement, instant)
    if pact.leaving:
        instant = at(open_day(year.quarters[2].starts_on, 15), "11:00")
        yield instant
        await _left(then(town.desk[2], instant), agreement, town.bodies[pact.leaving].id)


async def _renewed(town: Town, year: Year, agreement: Agreement, signers: Iterator[Name]) -> Thread:
    """Talks in February, a draft that is approved and signed in March, and takes over on 1 April."""
    talks, drafting, signing = (at(open_day(year.april, -before), "10:30") for before in (45, 21, 14))
    author = town.desk[2]
    yield talks
    await agreements.discuss_renewal(then(author, talks), agreement.id)
    yield drafting
    ends, drafter = end_of_fiscal_year(year.april), then(author, drafting)
    renewal = await agreements.renew(drafter, agreement.id, effective_on=year.april, expires_on=ends)
    await agreements.submit(drafter, renewal.id)
    yield signing
    signer = then(author, signing)
    await agreements.approve(then(town.desk[1], signing), renewal.id)
    signatures = [_signature(party, next(signers)) for party in await _parties(signer, renewal)]
    await agreements.sign(signer, renewal.id, signed_on=signer.today, signatures=signatures, place="青浜県警察本部")


async def _amended(town: Town, agreement: Agreement, instant: datetime) -> None:
    """What both sides change by 覚書, written by one officer of the desk and approved by another."""
    changes = "第4条（訓練）に、取引先を含む連絡訓練を加える。"
    author, approver = then(town.desk[2], instant), then(town.desk[1], instant)
    amendment = await agreements.propose_amendment(author, agreement.id, effective_on=author.today, changes=changes)
    await agreements.approve_amendment(approver, amendment.id)


async def _acceded(author: Actor, agreement: Agreement, organization_id: UUID, signer: Name) -> None:
    await agreements.accede(
        author,
        agreement.id,
        organization_id=organization_id,
        on=author.today,
        signatory_name=signer.whole,
        signatory_title="代表者",
    )


async def _left(author: Actor, agreement: Agreement, organization_id: UUID) -> None:
    parties = agreements.parties_visible_to(author).filter(agreement_id=agreement.id)
    party = await parties.get(organization_id=organization_id)
    await agreements.let_withdraw(author, party.id, on=author.today)


async def in_the_making(town: Town, year: Year, title: str, body: str, steps: int) -> Thread:
    """Talks of the last weeks, which have come as far as `steps`: 協議中, 決裁中 or 締結待ち."""
    pact = Pact(title, JOINT, (body,))
    author = town.desk[2]
    instants = [at(open_day(year.today, -before), "11:30") for before in (40, 30, 18, 9)]
    yield instants[0]
    agreement = await _proposed(town, then(author, instants[0]), pact)
    yield instants[1]
    await agreements.negotiate(then(author, instants[1]), agreement.id)
    if steps >= 1:
        yield instants[2]
        await agreements.submit(then(author, instants[2]), agreement.id)
    if steps >= 2:
        yield instants[3]
        await agreements.approve(then(town.desk[1], instants[3]), agreement.id)
        await _to_be_signed(then(author, instants[3]), year, agreement)


async def _to_be_signed(author: Actor, year: Year, agreement: Agreement) -> None:
    """The ceremony in two weeks, to which the responsible officer is asked."""
    day = open_day(year.today, 14)
    begins, ends = at(day, "10:00"), at(day, "11:00")
    ceremony = await agreements.plan_signing(
        author, agreement.id, starts_at=begins, ends_at=ends, place="青浜県警察本部 大会議室"
    )
    await agreements.invite_to_signing(author, ceremony.id, officer_ids=[agreement.responsible_id])
