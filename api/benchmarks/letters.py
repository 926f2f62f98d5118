"""Invitations to drills: what is owed is decided on, written as a mail with its calendar part, posted, and marked.

The ceilings post the very same mails, written beforehand, to the same sink: over connections that stay open, which is
all that the sink can do, and as the program posts, with a connection for each. Neither asks a database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiosmtplib

from api.benchmarks import filling
from api.benchmarks.ground import KEY, Ground, Land
from api.benchmarks.measuring import Compared, Figure, Report, alternate, timed
from api.benchmarks.serving import BASE
from api.benchmarks.sink import READER, SENDER, open_sink, pour
from api.errors import Stopped
from domain import database, drills
from domain.drills import DrillFormat, DrillThreat
from domain.organizations import Contact
from domain.outbox import Letter
from jobs import mail
from jobs.post import SmtpPost
from jobs.post_letters import AT_ONCE, Desk, Outcome, envelope, post_letters

OWED_AGAIN = """
    UPDATE letter SET sent_at = NULL, spared_at = NULL, stamped_at = NULL, leased_until = NULL, attempts = 0,
        gathers = true"""


SENT = "UPDATE letter SET sent_at = owed_at WHERE id NOT IN (SELECT id FROM letter ORDER BY id LIMIT $1)"


@dataclass(frozen=True)
class Size:
    """How many letters, and to how many people each drill writes."""

    letters: int = 1_000
    seats: int = 20
    rounds: int = 4


async def measure(land: Land, size: Size = Size()) -> Report:
    """Invitations per second; about a minute."""
    async with land.ground() as ground:
        await owe(ground, size)
        with open_sink() as port:
            lines = await compare(port, ground.hq.now + timedelta(minutes=1), size)
    workload = (
        f"訓練の招待{size.letters:,}通を、送るかどうか決め、予定つきのメールに組み立て、SMTP で送り、発送済みにする。"
        "天井は、組み立てずみの同じメールを同じ受け手に送るだけのもの"
    )
    return Report("letters", workload, tuple(lines))


async def owe(ground: Ground, size: Size) -> None:
    """So many invitations, after the model of one that an officer has given."""
    starts_at = ground.hq.now + timedelta(days=28)
    drill = await drills.plan(
        ground.hq,
        title="共同対処訓練",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        objectives=["警察への通報を15分以内に行う"],
        format=DrillFormat.TABLETOP,
        threat=DrillThreat.RANSOMWARE,
        place="県警察本部 大会議室",
    )
    await drills.open_planning(ground.hq, drill.id)
    contact = await Contact.get(person_id=ground.partner.person_id)
    await drills.invite(ground.hq, drill.id, contact_id=contact.id)
    await filling.add_invitations(ground, -(-size.letters // size.seats), size.seats, size.letters)
    await filling.settle()


async def count_as_sent(but: int = 0) -> None:
    """All letters but so many."""
    await database.execute(SENT, but)


async def compare(port: int, now: datetime, size: Size) -> list[Compared]:
    """Raises Stopped where not every letter leaves."""
    desk = Desk(SmtpPost("127.0.0.1", port, "none"), BASE, SENDER, KEY)
    mails = [mail.message(envelope(now, desk, letter)) for letter in await Letter.all()]
    if len(mails) != size.letters:
        raise Stopped("招待の数が合いません。")

    def a_second(figure: Figure) -> Figure:
        async def measured() -> float:
            return size.letters / await figure()

        return measured

    async def ours() -> float:
        await database.execute(OWED_AGAIN)
        return await timed(lambda: all_posted(now, desk, size.letters))()

    posted, poured, alike = await alternate(
        size.rounds,
        a_second(ours),
        a_second(timed(lambda: pour(port, mails, AT_ONCE))),
        a_second(timed(lambda: posted_alike(port, mails))),
    )
    return [
        Compared("招待を組み立てて送る（天井は開いたままの接続）", "通/秒", posted, poured, is_rate=True),
        Compared("招待を組み立てて送る（天井も1通ごとに接続）", "通/秒", posted, alike, is_rate=True),
    ]


async def all_posted(now: datetime, desk: Desk, count: int) -> None:
    while count > 0:
        outcomes = await post_letters(now, desk)
        if set(outcomes) != {Outcome.POSTED}:
            raise Stopped("計測中に、送れない招待がありました。")
        count -= outcomes[Outcome.POSTED]


async def posted_alike(port: int, mails: Sequence[bytes]) -> None:
    """By the client that the program posts with, so many at once as it does."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(written: bytes) -> None:
        async with gate, aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="bench") as client:
            await client.sendmail(SENDER, [READER], written)

    await asyncio.gather(*map(one, mails))
