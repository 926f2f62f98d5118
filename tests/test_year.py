"""One quarter of one prefecture, from an empty database to the figures, through the doors only.

Rosters come in by the command line, everything else over HTTP; the mails are read from a real mail server, the feed
and the invitations by a parser that is not ours, and each figure of the workbook is recounted from what happened.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from icalendar import Calendar

from domain import database
from domain.actor import TOKYO
from domain.japanese import Period
from domain.statistics import TALLIES
from domain.units import Unit, UnitKind
from tests.api import serving
from tests.domain import recount
from tests.year.desk import House, event_in, house, link_in
from tests.year.house import SECRET

UNITS = """令和8年度 所属一覧,,,

所属コード,所属名,種別,電話番号
０１０１,見本警察署,警察署,０００－００００－０１０１
0102,例示警察署,警察署,000-0000-0102
"""
OFFICERS = """職員番号,氏名,フリガナ,所属,職名,メールアドレス
000101,髙見本 一郎,タカミモト イチロウ,見本警察署,生活安全課係長,ichiro@police.mihon.example
000102,試﨑 花子,シサキ ハナコ,サイバー犯罪対策課,課長補佐,hanako@police.mihon.example
000103,例塚 恵,レイヅカ メグミ,サイバー犯罪対策課,係長,megumi@police.mihon.example
000104,見本 次郎,ミホン ジロウ,例示警察署,生活安全課係長,jiro@police.mihon.example
"""
BODIES = """団体名,種別,法人番号,所属
㈱架空電力,企業,8999900000001,見本警察署
見本信用金庫,金融機関,7999900000002,見本警察署
"""
SCHOOLS = """学校名,学校コード,所属
見本市立見本小学校,B148299990018,見本警察署
"""
VOLUNTEERS = """氏名,年齢,種別,メールアドレス,所属
𠮷例 次郎,21,大学生,yoshirei@student.example,見本警察署
見本 小梅,16,サイバー防犯ボランティア,koume@pupil.example,見本警察署
"""
CONTACTS = """団体名,氏名,メールアドレス,役割
㈱架空電力,例 電太,denta@kaku.example,実務
見本信用金庫,例 金子,kinko@mihon-shinkin.example,実務
見本市立見本小学校,例 教子,kyoko@school.example,実務
"""

NAMES = ("見本 太郎", "髙見本", "試﨑", "例塚", "𠮷例", "小梅", "電太", "例 金子", "教子", "松子", "denta", "yoshirei")
"""Of people in the story; none is told to anybody who keeps logs or watches figures."""


class Story:
    """What is known so far: who acts by which token, and which quarter it is: the last one that is over, so that the
    command line, whose clock is the machine's, may count it too."""

    def __init__(self, home: House) -> None:
        self.home = home
        today = datetime.now(TOKYO).date()
        self.quarter = Period.quarter_of(today).previous()
        self.tokens: dict[str, str] = {}
        self.metrics = ""

    def day(self, number: int, hour: int = 10) -> datetime:
        """An instant on the n-th day of the quarter."""
        begins = self.quarter.starts_on
        return datetime(begins.year, begins.month, begins.day, hour, tzinfo=TOKYO) + timedelta(days=number)

    def id_of(self, kind: str, text: str) -> str:
        found = self.home.read(
            self.tokens["hq"],
            f"query($t: String) {{ {kind}(filter: {{text: $t}}) {{ edges {{ node {{ id }} }} }} }}",
            t=text,
        )
        [edge] = found[kind]["edges"]
        return str(edge["node"]["id"])

    def contact_of(self, name: str) -> str:
        document = "query($id: ID) { contacts(filter: {organization: $id}) { edges { node { id } } } }"
        found = self.home.read(self.tokens["hq"], document, id=self.id_of("organizations", name))
        return str(found["contacts"]["edges"][0]["node"]["id"])


def open_the_desk(story: Story) -> None:
    home = story.home
    told = home.renkei(
        *("init", "--code", "44", "--name", "見本県", "--domain", "police.mihon.example", "--admin", "見本 太郎"),
        *("--phone", "000-0000-0001", "--mail", "cyber@police.mihon.example"),
    )
    story.tokens["admin"] = told.splitlines()[1]
    rosters = {
        "units": UNITS,
        "officers": OFFICERS,
        "organizations": BODIES,
        "schools": SCHOOLS,
        "contacts": CONTACTS,
        "volunteers": VOLUNTEERS,
    }
    for kind, text in rosters.items():
        file = home.place / f"{kind}.csv"
        file.write_bytes(text.encode("cp932") if kind == "units" else text.encode("utf-8-sig"))
        assert "変わりなし0件" in home.renkei("import", kind, str(file))
    assert "新規0件、変更0件" in home.renkei("import", "volunteers", str(home.place / "volunteers.csv"))


