"""Which bodies may be one and the same, and why; and which are two for sure."""

from datetime import timedelta
from typing import Any

import pytest

from domain import organizations
from domain.errors import NotAllowed, NotFound
from domain.japanese.keys import COMPANY_FORMS
from domain.organizations import Contact, DuplicateReason, Organization, duplicates, find_duplicates
from tests import make
from tests.api.asking import read
from tests.make import Town

NUMBERS = ("8999900000001", "7999900000002")
CORPORATE_NUMBER, NAME, MAIL_DOMAIN = DuplicateReason
TOWN, ANOTHER = "011002", "041009"


async def reasons(who: Any) -> list[tuple[DuplicateReason, ...]]:
    return [pair.reasons for pair in await find_duplicates(who)]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"name": "㈱架空電力"}, {"name": "架空電力株式会社", "municipality_code": TOWN}, [(NAME,)]),
        ({"name": "架空・電力"}, {"name": "架空電力㈱"}, [(NAME,)]),
        ({"name": "架空電力", "municipality_code": ANOTHER}, {"name": "架空電力", "municipality_code": TOWN}, []),
        ({"name": "架空電力", "corporate_number": NUMBERS[0]}, {"name": "㈱架空電力"}, [(NAME,)]),
        (
            {"name": "架空電力", "corporate_number": NUMBERS[0]},
            {"name": "㈱架空電力", "corporate_number": NUMBERS[1]},
            [],
        ),
        (
            {"name": "例示大学", "corporate_number": NUMBERS[0]},
            {"name": "学校法人例示", "corporate_number": NUMBERS[0], "school_code": "B148299990018"},
            [(CORPORATE_NUMBER,)],
        ),
        ({"name": "架空電力"}, {"name": "架空電力送配電"}, []),
    ],
)
def test_two_bodies_may_be_one_by_number_or_name_and_are_two_where_these_differ(
    play: Any, first: dict[str, Any], second: dict[str, Any], found: list[Any]
) -> None:
    async def story(town: Town) -> None:
        for facts in (first, second):
            await make.company(town.officer, **facts)
        assert await reasons(town.officer) == found

    play(story)


async def with_mail(who: Any, name: str, address: str, **facts: Any) -> Organization:
    body = await make.company(who, name, **facts)
    await make.contact(who, body, mail_address=address)
    return body


def test_the_mailboxes_of_two_bodies_on_one_domain_count_and_those_of_many_do_not(play: Any) -> None:
    async def story(town: Town) -> None:
        head = await with_mail(town.officer, "架空電力ホールディングス", "a@denryoku.example")
        branch = await with_mail(town.officer, "電力の架空", "B@Denryoku.example")
        for number in range(4):
            await with_mail(town.officer, f"例示{number}商店", f"shop{number}@provider.example")
        leaving = await Contact.get(organization_id=branch.id)
        on = town.officer.today + timedelta(days=30)
        await organizations.retire_contact(town.officer, leaving.id, version=leaving.version, on=on)
        assert await reasons(town.officer) == [(MAIL_DOMAIN,)]
        await organizations.place_below(town.officer, branch.id, version=1, parent_organization_id=head.id)
        assert await reasons(town.officer) == []

    play(story)


def test_a_station_is_told_of_its_own_and_headquarters_of_all(play: Any) -> None:
    async def story(town: Town) -> None:
        own = await make.company(town.officer, "㈱架空電力")
        foreign = await make.company(town.other_officer, "架空電力㈱")
        assert await reasons(town.officer) == []
        [pair] = await find_duplicates(town.hq, foreign.id)
        assert (pair.organization_id, pair.other_id, pair.reasons) == (own.id, foreign.id, (NAME,))
        with pytest.raises(NotFound):
            await find_duplicates(town.officer, foreign.id)
        with pytest.raises(NotAllowed):
            await find_duplicates(town.statistician)

    play(story)


def test_of_many_of_one_name_each_is_compared_with_the_next_and_whoever_is_asked_for_with_all(play: Any) -> None:
    async def story(town: Town) -> None:
        forms = ("", *sorted(set(COMPANY_FORMS.values())))
        bodies = [await make.company(town.officer, f"例示銀行{form}") for form in forms[:12]]
        pairs = await find_duplicates(town.officer)
        assert len(pairs) == sum(min(duplicates.NEXT, 11 - place) for place in range(12))
        first, last = bodies[0], bodies[-1]
        assert (first.id, last.id) not in {(pair.organization_id, pair.other_id) for pair in pairs}
        for one in (first, last):
            assert len(await find_duplicates(town.officer, one.id)) == 11

    play(story)


ASK = "query($id: ID) { possibleDuplicates(organizationId: $id) { organizationName otherId otherName reasons } }"


def test_the_door_tells_pairs_by_their_names_with_the_reasons(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.company(town.officer, "㈱架空電力")
        other = await make.company(town.officer, "架空電力㈱")
        [found] = (await read(town.officer, ASK, id=f"Organization:{other.id}"))["possibleDuplicates"]
        names = {"organizationName": "㈱架空電力", "otherName": "架空電力㈱"}
        assert found == names | {"otherId": f"Organization:{other.id}", "reasons": ["NAME"]}
        await organizations.retire(town.officer, other.id, version=1, on=town.officer.today)
        assert (await read(town.officer, ASK))["possibleDuplicates"] == []

    play(story)
