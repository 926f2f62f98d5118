"""An agreement through the door, from the first talk to what it promised and kept, and to the figures."""

from datetime import date
from typing import Any

from domain import agreements
from domain.actor import Actor, Role
from domain.agreements import Agreement
from domain.organizations import Organization
from tests import make
from tests.api.asking import change, codes, read
from tests.make import Town

KEPT = "{ commitmentsKept { title what owed fulfilled missing lastOn } }"
WHOLE = """
    query($id: ID!) {
      agreement(id: $id) {
        status expiresOn lastsUntil autoRenewsMonths retentionUntil moreNumbers
        amendments(first: 5) { edges { node { status changes } } }
        extensions(first: 5) { edges { node { kind until } } }
        commitments(first: 5) { edges { node { what fulfilments(first: 5) { totalCount } } } }
      }
    }"""


VALID = "query($id: ID!) { agreement(id: $id) { validity noticeBy } }"


def test_how_long_it_lasts_is_told_in_words_to_both_sides(play: Any) -> None:
    async def story(town: Town) -> None:
        us, hq = town.officer, town.hq

        async def said(who: Actor, agreement: Agreement) -> tuple[str | None, str | None]:
            shown = (await read(who, VALID, id=f"Agreement:{agreement.id}"))["agreement"]
            return shown["validity"], shown["noticeBy"]

        assert await said(us, await make.proposed(us, "例示ガス株式会社")) == (None, None)
        endless = await make.in_force(town, "例示運送株式会社", expires_on=None)
        assert await said(us, endless) == ("2026年7月1日から（期間の定めなし）", None)
        terms = {"auto_renews_months": 12, "notice_days": 30}
        agreement = await make.in_force(town, "架空電力株式会社", terms=terms)
        body = await Organization.get(name="架空電力株式会社")
        partner = make.outsider(us, Role.PARTNER, await make.contact(us, body))
        told = "2026年7月1日から2027年3月31日まで。2027年3月1日までに更新しない旨の通知がなければ、12か月ずつ自動更新"
        assert await said(us, agreement) == await said(partner, agreement) == (told, "2027-03-01")
        await agreements.extend(us, agreement.id, until=date(2027, 9, 30), reason="協議に時間を要するため")
        assert (await said(us, agreement))[0].startswith(  # type: ignore[union-attr]
            "2026年7月1日から2027年9月30日まで（協定書では2027年3月31日まで）。2027年8月31日までに"
        )
        await agreements.give_notice(us, agreement.id, reason="先方の申出")
        told = "2026年7月1日から2027年9月30日まで（協定書では2027年3月31日まで）"
        assert await said(partner, agreement) == (told, None)
        await agreements.terminate(hq, agreement.id, reason="相手方の解散")
        assert await said(partner, agreement) == (f"2026年7月1日から{us.today:%Y年%-m月%-d日}まで（終了）", None)

    play(story)


def test_it_is_amended_extended_filed_and_kept(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        us, id = town.officer, {"agreementId": f"Agreement:{agreement.id}"}
        change_of = {"effectiveOn": "2026-07-01", "changes": "第3条に訓練を加える。"}
        proposed = await change(us, "proposeAgreementAmendment", "agreementAmendment { id }", **id, **change_of)
        amendment = {"amendmentId": proposed["data"]["proposeAgreementAmendment"]["agreementAmendment"]["id"]}
        refused = await change(us, "approveAgreementAmendment", "agreementAmendment { id }", **amendment)
        assert codes(refused)[0][0] == "NOT_ALLOWED"
        for who, verb, payload, told in (
            (town.hq, "approveAgreementAmendment", "agreementAmendment { status }", amendment),
            (us, "extendAgreement", "agreement { id }", id | {"until": "2027-09-30", "reason": "協議中のため"}),
            (us, "fileAgreement", "agreement { id }", id | {"retentionYears": 3, "moreNumbers": ["例商発第3号"]}),
        ):
            assert "errors" not in await change(who, verb, payload, **told), verb
        promised = {"item": "DRILL", "what": "合同訓練", "timesPerYear": 2}
        entered = await change(us, "enterAgreementCommitment", "agreementCommitment { id }", **id, **promised)
        commitment = entered["data"]["enterAgreementCommitment"]["agreementCommitment"]["id"]
        done = {"commitmentId": commitment, "doneOn": "2026-07-01"}
        assert "errors" not in await change(us, "noteCommitmentFulfilment", "agreementFulfilment { id }", **done)
        [kept] = (await read(us, KEPT))["commitmentsKept"]
        assert (kept["owed"], kept["fulfilled"], kept["missing"], kept["lastOn"]) == (2, 1, 1, "2026-07-01")
        whole = (await read(us, WHOLE, id=id["agreementId"]))["agreement"]
        assert (whole["expiresOn"], whole["lastsUntil"]) == ("2027-03-31", "2027-09-30")
        assert (whole["retentionUntil"], whole["moreNumbers"]) == ("2030-03-31", ["例商発第3号"])
        assert whole["amendments"]["edges"] == [{"node": {"status": "AGREED", "changes": "第3条に訓練を加える。"}}]
        assert whole["extensions"]["edges"] == [{"node": {"kind": "EXTENSION", "until": "2027-09-30"}}]
        assert date.fromisoformat(whole["lastsUntil"]) > date.fromisoformat(whole["expiresOn"])
        assert await read(town.other_officer, KEPT) == {"commitmentsKept": []}

    play(story)