def hand_out_tokens(story: Story) -> None:
    persons = {
        "station": ("000101", "STATION_LIAISON"),
        "hq": ("000102", "HQ_LIAISON"),
        "hq2": ("000103", "HQ_LIAISON"),
        "other_station": ("000104", "STATION_LIAISON"),
        "statistician": ("000103", "STATISTICIAN"),
        "partner": ("denta@kaku.example", "PARTNER"),
        "other_partner": ("kinko@mihon-shinkin.example", "PARTNER"),
    }
    for name, (person, role) in persons.items():
        line = story.home.renkei("token", "new", "--person", person, "--role", role, "--days", "366")
        story.tokens[name] = line.strip()


def sign_an_agreement(story: Story) -> None:
    home, station = story.home, story.tokens["station"]
    bodies = [story.id_of("organizations", name) for name in ("架空電力", "見本信用金庫")]
    agreement = home.do(
        station,
        "proposeAgreement",
        "agreement { id parties { edges { node { id } } } }",
        kind="JOINT_RESPONSE",
        title="サイバー犯罪に対する共同対処協定",
        organizationIds=bodies,
        items=["REPORTING", "DRILL"],
    )
    id = {"agreementId": agreement["id"]}
    home.do(station, "negotiateAgreement", "agreement { status }", **id)
    home.do(station, "submitAgreement", "agreement { status }", **id)
    home.do(story.tokens["hq"], "approveAgreement", "agreement { status }", **id)
    signatures = [
        {"partyId": edge["node"]["id"], "name": f"署名者{number}", "jobTitle": "代表"}
        for number, edge in enumerate(agreement["parties"]["edges"])
    ]
    expires_on = (story.quarter.ends_on + timedelta(days=400)).isoformat()
    signed = home.do(
        station,
        "signAgreement",
        "agreement { status allowedTransitions }",
        **id,
        signedOn=story.day(1).date().isoformat(),
        signatures=signatures,
        expiresOn=expires_on,
    )
    assert signed == {"status": "IN_FORCE", "allowedTransitions": ["RENEWING", "EXPIRED", "TERMINATED"]}


def appoint_volunteers(story: Story) -> None:
    home, hq = story.home, story.tokens["hq"]
    founded = {
        "name": "例示大学サイバー防犯ボランティア",
        "base": "STUDENT",
        "foundedOn": story.day(0).date().isoformat(),
    }
    home.do(story.tokens["station"], "establishVolunteerGroup", "volunteerGroup { id }", **founded)
    for name in ("吉例", "小梅"):
        id = {"volunteerId": story.id_of("volunteers", name)}
        home.do(hq, "screenVolunteer", "volunteer { status }", **id)
        if name == "小梅":
            appointment = "mutation($i: AppointVolunteerInput!) { appointVolunteer(input: $i) { volunteer { id } } }"
            refused = home.ask(hq, appointment, i={**id, "authority": "生活安全部長"})
            assert [error["extensions"]["code"] for error in refused["errors"]] == ["INCOMPLETE"]
            consent = {"guardianName": "見本 松子", "givenOn": story.day(1).date().isoformat()}
            home.do(hq, "recordGuardianConsent", "guardianConsent { scope }", **id, **consent)
        appointed = home.do(hq, "appointVolunteer", "volunteer { status termTo }", **id, authority="生活安全部長")
        assert appointed["status"] == "ACTIVE"
        assert appointed["termTo"].endswith("-03-31")
    assert "委嘱" in str(home.mail("yoshirei@student.example", 1)["Subject"])


