"""A year of a station's agreements through the door: what is promised, changed, renewed and ended, quarter by quarter,
and who may do none of it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from domain import agreements
from domain.actor import TOKYO, Actor, Role
from domain.agreements import Agreement
from domain.organizations import Organization, OrganizationKind
from tests import make
from tests.api.asking import done, figures, read, refused
from tests.make import Town

POWER, BANK, HAULIER = "架空電力株式会社", "見本信用金庫", "例示運送株式会社"
BODIES: dict[str, dict[str, Any]] = {
    POWER: {"kind": "COMPANY", "size": "LARGE", "isSmall": False},
    BANK: {"kind": "FINANCIAL_INSTITUTION", "size": "MEDIUM"},
    HAULIER: {"kind": "COMPANY", "size": "SMALL", "isSmall": True},
}
ENDS = "2026-12-31"


def on(who: Actor, day: str) -> Actor:
    """The same officer at nine on that day."""
    return make.at(who, datetime.combine(date.fromisoformat(day), time(9), TOKYO))


class Desk:
    """A station with its three partners, of whom one looks in, and headquarters, which approves."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.bodies: dict[str, str] = {}
        self.wrong: list[tuple[Actor, str]] = []

    async def open(self, bodies: dict[str, dict[str, Any]] = BODIES) -> None:
        town = self.town
        for name, facts in bodies.items():
            shown = await done(town.officer, "registerOrganization", "organization { id }", name=name, **facts)
            self.bodies[name] = shown["organization"]["id"]
        contact = await make.contact(town.officer, await Organization.get(name=next(iter(bodies))))
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        self.wrong = [
            (town.statistician, "NOT_ALLOWED"),
            (partner, "NOT_ALLOWED"),
            (town.other_officer, "NOT_FOUND"),
        ]

    async def takes(self, day: str, mutation: str, shown: str = "__typename", **input: Any) -> Any:
        """What the station does on that day, and nobody does whose business it is not."""
        for who, code in self.wrong:
            assert await refused(on(who, day), mutation, **input) == code, (mutation, who.role)
        return await done(on(self.town.officer, day), mutation, shown, **input)

    async def approves(self, day: str, mutation: str, **input: Any) -> None:
        """What headquarters alone does."""
        for who in (self.town.officer, self.town.statistician):
            assert await refused(on(who, day), mutation, **input) == "NOT_ALLOWED", mutation
        await done(on(self.town.hq, day), mutation, **input)

    async def signs(self, id: str, day: str, **days: Any) -> None:
        """An agreement in talks goes to headquarters and is signed by all its parties."""
        await done(on(self.town.officer, day), "submitAgreement", agreementId=id)
        await self.approves(day, "approveAgreement", agreementId=id)
        parties = "query($id: ID!) { agreement(id: $id) { parties(first: 50) { edges { node { id } } } } }"
        edges = (await read(on(self.town.officer, day), parties, id=id))["agreement"]["parties"]["edges"]
        signatures = [{"partyId": edge["node"]["id"], "name": f"署名者{n}"} for n, edge in enumerate(edges)]
        await self.takes(day, "signAgreement", agreementId=id, signedOn=day, signatures=signatures, **days)

    async def agrees(self, title: str, *names: str, expires_on: str | None = ENDS, **terms: Any) -> str:
        """The id of an agreement with these bodies that is signed on the first day."""
        ids = [self.bodies[name] for name in names]
        draft = {"kind": "JOINT_RESPONSE", "title": title, "organizationIds": ids, **terms}
        told = await done(self.town.officer, "proposeAgreement", "agreement { id }", **draft)
        id: str = told["agreement"]["id"]
        await done(self.town.officer, "negotiateAgreement", agreementId=id)
        await self.signs(id, "2026-07-01", expiresOn=expires_on)
        return id


