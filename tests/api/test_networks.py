"""Networks and JC3 through the door: a member is taken in, meets, is told and told better, and changes its
secretariat, from the first entry to the figure; and nobody does any of it whose business it is not."""

from datetime import datetime, timedelta
from typing import Any

from api.operations import document_of
from domain.actor import Actor, Role
from domain.organizations import Contact
from tests import make
from tests.api.asking import done, figures, read, refused
from tests.make import Town

SINCE = "2026-04-01"
MEMBERS = {
    "日本サイバー犯罪対策例示センター": ("JC3", "j@jc3.example"),
    "見本信用金庫": ("FINANCIAL_INSTITUTION", "k@bank.example"),
}
WARNED = {
    "title": "不正送金の手口に関する情報",
    "text": "取引の確認の手続を見直してください。",
    "theme": "ECONOMIC_SECURITY",
    "severity": "INFORMATION",
    "validUntil": "2026-08-31",
}
SENT = "notice { id status }"


class Network:
    """A network of headquarters, whose members come to its table; and whoever has no business with it."""

    def __init__(self, town: Town) -> None:
        self.town, self.id = town, ""
        self.members: list[str] = []
        self.contacts: list[str] = []
        self.partner: Actor = town.statistician

    async def takes(self, mutation: str, shown: str = "__typename", by: Actor | None = None, **input: Any) -> Any:
        """What its secretariat does, today unless somebody says when, and nobody else."""
        who = by or self.town.hq
        wrong = [(self.town.statistician, "NOT_ALLOWED"), (self.partner, "NOT_ALLOWED")]
        for other, code in wrong:
            assert await refused(make.at(other, who.now), mutation, **input) == code, (mutation, other.role)
        return await done(who, mutation, shown, **input)

    async def founded(self) -> None:
        hq = self.town.hq
        named = {"kind": "NETWORK", "name": "見本サイバー情報共有ネットワーク", "foundedOn": SINCE}
        self.id = (await self.takes("establishCouncil", "council { id }", **named))["council"]["id"]
        for name, (kind, mail) in MEMBERS.items():
            body = await self.takes("registerOrganization", "organization { id }", kind=kind, name=name)
            whose = {"organizationId": body["organization"]["id"]}
            who = {"role": "WORKING", "familyName": "例塚", "mailAddress": mail, "jobTitle": "課長"}
            known = await done(hq, "addContact", "contact { id }", **whose, **who)
            self.contacts.append(known["contact"]["id"])
            taken = {"councilId": self.id, **whose, "termFrom": SINCE}
            assert await refused(self.town.officer, "admitToCouncil", **taken) == "NOT_ALLOWED"
            admitted = await self.takes("admitToCouncil", "councilMembership { id }", **taken)
            self.members.append(admitted["councilMembership"]["id"])
        first = await Contact.get(id=self.contacts[0].partition(":")[2])
        self.partner = make.outsider(hq, Role.PARTNER, first)

    async def met(self) -> None:
        """JC3 comes, the bank does not."""
        begins = datetime.fromisoformat("2026-07-20T14:00:00+09:00")
        times = {"startsAt": begins.isoformat(), "endsAt": (begins + timedelta(hours=2)).isoformat()}
        said = {"title": "定例会", "agenda": ["手口の共有"], "place": "青浜県警察本部", **times}
        planned = await self.takes("planCouncilMeeting", "councilMeeting { id }", councilId=self.id, **said)
        meeting = {"meetingId": planned["councilMeeting"]["id"]}
        await self.takes("inviteCouncilMembers", **meeting)
        shown = "{ councilMeetings { edges { node { status title attendances { totalCount } } } } }"
        [seen] = (await read(self.partner, shown))["councilMeetings"]["edges"]
        assert seen["node"] == {"status": "INVITED", "title": "定例会", "attendances": {"totalCount": 0}}
        after = make.at(self.town.hq, begins + timedelta(days=1))
        came = [{"membershipId": self.members[0], "contactId": self.contacts[0]}]
        assert await refused(make.at(self.town.officer, after.now), "holdCouncilMeeting", **meeting, attended=came) == (
            "NOT_FOUND"
        )
        await self.takes("holdCouncilMeeting", by=after, **meeting, attended=came)

    async def valid(self) -> list[str]:
        """By the saved operation."""
        asked = document_of("notices_valid")
        found = (await read(self.town.hq, asked, today=self.town.hq.today.isoformat()))["notices"]
        return [edge["node"]["id"] for edge in found["edges"]]

    async def told_and_told_better(self) -> None:
        """A notice to all members goes out, and another in its place, which reaches them all again."""
        criteria = {"councilIds": [self.id]}
        sent = []
        for number, more in enumerate(({}, {"title": "不正送金の手口に関する情報（訂正）"})):
            replaced = {"replacesId": sent[0]} if number else {}
            draft = await self.takes("draftNotice", SENT, criteria=criteria, **WARNED | more, **replaced)
            assert await self.valid() == sent, "a draft holds for nobody"
            sent.append(draft["notice"]["id"])
            assert await refused(self.town.officer, "sendNotice", noticeId=sent[-1]) == "NOT_FOUND"
            await self.takes("sendNotice", noticeId=sent[-1], bodies=2)
        assert await self.valid() == sent[1:]
        whole = "query($id: ID!) { notice(id: $id) { status } }"
        statuses = [(await read(self.town.hq, whole, id=id))["notice"]["status"] for id in sent]
        assert statuses == ["REPLACED", "SENDING"]
        third = {"criteria": criteria, **WARNED, "replacesId": sent[0]}
        assert await refused(self.town.hq, "draftNotice", **third) == "WRONG_STATE"
        mine = (await read(self.partner, "{ notices { edges { node { title endedAt } } } }"))["notices"]["edges"]
        assert {one["node"]["title"]: one["node"]["endedAt"] is None for one in mine} == {
            "不正送金の手口に関する情報": False,
            "不正送金の手口に関する情報（訂正）": True,
        }

    async def handed_over(self, day: Actor) -> None:
        """Its secretariat becomes a station, which knows its members from then on."""
        seen = "query($id: ID!) { council(id: $id) { version memberships { totalCount } } }"
        officer = make.at(self.town.officer, day.now)
        assert (await read(officer, seen, id=self.id))["council"]["memberships"]["totalCount"] == 0
        council = (await read(day, seen, id=self.id))["council"]
        given = {"councilId": self.id, "version": council["version"], "unitId": f"Unit:{self.town.station.id}"}
        assert await refused(officer, "transferCouncil", **given) == "NOT_ALLOWED"
        await self.takes("transferCouncil", by=day, **given)
        assert (await read(officer, seen, id=self.id))["council"]["memberships"]["totalCount"] == 2