def hold_an_activity(story: Story) -> None:
    home, station, day = story.home, story.tokens["station"], story.day(24, 13)
    activity = home.do(
        station,
        "planActivity",
        "volunteerActivity { id }",
        kind="EDUCATION",
        title="親子スマホ教室",
        startsAt=day.isoformat(),
        endsAt=(day + timedelta(minutes=90)).isoformat(),
        place="見本市民会館",
    )
    id = {"activityId": activity["id"]}
    people = [story.id_of("volunteers", name) for name in ("吉例", "小梅")]
    home.do(station, "inviteToActivity", "volunteerActivity { status }", **id, volunteerIds=people)
    for address in ("yoshirei@student.example", "koume@pupil.example"):
        link = link_in(home.mail(address, 2), "rsvp")
        assert "受け付けました" in serving.post(link, data={"partstat": "ACCEPTED"}).text
    home.do(station, "confirmActivity", "volunteerActivity { status }", **id)
    home.at(day + timedelta(hours=2))
    came = "query($id: ID!) { volunteerActivity(id: $id) { participations { edges { node { id } } } } }"
    parts = home.read(station, came, id=activity["id"])
    edges = parts["volunteerActivity"]["participations"]["edges"]
    attended = [{"participationId": edge["node"]["id"], "minutes": 90} for edge in edges]
    home.do(station, "holdActivity", "volunteerActivity { status }", **id, attended=attended)
    home.do(story.tokens["hq"], "approveActivityMinutes", "volunteerActivity { status }", **id)


def give_a_lecture(story: Story) -> None:
    home, station, day = story.home, story.tokens["station"], story.day(14, 13)
    lecture = home.do(
        station,
        "requestLecture",
        "lecture { id }",
        schoolId=story.id_of("organizations", "見本小学校"),
        contactId=story.contact_of("見本小学校"),
        theme="SNSの安全な使い方",
        audience="PUPIL_ELEM",
        expectedCount=60,
        startsAt=day.isoformat(),
        endsAt=(day + timedelta(minutes=50)).isoformat(),
    )
    id = {"lectureId": lecture["id"]}
    assert "SNSの安全な使い方" in str(home.mail("kyoko@school.example", 1)["Subject"])
    home.do(station, "acceptLecture", "lecture { status }", **id)
    lecturer = story.id_of("officers", "高見本")
    home.do(station, "assignLecturer", "lecture { status }", **id, personId=lecturer)
    asked = event_in(home.mail("ichiro@police.mihon.example", 1))
    home.do(station, "confirmLecture", "lecture { status }", **id)
    confirmed = event_in(home.mail("kyoko@school.example", 2))
    assert confirmed.uid == asked.uid
    assert confirmed.sequence == asked.sequence + 1
    assert confirmed.start == day

    home.at(day + timedelta(hours=2))
    counts = [{"audience": "PUPIL_ELEM", "count": 58}, {"audience": "TEACHER", "count": 3}]
    home.do(station, "deliverLecture", "lecture { status }", **id, durationMinutes=50, headCounts=counts)
    corrected = [{"audience": "PUPIL_ELEM", "count": 59}, {"audience": "TEACHER", "count": 3}]
    home.do(
        station, "correctHeadCounts", "lecture { totalParticipants }", **id, headCounts=corrected, reason="数え直し"
    )
    home.do(station, "reportLecture", "lecture { status }", **id)


def hold_a_drill(story: Story) -> None:
    home, later = story.home, story.day(44, 14)
    id = invite_to_a_drill(story, story.day(30, 14))
    invitation = home.mail("denta@kaku.example", 1)
    invited = event_in(invitation)
    answer_by_link(link_in(invitation, "rsvp"))
    told_back = event_in(home.mail("denta@kaku.example", 2))
    assert told_back.attendees[0].params["PARTSTAT"] == "ACCEPTED"
    assert told_back.sequence == invited.sequence
    see_it_in_the_feed(story, invited)
    keep_partners_apart(story, id["drillId"])
    confirm_and_postpone(story, id, invited, later)
    home.do(story.tokens["station"], "resumeInvitingToDrill", "drill { status }", **id)
    home.do(story.tokens["station"], "confirmDrill", "drill { status }", **id)
    home.at(later + timedelta(minutes=1))
    home.do(story.tokens["station"], "startDrill", "drill { status }", **id)
    home.at(later + timedelta(hours=4))
    finish_and_close(story, id)


def invite_to_a_drill(story: Story, starts_at: datetime) -> dict[str, str]:
    home, station = story.home, story.tokens["station"]
    drill = home.do(
        station,
        "planDrill",
        "drill { id }",
        title="ランサムウェア対応訓練",
        format="TABLETOP",
        threat="RANSOMWARE",
        startsAt=starts_at.isoformat(),
        endsAt=(starts_at + timedelta(hours=3)).isoformat(),
        place="見本市民会館",
        objectives=["初動の連絡を30分以内に行う"],
        scenario="想定は参加者に見せない",
    )
    id = {"drillId": str(drill["id"])}
    home.do(station, "openDrillPlanning", "drill { status }", **id)
    for name in ("架空電力", "見本信用金庫"):
        contact = story.contact_of(name)
        home.do(station, "inviteToDrill", "drill { status }", **id, contactId=contact, plannedCount=2)
    return id


