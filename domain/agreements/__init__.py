"""共同対処協定: what the police and organisations have promised one another, from the first talk to its end.

`agreement` is the agreement, its parties and states; `drafting`, `signing`, `filing`, `amending`, `committing`,
`researching`, `lasting`, `renewing` and `ending` are what is done with them, in the order of life. Several parties
stand on both sides; one that joins or leaves later does so on a day. Text and signatories never change after signing.
Source: 大分 別表5(4)イ, 宮城 5(4)イ.
"""

from domain.agreements.agreement import (
    LABELS,
    MOVES,
    STANDING,
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationItem,
    Side,
    parties_visible_to,
    visible_to,
)
from domain.agreements.amending import LABELS as AMENDMENT_LABELS
from domain.agreements.amending import MOVES as AMENDMENT_MOVES
from domain.agreements.amending import (
    AgreementAmendment,
    AmendmentStatus,
    amendments_visible_to,
    approve_amendment,
    propose_amendment,
    withdraw_amendment,
)
from domain.agreements.committing import (
    DEEDS,
    AgreementCommitment,
    AgreementFulfilment,
    CountedFrom,
    Kept,
    commitments_kept,
    commitments_visible_to,
    end_commitment,
    enter_commitment,
    fulfilments_visible_to,
    note_fulfilment,
    take_back_fulfilment,
)
from domain.agreements.drafting import (
    add_party,
    approve,
    correct,
    entrust,
    negotiate,
    propose,
    remove_party,
    submit,
    withdraw_proposal,
)
from domain.agreements.ending import owe_notices, terminate
from domain.agreements.filing import file_document
from domain.agreements.lasting import (
    AgreementExtension,
    ExtensionKind,
    extend,
    extensions_visible_to,
    give_notice,
    take_back_notice,
)
from domain.agreements.renewing import discuss_renewal, expire, renew
from domain.agreements.researching import (
    OUTPUT_LABELS,
    OutputKind,
    ResearchOutput,
    note_output,
    outputs_visible_to,
    plan_research,
    take_back_output,
)
from domain.agreements.signing import Signature, accede, correct_number, let_withdraw, sign

__all__ = [
    "OUTPUT_LABELS",
    "OutputKind",
    "ResearchOutput",
    "note_output",
    "outputs_visible_to",
    "plan_research",
    "take_back_output",
    "file_document",
    "DEEDS",
    "AgreementCommitment",
    "AgreementFulfilment",
    "CountedFrom",
    "Kept",
    "commitments_kept",
    "commitments_visible_to",
    "end_commitment",
    "enter_commitment",
    "fulfilments_visible_to",
    "note_fulfilment",
    "take_back_fulfilment",
    "CooperationItem",
    "correct_number",
    "STANDING",
    "Agreement",
    "AgreementStatus",
    "expire",
    "approve",
    "withdraw_proposal",
    "discuss_renewal",
    "submit",
    "AgreementAmendment",
    "extend",
    "let_withdraw",
    "amendments_visible_to",
    "sign",
    "visible_to",
    "entrust",
    "AgreementKind",
    "take_back_notice",
    "Signature",
    "MOVES",
    "give_notice",
    "negotiate",
    "accede",
    "extensions_visible_to",
    "propose_amendment",
    "LABELS",
    "AgreementExtension",
    "owe_notices",
    "add_party",
    "terminate",
    "AmendmentStatus",
    "Side",
    "parties_visible_to",
    "correct",
    "AMENDMENT_LABELS",
    "withdraw_amendment",
    "AgreementParty",
    "ExtensionKind",
    "propose",
    "renew",
    "approve_amendment",
    "AMENDMENT_MOVES",
    "remove_party",
]
