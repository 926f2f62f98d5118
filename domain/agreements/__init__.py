"""共同対処協定: what the police and organisations have promised one another, from the first talk to its end.

`agreement` is the agreement, its parties and states; `drafting`, `signing`, `renewing` and `ending` are what is done
with them, in the order of life. Several parties stand on both sides; one that joins or leaves later does so on a day.
Text and signatories never change after signing. Source: 大分 別表5(4)イ, 宮城 5(4)イ.
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
from domain.agreements.renewing import discuss_renewal, expire, renew
from domain.agreements.signing import Signature, accede, correct_number, let_withdraw, sign

__all__ = [
    "LABELS",
    "MOVES",
    "STANDING",
    "Agreement",
    "AgreementKind",
    "AgreementParty",
    "AgreementStatus",
    "CooperationItem",
    "Side",
    "Signature",
    "accede",
    "add_party",
    "approve",
    "correct",
    "correct_number",
    "discuss_renewal",
    "entrust",
    "expire",
    "let_withdraw",
    "negotiate",
    "owe_notices",
    "parties_visible_to",
    "propose",
    "remove_party",
    "renew",
    "sign",
    "submit",
    "terminate",
    "visible_to",
    "withdraw_proposal",
]