MEASURES = ("COUNCILS", "COUNCIL_MEMBERS_UNIQUE", "COUNCIL_MEETINGS", "MEETING_BODIES")
TOLD = ("NOTICES", "NOTICE_RECIPIENTS", "NOTICE_BODIES", "THEME_NOTICES", "THEME_NOTICE_BODIES")


def test_s6_s26_s27_jc3_is_a_member_meets_is_told_and_its_network_changes_its_secretariat(play: Any) -> None:
    async def story(town: Town) -> None:
        network = Network(town)
        await network.founded()
        await network.told_and_told_better()
        await network.met()
        await network.handed_over(make.at(town.hq, datetime.fromisoformat("2026-10-01T09:00:00+09:00")))
        reader = make.at(town.statistician, datetime.fromisoformat("2027-01-05T09:00:00+09:00"))
        summer = await figures(reader, town.prefecture.name, "2026Q2", *MEASURES, *TOLD)
        counts = {(name, kind): 1 for name in MEASURES for kind in (None, "NETWORK")}
        counts |= {("COUNCIL_MEMBERS_UNIQUE", kind): 2 for kind in (None, "NETWORK")}
        told = dict(zip(TOLD, (2, 4, 2, 2, 4), strict=True))
        themed = {name: "ECONOMIC_SECURITY" if "THEME" in name else "INFORMATION" for name in TOLD}
        counts |= {(name, kind): value for name, value in told.items() for kind in (None, themed[name])}
        assert summer == counts
        station = await figures(reader, town.station.name, "2026Q3", "COUNCILS", "COUNCIL_MEMBERS_UNIQUE")
        assert station["COUNCILS", "NETWORK"] == 1
        assert station["COUNCIL_MEMBERS_UNIQUE", "NETWORK"] == 2

    play(story)
