"""An agreement through the door, from the first talk to what it promised and kept, and to the figures."""

from datetime import date
from typing import Any

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