async def promises(desk: Desk, drill: str, exchange: str) -> None:
    """One promise that is kept by hand, and one that is counted from encounters and kept once of two times."""
    kind = {"item": "DRILL", "what": "合同訓練", "timesPerYear": 1}
    held = await desk.takes(
        "2026-07-02", "enterAgreementCommitment", "agreementCommitment { id }", agreementId=drill, **kind
    )
    kind = {"item": "INFORMATION_EXCHANGE", "what": "意見交換", "timesPerYear": 2, "countedFrom": "ENCOUNTERS"}
    await desk.takes("2026-07-02", "enterAgreementCommitment", agreementId=exchange, **kind)
    kept = {"commitmentId": held["agreementCommitment"]["id"], "doneOn": "2026-08-05"}
    await desk.takes("2026-08-06", "noteCommitmentFulfilment", **kept)
    officer = on(desk.town.officer, "2026-08-20")
    met = {
        "kind": "CALL",
        "theme": "RELATIONSHIP",
        "organizationId": desk.bodies[BANK],
        "outcome": "手口を伝え合った。",
    }
    there = [{"officerId": f"Officer:{officer.person_id}"}, {"jobTitle": "総務課長"}]
    await done(officer, "noteEncounter", startsAt=officer.now.isoformat(), members=there, **met)


async def amended(desk: Desk, id: str) -> None:
    change = {"agreementId": id, "effectiveOn": "2026-11-01", "changes": "第3条に訓練を加える。"}
    told = await desk.takes("2026-10-20", "proposeAgreementAmendment", "agreementAmendment { id }", **change)
    await desk.approves("2026-10-22", "approveAgreementAmendment", amendmentId=told["agreementAmendment"]["id"])


async def renewed(desk: Desk, id: str) -> str:
    """The id of the agreement that takes its place, with its parties, once."""
    await desk.takes("2026-11-10", "discussAgreementRenewal", agreementId=id)
    days = {"effectiveOn": "2027-01-01", "expiresOn": "2027-12-31"}
    parties = "agreement { id parties { totalCount } }"
    told = (await desk.takes("2026-11-20", "renewAgreement", parties, agreementId=id, **days))["agreement"]
    assert told["parties"]["totalCount"] == 3, "the station and both companies"
    assert await refused(on(desk.town.officer, "2026-11-21"), "renewAgreement", agreementId=id, **days) == "CONFLICT"
    await desk.signs(told["id"], "2026-12-15")
    new: str = told["id"]
    return new


async def statuses(desk: Desk, *ids: str) -> list[str]:
    shown = "query($id: ID!) { agreement(id: $id) { status } }"
    return [(await read(on(desk.town.officer, "2027-03-01"), shown, id=id))["agreement"]["status"] for id in ids]


COUNTS = (
    *("AGREEMENTS_IN_FORCE", "AGREEMENTS_NEW", "AGREEMENTS_RENEWED", "AGREEMENTS_GONE_ON", "AGREEMENTS_AMENDED"),
    *("AGREEMENTS_ENDED", "AGREEMENTS_EXPIRED"),
)
WHO = ("PARTIES", "PARTIES_UNIQUE", "SMALL_PARTIES_UNIQUE")
SIZES = ("PARTIES_BY_SIZE", "AGREEMENTS_BY_SIZE")
KEPT = ("COMMITMENTS", "COMMITMENTS_FULFILLED", "COMMITMENT_FULFILMENT", "COMMITMENTS_KEPT")


