"""BENCH ONLY: what is asked all day, each as its door asks it: by GraphQL, by a link, at the login, by the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.types import ASGIApp, Message

from api.allowance import UNLIMITED
from api.app import make_app
from api.benchmarks import dispatches, mutations, pages, worklist
from api.benchmarks.drills import LIST
from api.benchmarks.ground import KEY, Ground
from api.benchmarks.questions import Question, headquarters, partner
from api.benchmarks.serving import BASE
from api.context import Context
from api.errors import Stopped
from api.house import House
from api.questions import ANSWERS
from api.schema import schema
from domain import accounts, database, feeds, notices, outbox, own, replies, statistics, tokens, walls
from domain.accounts import Caller
from domain.actor import TOKYO, Actor
from domain.calendar import Attendee
from domain.errors import Unauthenticated
from domain.japanese import Period
from exports.feeds import WRITER

NAMES = "query($text: String!) { organizations(first: 20, filter: { text: $text }) { edges { node { id name } } } }"
ENCOUNTERS = """
    { encounters(first: 20, orderBy: STARTS_AT_DESC, filter: { status: [REPORTED, CHECKED] }) { edges { node {
        id kind startsAt organization { id name } } } } }"""
NOTICES = """
    query($today: Date!) { notices(first: 10, filter: { validFrom: $today }) { edges { node {
        id title validUntil recipients(first: 1) { edges { node { acknowledgedAt } } } } } } }"""
TO_CALL = """
    { noticeRecipients(first: 20, filter: { escalated: true, acknowledged: false }) { edges { node {
        id notice { title } organization { name } } } } }"""
TOLD = "SELECT id FROM notice_recipient WHERE acknowledged_at IS NULL ORDER BY id LIMIT 1"
LOGINS = """
    INSERT INTO account (id, version, created_at, updated_at, unit_id, prefecture_id, person_id, role, organization_id,
        login, mail_address, link_generation)
    SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, contact.unit_id, contact.prefecture_id, contact.person_id,
        'PARTNER', contact.organization_id, person.mail_address, person.mail_address, 0
    FROM contact JOIN person ON person.id = contact.person_id"""
LOGIN = "partner@example.jp"

ALL = frozenset({"organization", "agreement_party", "contact"})
GRADED = (ALL | {"encounter"}, "すべての団体を見立てる")
COUNTED = (
    ALL | {"commission", "drill", "encounter", "improvement", "notice_recipient"},
    "四半期に一度、いまあるものをすべて数え、すべての協定先を見立てる",
)


@dataclass(frozen=True)
class Hot:
    """A question that is asked all day. Of `whole`, which tables, it has to look at every row, for the reason `why`."""

    label: str
    ask: Callable[[], Awaitable[object]]
    whole: frozenset[str] = frozenset()
    why: str = ""


async def add_logins(ground: Ground) -> None:
    """An account for each contact that is there."""
    await database.execute(LOGINS, ground.hq.now)


async def questions(ground: Ground) -> list[Hot]:
    """Of a prefecture that was filled, and where a partner is invited to a drill."""
    lists = [Hot(one.label, partial(_answer, one)) for one in await _asked(ground)]
    lists.append(Hot("訓練・連携団体の防壁（own_drills）", partial(_own_drills, ground.partner)))
    lists += await _guests(ground)
    return [*lists, *_surveys(ground), *await _by_link(ground), *await _of_feeds(ground), *await _changes(ground)]


async def _asked(ground: Ground) -> list[Question]:
    hq, guest = headquarters(ground), partner(ground)
    today = ground.hq.now.astimezone(TOKYO).date()
    return [
        *await pages.questions(ground),
        Question("訓練50件・県本部", hq, LIST, ""),
        Question("訓練50件・連携団体", guest, LIST, ""),
        Question("団体の名前・県本部", hq, NAMES, "", variables={"text": "架空商事1234"}),
        Question("団体の名前の2文字・県本部", hq, NAMES, "", variables={"text": "99"}),
        Question("団体の名前・連携団体", guest, NAMES, "", variables={"text": "架空商事1234"}),
        Question("接触20件・県本部", hq, ENCOUNTERS, ""),
        Question("有効なお知らせ・県本部", hq, NOTICES, "", variables={"today": str(today)}),
        Question("有効なお知らせ・連携団体", guest, NOTICES, "", variables={"today": str(today)}),
        Question("お知らせで電話する団体・県本部", hq, TO_CALL, ""),
        *await dispatches.questions(ground),
    ]


async def _guests(ground: Ground) -> list[Hot]:
    """What concerns a school, a volunteer and a partner of what people are sent to."""
    school, volunteer = await dispatches.guests(ground)
    now = {"now": ground.hq.now.isoformat()}
    asked: tuple[tuple[str, Actor, str, dict[str, str]], ...] = (
        ("講義・学校", school, dispatches.LECTURES, {}),
        ("講義・ボランティア", volunteer, dispatches.LECTURES, {}),
        ("これからの活動・ボランティア", volunteer, dispatches.ACTIVITIES, now),
        ("これからの予定・ボランティア", volunteer, dispatches.DATES, now),
        ("これからの予定・連携団体", ground.partner, dispatches.DATES, now),
    )
    return [Hot(label, partial(tell, label, actor, text, values)) for label, actor, text, values in asked]


async def _own_drills(actor: Actor) -> None:
    """What the second wall looks up in a function, whose steps are not shown where it is called."""
    async with walls.alone_behind(walls.for_reading(actor)):
        await database.execute("SELECT drill_id FROM drill_participation")


def _surveys(ground: Ground) -> list[Hot]:
    """What is asked of everything that a prefecture has."""
    waiting, drifting = worklist.questions(ground)
    quarter = Period.quarter_of(ground.hq.now.astimezone(TOKYO).date())
    return [
        Hot(waiting.label, partial(_answer, waiting)),
        Hot(drifting.label, partial(_answer, drifting), *GRADED),
        Hot("四半期の集計", partial(statistics.show, ground.hq, quarter, fresh=True), *COUNTED),
    ]


async def _by_link(ground: Ground) -> list[Hot]:
    """The pages behind what letters bring, and the door behind which whoever has a password stands."""
    app = make_app(House(KEY, BASE, lambda: datetime.now(UTC), budgets=UNLIMITED), ground.url)
    attendee = await Attendee.filter(person_id=ground.partner.person_id).order_by("id").first()
    [told] = await database.rows(TOLD)
    assert attendee is not None, "the partner is invited"
    paths = {
        "招待への返事のページ": f"/rsvp/{tokens.derive(KEY, replies.PURPOSE, attendee.id)}",
        "お知らせのページ": f"/notices/{tokens.derive(KEY, notices.PURPOSE, told['id'])}",
        "自分のページ": own.address(KEY, "", ground.partner.person_id, datetime.now(UTC)),
    }
    return [*[Hot(label, partial(_fetch, app, path)) for label, path in paths.items()], Hot("ログイン", _enter)]


async def _of_feeds(ground: Ground) -> list[Hot]:
    opened = await feeds.subscribe_unit(ground.hq, unit_id=ground.stations[0])
    secret = await feeds.hand_out(ground.hq.now, KEY, opened.id, opened.generation)
    feed = await feeds.look(tokens.digest(secret))
    assert feed is not None, "it has just been opened"
    return [
        Hot("購読カレンダーの変わりなし", partial(feeds.look, feed.sha256)),
        Hot("購読カレンダーの中身・警察署", partial(feeds.contents, feed, WRITER, ground.hq.now)),
    ]


async def _changes(ground: Ground) -> list[Hot]:
    """One by an officer, and one by the clock."""
    mover = await mutations.mover(ground)
    return [
        Hot("訓練の場所の変更", partial(mutations.move, mover)),
        Hot("出す時刻の来た手紙", partial(outbox.claim, datetime.now(UTC) + timedelta(minutes=1))),
    ]


async def _answer(asked: Question) -> None:
    """As the door does. Raises Stopped where it is refused."""
    actor = await tokens.actor_of(asked.reader.token, datetime.now(UTC))
    await tell(asked.label, actor, asked.document, asked.variables)


async def tell(label: str, actor: Actor, document: str, variables: Mapping[str, object]) -> None:
    """Raises Stopped where it is refused."""
    result = await schema.execute(document, dict(variables), Context(actor))
    if result.errors:
        raise Stopped(f"「{label}」に答えられませんでした。 {result.errors[0]}")


@contextmanager
def reading_anew() -> Iterator[None]:
    """What was kept of an answer answers nothing here."""
    room, ANSWERS.room = ANSWERS.room, 0
    try:
        yield
    finally:
        ANSWERS.room = room


async def _enter() -> None:
    """With a password that does not fit: up to there nothing is asked otherwise than with one that does."""
    with suppress(Unauthenticated):
        await accounts.enter(datetime.now(UTC), accounts.Gate(KEY), LOGIN, "見本の合言葉ではない", Caller("192.0.2.1"))


async def _fetch(app: ASGIApp, path: str) -> None:
    """A page, from the application itself. Raises Stopped where it is not shown."""
    said: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said.append(message["status"])

    place = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    ends = {"client": ("192.0.2.1", 50000), "server": ("127.0.0.1", 8000), "headers": [(b"host", b"127.0.0.1:8000")]}
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", **place, **ends}
    await app(scope, receive, send)
    if said != [200]:
        raise Stopped(f"計測するページが開きませんでした（{said}）。")
