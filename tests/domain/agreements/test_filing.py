"""Under what the signed document is filed, and until when it is kept."""

from datetime import date
from typing import Any

import pytest

from domain import agreements
from domain.agreements import Agreement
from domain.errors import Invalid, WrongState
from tests import make
from tests.make import Town


def test_it_is_kept_to_the_end_of_the_fiscal_year_after_that_of_signing_and_its_years(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        told = {"classification_code": "Ｆ－3", "more_numbers": [" 県例第12号 ", "例商発第3号"], "retention_years": 5}
        filed = await agreements.file_document(town.officer, agreement.id, **told)
        assert (filed.retention_years, filed.retention_until) == (5, date(2032, 3, 31))
        assert (filed.classification_code, filed.more_numbers) == ("Ｆ－3", ["県例第12号", "例商発第3号"])
        again = await agreements.file_document(town.officer, agreement.id, retention_years=1)
        assert (again.retention_until, again.more_numbers) == (date(2028, 3, 31), ["県例第12号", "例商発第3号"])

    play(story)


def test_what_is_not_signed_yet_is_no_document(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        with pytest.raises(WrongState, match="締結"):
            await agreements.file_document(town.officer, draft.id, retention_years=5)
        assert (await Agreement.get(id=draft.id)).version == draft.version

    play(story)


@pytest.mark.parametrize(
    "told",
    [{"retention_years": 0}, {"retention_years": 101}, {"more_numbers": [" "]}, {"more_numbers": ["号" * 61]}]
    + [{"more_numbers": [f"第{n}号" for n in range(11)]}],
)
def test_years_and_numbers_are_those_of_documents(play: Any, told: dict[str, Any]) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(Invalid) as refused:
            await agreements.file_document(town.officer, agreement.id, **told)
        assert refused.value.field == next(iter(told))
        assert (await Agreement.get(id=agreement.id)).version == agreement.version

    play(story)
