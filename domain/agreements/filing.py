"""文書としての協定: classification, further numbers and 原議保存期間 of the signed document, which stays as it is.

Source: S35 (警察庁 依命通達 and 宮城 headers): kept to 31 March of (fiscal year of signing + 1 + years).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import records
from domain.actor import LIAISONS, Actor
from domain.agreements.agreement import Agreement, visible_to
from domain.errors import Invalid, WrongState
from domain.japanese import retention_until, storable
from domain.verbs import verb

LONGEST_KEPT = 100
"""Years (年) for which a document is kept at most; 永年 is entered as these."""
MOST_NUMBERS, LONGEST_NUMBER = 10, 60


@verb(*LIAISONS)
async def file_document(
    actor: Actor,
    agreement_id: UUID,
    *,
    classification_code: str | None = None,
    more_numbers: Sequence[str] | None = None,
    retention_years: int | None = None,
    version: int | None = None,
) -> Agreement:
    """Say under what the signed document is filed, and for how many years; what is left out stays as it is.

    Raises WrongState before it is signed, Invalid for years that no document has.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    if agreement.signed_on is None:
        raise WrongState("文書の整理は締結してから入力できます。先に締結を入力してください。")
    told: dict[str, Any] = {}
    if classification_code is not None:
        told["classification_code"] = classification_code
    if more_numbers is not None:
        told["more_numbers"] = numbered(more_numbers)
    if retention_years is not None:
        told |= kept_for(agreement.signed_on, retention_years)
    return await records.change(actor, agreement, "agreement-filed", **told)


def kept_for(signed_on: date, years: int) -> dict[str, Any]:
    """原議保存期間 of what was signed that day. Raises Invalid for years that no document has."""
    if not 1 <= years <= LONGEST_KEPT:
        raise Invalid(f"保存期間は1年から{LONGEST_KEPT}年までで指定してください。", field="retention_years")
    return {"retention_years": years, "retention_until": retention_until(signed_on, years)}


def numbered(numbers: Sequence[str]) -> list[str]:
    """Each once, in their order. Raises Invalid for a blank or long one, or too many."""
    lines = [storable(number.strip(), field="more_numbers") for number in numbers]
    if not all(lines) or any(len(line) > LONGEST_NUMBER for line in lines) or len(lines) > MOST_NUMBERS:
        message = f"文書番号は{LONGEST_NUMBER}字以内のものを{MOST_NUMBERS}件まで、空欄を入れずに入力してください。"
        raise Invalid(message, field="more_numbers")
    return list(dict.fromkeys(lines))
