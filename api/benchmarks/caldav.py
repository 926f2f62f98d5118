"""CalDAV, as calendar programs poll it: whether there is anything new (PROPFIND of getctag), what is new where nothing
is (sync-collection), and every date at once (calendar-multiget).

The ceiling is a bare Starlette route of the same process that gives back the bytes of each answer, kept beforehand: it
asks no database, and does not look at who asks.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from api.benchmarks import filling, load
from api.benchmarks.feed import Stored, address
from api.benchmarks.ground import Land
from api.benchmarks.load import Asked
from api.benchmarks.measuring import Compared, Figure, Report, alternate
from api.benchmarks.serving import Application, Bare, serving
from api.caldav import CALENDAR
from api.errors import Stopped
from domain.feeds import keep_entries
from exports.feeds import WRITER

SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
GETCTAG = f"<propfind {SPACES}><prop><CS:getctag/></prop></propfind>"
SYNC = f"<sync-collection {SPACES}><sync-token>{{}}</sync-token><prop><getetag/></prop></sync-collection>"
MULTIGET = f"<C:calendar-multiget {SPACES}><prop><getetag/><C:calendar-data/></prop>{{}}</C:calendar-multiget>"
TOKEN, HREF = re.compile(r"<\w+:sync-token>(.*?)<"), re.compile(rf"{CALENDAR}[^<]+\.ics")


@dataclass(frozen=True)
class Size:
    """How many dates there are, and how long each half of a round lasts (seconds)."""

    events: int = 1_000
    rounds: int = 6
    seconds: float = 0.5


async def measure(land: Land, size: Size = Size()) -> Report:
    """Seconds for one answer after another over one connection, then answers per second over several."""
    async with land.ground() as ground:
        await filling.add_appointments(ground, size.events)
        await keep_entries(ground.hq.now, WRITER, size.events)
        await filling.settle()
        secret = (await address(ground)).split("/")[2]
        with serving(Application(ground.url)) as port, serving(Bare(ground.url, (Stored(),))) as bare:
            questions = await asked(port, secret, size)
            lines = [line for label, one in questions.items() for line in await compare(port, bare, label, one, size)]
    workload = (
        f"{size.events:,}件のカレンダーを CalDAV で読む。1回の時間は接続1、回数は接続{load.CONNECTIONS}。"
        "天井は、取っておいた同じ応答を素の Starlette で返すもの"
    )
    return Report("caldav", workload, tuple(lines))


async def asked(port: int, secret: str, size: Size) -> Mapping[str, Asked]:
    """The three questions. Raises Stopped where there are not as many dates as there should be."""
    login = {"Authorization": f"Basic {b64encode(f'bench:{secret}'.encode()).decode()}", "Content-Type": "text/xml"}

    def question(method: str, body: str, depth: str) -> Asked:
        return load.ask(method, CALENDAR, body.encode(), {**login, "Depth": depth}, 207)

    everything = (await load.once(port, question("REPORT", SYNC.format(""), "1"))).body.decode()
    hrefs = HREF.findall(everything)
    if len(hrefs) != size.events:
        raise Stopped("CalDAV の予定の数が合いません。")
    token = TOKEN.findall(everything)[-1]
    wanted = "".join(f"<href>{href}</href>" for href in hrefs)
    return {
        "変わりがあるかどうか（PROPFIND getctag）": question("PROPFIND", GETCTAG, "0"),
        "変わりなし（sync-collection）": question("REPORT", SYNC.format(token), "1"),
        f"{size.events:,}件をまとめて（calendar-multiget）": question("REPORT", MULTIGET.format(wanted), "1"),
    }


async def compare(port: int, bare: int, label: str, question: Asked, size: Size) -> list[Compared]:
    """With the same bytes from a bare Starlette."""
    kept = await load.once(port, question)
    await load.once(bare, load.put(Stored.path, kept.body, {"ETag": '"kept"'}))
    halves = ((port, question), (bare, load.get(Stored.path)))
    each = await alternate(size.rounds, *(_one_by_one(*one, size) for one in halves))
    many = await alternate(size.rounds, *(partial(load.rate, *one, size.seconds) for one in halves))
    return [
        Compared(f"{label}1回", "秒", each[0], each[1]),
        Compared(label, "回/秒", many[0], many[1], is_rate=True),
    ]


def _one_by_one(port: int, asked: Asked, size: Size) -> Figure:
    async def measured() -> float:
        return 1 / await load.rate(port, asked, size.seconds, connections=1)

    return measured
