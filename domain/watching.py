"""見守り: how much personal data one account is shown, and who hears where it is unusually much.

Both go by the looks (`looks`), which stand in the database: every process counts the same. An account that has been
shown its share of an hour or a day is answered again as it falls out of it. Who pages through everything slowly stays
below that; of them, and of every larger export, the liaison officers of headquarters get a letter, the same evening.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from domain import letters
from domain.accounts import Account, telling
from domain.actor import TOKYO, Bearer, Role
from domain.database import rows
from domain.errors import RateLimited
from domain.japanese import clock, day_with_weekday
from domain.looks import MANY, Door
from domain.people import Person
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import routine

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Share(NamedTuple):
    """Personal rows (class 2 and 3) that one account is shown, of a list everybody in it: at most in an `hour` and a
    `day`, each time they are shown, and so many different ones in a day that it is `unusual`."""

    hour: int
    day: int
    unusual: int


DESK = Share(hour=10_000, day=30_000, unusual=500)
ONE_BODY = Share(hour=500, day=2_000, unusual=100)
SHARES: Mapping[Role, Share] = {
    Role.HQ_LIAISON: Share(hour=20_000, day=60_000, unusual=2_000),
    Role.ADMIN: DESK,
    Role.STATION_LIAISON: DESK,
    Role.PARTNER: Share(hour=1_000, day=5_000, unusual=200),
    Role.SCHOOL: ONE_BODY,
    Role.VOLUNTEER: ONE_BODY,
}
"""A page of fifty people every ten seconds is 18,000 an hour, more than anybody reads; a company, a school or a
volunteer sees a few dozen people at all. Statisticians and 警察庁 are shown nobody (`rights`)."""

UNUSUAL_EXPORT = MANY
"""Rows that leave by a file or the command line: these the program does not see again."""


@dataclass(frozen=True)
class Shown:
    """How many personal rows an account was shown in the hour and the day before an instant."""

    hour: int = 0
    day: int = 0

    def must_leave_some(self, share: Share) -> None:
        """Raises RateLimited where an hour's or a day's share has been shown."""
        for shown, most, name, wait in ((self.hour, share.hour, "1時間", HOUR), (self.day, share.day, "1日", DAY)):
            if shown >= most:
                said = (
                    f"{name}に表示できる個人情報の量（{most:,}件）に達しました。時間をおいてから条件をしぼって"
                    "開いてください。急ぐときは県本部の連携担当に相談してください。"
                )
                raise RateLimited(said, retry_after=int(wait.total_seconds()) // 6)


SHOWN = """
    SELECT coalesce(sum(persons) FILTER (WHERE at > $3), 0)::int AS hour, coalesce(sum(persons), 0)::int AS day
    FROM look, LATERAL (
        SELECT jsonb_array_length(rows) + coalesce(sum(value::int - 1), 0) AS persons FROM jsonb_each_text(listed)) each
    WHERE person_id = $1 AND role = $2 AND at > $4 AND at <= $5"""


async def shown(now: datetime, person_id: UUID, role: Role) -> Shown:
    """What a person was shown in a role, by whichever door and process; everybody in a list counts."""
    (found,) = await rows(SHOWN, person_id, role.value, now - HOUR, now - DAY, now)
    return Shown(**found)


# A row is counted once, with as many persons as stood in it at most.
COUNTED = """
    WITH line AS (
        SELECT look.*, (at AT TIME ZONE 'Asia/Tokyo')::date AS day FROM look WHERE at >= $1 AND rows <> '[]'),
    each AS (
        SELECT person_id, prefecture_id, role, day, max(coalesce((listed->>shown)::int, 1)) AS persons,
            bool_or(door <> $2) AS is_exported
        FROM line, jsonb_array_elements_text(rows) AS shown GROUP BY person_id, prefecture_id, role, day, shown)
    SELECT person_id, prefecture_id, role, day, sums.rows, sums.exported, count(*) AS looks,
        min(at) AS first, max(at) AS last, array_agg(DISTINCT key_id) FILTER (WHERE key_id IS NOT NULL) AS keys
    FROM line JOIN (
        SELECT person_id, prefecture_id, role, day, sum(persons)::int AS rows,
            coalesce(sum(persons) FILTER (WHERE is_exported), 0)::int AS exported
        FROM each GROUP BY person_id, prefecture_id, role, day) sums USING (person_id, prefecture_id, role, day)
    GROUP BY person_id, prefecture_id, role, day, sums.rows, sums.exported ORDER BY day, person_id"""


@dataclass(frozen=True)
class Finding:
    """What one person was shown on one day of Japan. `rows` are different ones, of a list everybody in it, `exported`
    those of them that left by a file or the command line; `keys` are the tokens and sessions through which."""

    person_id: UUID
    prefecture_id: UUID
    role: str
    day: date
    rows: int
    exported: int
    looks: int
    first: datetime
    last: datetime
    keys: list[UUID] | None

    @property
    def is_unusual(self) -> bool:
        share = SHARES.get(Role(self.role))
        return self.exported > UNUSUAL_EXPORT or (share is not None and self.rows > share.unusual)

    @property
    def how_to_look(self) -> str:
        """The commands that tell whose data it was."""
        asked = f"renkei affected --from {self.day} --to {self.day}"
        by_key = [f"{asked} --key {key}" for key in self.keys or ()]
        return " / ".join([*by_key[:3], f"{asked} --by {self.person_id}"])


@routine
async def tell_of_unusual(now: datetime) -> int:
    """Write of each person who was shown unusually much today or yesterday to the liaison officers of headquarters; how
    many findings. The same day's is told once, whenever it passes the mark."""
    since = datetime.combine(now.astimezone(TOKYO).date() - DAY, time(), TOKYO)
    counted = [Finding(**row) for row in await rows(COUNTED, since, Door.GRAPHQL.value)]
    unusual = [finding for finding in counted if finding.is_unusual]
    for finding in unusual:
        await _tell(now, finding)
    return len(unusual)


async def _tell(now: datetime, finding: Finding) -> None:
    """To every liaison officer but the one it is about; where there is no other, to headquarters' own address."""
    turn, facts = f"{finding.person_id}:{finding.day}", await _facts(finding)
    open_ones = Account.filter(Q(ended_at=None) | Q(ended_at__gt=now), prefecture_id=finding.prefecture_id)
    liaisons = (
        await open_ones.filter(role=Role.HQ_LIAISON).exclude(person_id=finding.person_id).exclude(mail_address="")
    )
    for account in liaisons:
        await telling.write(Bearer(now), account, "unusual-looks", turn, **facts)
    if not liaisons:
        await letters.write(Bearer(now), None, finding.prefecture_id, "unusual-looks", turn, facts)


async def _facts(finding: Finding) -> dict[str, str]:
    return {
        "who": await _called(finding.person_id),
        "shown_on": day_with_weekday(finding.day),
        "between": f"{clock(finding.first, wide=True)}から{clock(finding.last, wide=True)}まで",
        "count": f"{finding.rows:,}件（うち書き出し {finding.exported:,}件、閲覧の記録 {finding.looks:,}件）",
        "how": finding.how_to_look,
    }


async def _called(person_id: UUID) -> str:
    """Officers by name and post; of everybody else a letter says no more than where to look them up."""
    person = await Person.get(id=person_id)
    if not person.is_officer:
        return f"部外の利用者（番号 {person_id}）"
    return f"{(await Unit.get(id=person.unit_id)).name} {person.name}"