def confirm_and_postpone(story: Story, id: dict[str, str], invited: Any, later: datetime) -> None:
    home, station = story.home, story.tokens["station"]
    home.do(station, "confirmDrill", "drill { status }", **id)
    confirmed = event_in(home.mail("denta@kaku.example", 4))
    moved_to = {"startsAt": later.isoformat(), "endsAt": (later + timedelta(hours=3)).isoformat()}
    home.do(station, "postponeDrill", "drill { status }", **id, reason="台風", **moved_to)
    postponed = event_in(home.mail("denta@kaku.example", 5))
    assert {event.uid for event in (invited, confirmed, postponed)} == {invited.uid}
    assert [event.sequence for event in (invited, confirmed, postponed)] == [0, 1, 2]
    assert postponed.start == later
    answer_by_link(link_in(home.mail("denta@kaku.example", 5), "rsvp"))


def answer_by_link(link: str) -> None:
    shown = serving.get(link)
    assert "ランサムウェア対応訓練" in shown.text
    assert "まだいただいていません" in serving.get(link).text
    assert "受け付けました" in serving.post(link, data={"partstat": "ACCEPTED", "remark": "2名で参ります"}).text


def see_it_in_the_feed(story: Story, invited: Any) -> None:
    home, partner = story.home, story.tokens["partner"]
    me = home.read(partner, "{ contacts { edges { node { person { id } } } } }")["contacts"]["edges"][0]["node"]
    home.do(partner, "openCalendarFeed", "calendarFeed { id }", personId=me["person"]["id"])
    address = link_in(home.mail("denta@kaku.example", 3), "cal")
    fetched = serving.get(address)
    event = Calendar.from_ical(fetched.content).events[0]
    assert (event.uid, event.sequence) == (invited.uid, invited.sequence)
    assert event.start == invited.start
    assert serving.get(address).content == fetched.content
    assert serving.get(address, headers={"If-None-Match": fetched.headers["ETag"]}).status_code == 304


def keep_partners_apart(story: Story, drill: str) -> None:
    home = story.home
    parts = "query($id: ID!) { drill(id: $id) { participations { totalCount } } }"
    assert home.read(story.tokens["partner"], parts, id=drill)["drill"]["participations"]["totalCount"] == 1
    secret = home.ask(story.tokens["partner"], "query($id: ID!) { drill(id: $id) { scenario } }", id=drill)
    assert [error["extensions"]["code"] for error in secret["errors"]] == ["NOT_ALLOWED"]
    assert home.read(story.tokens["other_station"], parts, id=drill) == {"drill": None}


def finish_and_close(story: Story, id: dict[str, str]) -> None:
    home, station = story.home, story.tokens["station"]
    parts = home.read(
        station,
        "query($id: ID!) { drill(id: $id) { participations { edges { node { id } } } } }",
        id=id["drillId"],
    )["drill"]["participations"]["edges"]
    attendance = [
        {"participationId": edge["node"]["id"], "count": count} for edge, count in zip(parts, (2, 3), strict=True)
    ]
    home.do(station, "finishDrill", "drill { status }", **id, attendance=attendance, policeCount=4)
    home.do(station, "evaluateDrill", "drill { status }", **id)
    home.do(station, "submitDrillReport", "drill { status }", **id, summary="連絡は20分で済んだ。")
    closed = home.do(story.tokens["hq"], "closeDrill", "drill { status }", **id)
    assert closed == {"status": "CLOSED"}


Cell = tuple[str, str, str]
"""The code of a unit ("" for all together), of what is counted, and of its kind ("" for all kinds)."""


def read_the_figures(story: Story) -> None:
    home, quarter = story.home, story.quarter
    after = datetime.combine(quarter.ends_on + timedelta(days=1), datetime.min.time(), TOKYO) + timedelta(hours=8)
    home.at(after)
    answer = serving.get(
        f"{home.base}/exports/statistics",
        params={"period": quarter.code, "format": "xlsx"},
        headers={"Authorization": f"Bearer {story.tokens['statistician']}"},
    )
    assert answer.status_code == 200, answer.text
    recounted = asyncio.run(recounted_in(home.url, quarter))
    assert figures_in(answer.content) == recounted
    once = ("LECTURES", "DRILLS", "AGREEMENTS_NEW", "ACTIVITIES", "VOLUNTEER_GROUPS")
    assert {recounted["0101", key, ""] for key in once} == {1}
    assert {recounted["0102", key, ""] for key in once} == {0}
    names_nobody(answer.content)
    assert totals_told(story) == {(key, kind): value for (unit, key, kind), value in recounted.items() if not unit}
    home.renkei("export", "statistics", "--period", quarter.code, "--format", "xlsx", "--out", "figures.xlsx")
    assert figures_in((home.place / "figures.xlsx").read_bytes()) == recounted
    refused = serving.get(
        f"{home.base}/exports/statistics", headers={"Authorization": f"Bearer {story.tokens['partner']}"}
    )
    assert refused.status_code == 403
    story.metrics = serving.get(
        f"{home.base}/metrics", headers={"Authorization": f"Bearer {story.tokens['admin']}"}
    ).text