async def as_counted(desk: Desk) -> None:
    """Quarter by quarter, as the statistician reads it when the year is over."""
    reader, unit = on(desk.town.statistician, "2027-04-05"), desk.town.station.name
    summer, autumn, winter = [
        await figures(reader, unit, period, *COUNTS, *WHO, *SIZES, *KEPT) for period in ("2026Q2", "2026Q3", "2026Q4")
    ]
    assert of(summer, *COUNTS) == {"AGREEMENTS_IN_FORCE": 4, "AGREEMENTS_NEW": 4}
    assert of(summer, *WHO) == {"PARTIES": 6, "PARTIES_UNIQUE": 3, "SMALL_PARTIES_UNIQUE": 2}
    for size in ("LARGE", "MEDIUM", "SMALL"):
        assert of(summer, *SIZES, kind=size) == {"PARTIES_BY_SIZE": 1, "AGREEMENTS_BY_SIZE": 2}
    assert of(summer, *KEPT) == dict(zip(KEPT, (2, 1, 50, 2), strict=True))
    assert of(summer, *KEPT, kind="DRILL") == dict(zip(KEPT, (1, 1, 100, 1), strict=True))
    assert of(autumn, *COUNTS) == {
        **{"AGREEMENTS_IN_FORCE": 4, "AGREEMENTS_AMENDED": 1},
        **{"AGREEMENTS_ENDED": 1, "AGREEMENTS_EXPIRED": 1},
    }
    assert of(winter, *COUNTS) == {
        **{"AGREEMENTS_IN_FORCE": 2, "AGREEMENTS_RENEWED": 1},
        **{"AGREEMENTS_GONE_ON": 1, "AGREEMENTS_ENDED": 1},
    }
    assert of(winter, *WHO) == {"PARTIES": 4, "PARTIES_UNIQUE": 3, "SMALL_PARTIES_UNIQUE": 2}
    assert of(winter, *KEPT) == {"COMMITMENTS": 2}, "what is renewed promises anew"


def of(found: dict[tuple[str, str | None], float], *measures: str, kind: str | None = None) -> dict[str, float]:
    """Those that are not 0, of one kind or of all together."""
    return {measure: found[measure, kind] for measure in measures if (measure, kind) in found}


def test_s1_a_year_of_agreements_that_are_kept_amended_renewed_go_on_expire_and_are_given_up(play: Any) -> None:
    async def story(town: Town) -> None:
        desk = Desk(town)
        await desk.open()
        joint = await desk.agrees("共同対処協定", POWER, HAULIER)
        lasting = await desk.agrees("連携協定", BANK, HAULIER, autoRenewsMonths=12, noticeDays=30)
        left = await desk.agrees("申合せ", BANK, autoRenewsMonths=12, noticeDays=30)
        open_ended = await desk.agrees("覚書", POWER, expires_on=None)
        await promises(desk, joint, lasting)
        await amended(desk, open_ended)
        new = await renewed(desk, joint)
        why = {"agreementId": left, "reason": "合併により主体が変わるため"}
        await desk.takes("2026-11-30", "giveAgreementNotice", **why)
        late = on(town.officer, "2026-12-02")
        assert await refused(late, "giveAgreementNotice", **why | {"agreementId": lasting}) == "INVALID"
        await agreements.expire(on(town.officer, "2027-01-01").now - timedelta(hours=8))
        await desk.approves(
            "2027-02-10", "terminateAgreement", agreementId=open_ended, reason="双方の合意", on="2027-02-10"
        )
        assert await statuses(desk, joint, new, lasting, left, open_ended) == [
            *("RENEWED", "IN_FORCE", "IN_FORCE", "EXPIRED", "TERMINATED")
        ]
        assert await Agreement.all().count() == 5
        await as_counted(desk)

    play(story)


def test_s37_whoever_the_seeds_count_among_private_businesses_is_a_party_and_counts_as_what_it_is(play: Any) -> None:
    async def story(town: Town) -> None:
        desk, kinds = Desk(town), [kind.value for kind in OrganizationKind]
        assert len(kinds) > 20
        bodies = {f"例示{kind}": {"kind": kind} for kind in kinds}
        for who in (town.statistician, town.admin):
            assert await refused(who, "registerOrganization", name="例示", **bodies["例示JC3"]) == "NOT_ALLOWED"
        await desk.open(bodies)
        await desk.agrees("連携協定", *bodies)
        by_kind = ("PARTIES_BY_BUSINESS", "AGREEMENTS_BY_BUSINESS")
        found = await figures(on(town.statistician, "2026-10-05"), town.station.name, "2026Q2", *by_kind)
        assert {(measure, kind): 1 for measure in by_kind for kind in kinds}.items() <= found.items()
        assert [found[measure, None] for measure in by_kind] == [len(kinds), 1]

    play(story)