def totals_told(story: Story) -> dict[tuple[str, str], float | str]:
    """Every figure of the prefecture, of each kind and of all together, as the statistician reads it by GraphQL."""
    document = """query($period: String!) { statistics(period: $period) {
        figures(byKind: true) { isTotal measure kind value } } }"""
    told = story.home.read(story.tokens["statistician"], document, period=story.quarter.code)["statistics"]["figures"]
    whole = [one for one in told if one["isTotal"]]
    return {(one["measure"], one["kind"] or ""): shown(one["value"]) for one in whole}


def figures_in(workbook: bytes) -> dict[Cell, Any]:
    """Every figure of the flat sheet: all stations, all kinds, all totals."""
    sheet = openpyxl.load_workbook(BytesIO(workbook))["データ"]
    heading, *rows = sheet.iter_rows(values_only=True)
    named = [dict(zip(heading, row, strict=True)) for row in rows]
    found = {(row["所属コード"] or "", row["項目コード"], row["種別コード"] or ""): row["値"] for row in named}
    assert len(found) == len(rows)
    return found


async def recounted_in(url: str, period: Period) -> dict[Cell, Any]:
    """The same figures, counted again by plain loops over the rows that the story has left."""
    async with database.opened(url):
        items, places = await recount.recounted(period, period.ends_on), await recount.rows_of()
        units = {unit.id: unit for unit in await Unit.all()}
    counted: dict[Cell, Any] = {}
    for tally in TALLIES:
        for kind in ("", *tally.facts.kinds):
            known = [item for item in items[tally.key] if kind in ("", item[1])]
            counted["", tally.key, kind] = shown(recount.figure(tally.key, kind, known))
            for row in {*places.values()}:
                own, is_station = (
                    [item for item in known if places[item[0]] == row],
                    units[row].kind is UnitKind.STATION,
                )
                figure = recount.figure(tally.key, kind, own, is_station=is_station)
                counted[units[row].code, tally.key, kind] = shown(figure)
    return counted


def shown(figure: int | float | Decimal | None) -> float | str:
    """As it stands in a cell."""
    return "-" if figure is None else float(figure)


def names_nobody(workbook: bytes) -> None:
    """No cell of any sheet names a person or an address."""
    sheets = openpyxl.load_workbook(BytesIO(workbook)).worksheets
    text = "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    assert "見本警察署" in text
    for name in ("髙見本", "𠮷例", "小梅", "例 電太", "署名者", "denta", "@"):
        assert name not in text


@pytest.fixture
def story(new_database: Callable[[], str], tmp_path: Path) -> Any:
    now = datetime.now(TOKYO)
    with house(new_database(), tmp_path, now) as home:
        told = Story(home)
        yield told
    keeps_to_itself_who_was_meant(told)


def keeps_to_itself_who_was_meant(story: Story) -> None:
    """What web and jobs have written down, and the names of the files: nobody's name or address, no key to a door."""
    home, written = story.home, "".join(story.home.log)
    kept = written + story.metrics + "\n".join(path.name for path in home.place.rglob("*"))
    keys = home.box.keys()
    assert len(keys) > 5
    for word in (*NAMES, *story.tokens.values(), *keys, SECRET, "@"):
        assert word not in kept
    assert {"/graphql", "/rsvp/{token}", "/cal/{token}/calendar.ics"} <= {line.get("route") for line in lines(written)}
    assert 'route="/rsvp/{token}"' in story.metrics


def lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def test_a_quarter_of_the_desk_through_its_doors(story: Story) -> None:
    open_the_desk(story)
    hand_out_tokens(story)
    story.home.at(story.day(1))
    sign_an_agreement(story)
    appoint_volunteers(story)
    give_a_lecture(story)
    story.home.at(story.day(20))
    hold_an_activity(story)
    hold_a_drill(story)
    read_the_figures(story)
