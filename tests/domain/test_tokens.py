"""Secrets: who acts through a token, until when, and what an address behind a link proves."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import installation, statistics, tokens, units
from domain.actor import OUTSIDERS, Actor, Role
from domain.errors import Invalid, NotAllowed, NotFound, Unauthenticated
from domain.japanese import Period
from domain.journal import Entry
from domain.keys import Keys
from domain.tokens import Token, TokenScope, derive, id_in, is_genuine
from domain.units import UnitKind
from domain.verbs import ALLOWED
from tests import make
from tests.clock import NOW
from tests.domain.sweeping import everything
from tests.make import Town
from tests.statements import spoken

KEY = "k" * 43
ID = UUID(int=7)


def test_a_token_acts_for_its_person_in_its_role_and_unit(play: Any) -> None:
    async def story(town: Town) -> None:
        _, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        actor = await tokens.actor_of(secret, NOW)
        assert actor == town.officer

    play(story)


def test_a_station_covers_what_is_below_it_and_headquarters_the_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        office = await units.establish(
            town.admin, parent_id=town.station.id, kind=UnitKind.SECTION, code="101-1", name="生活安全課"
        )
        covered = {}
        for who, role in ((town.officer, Role.STATION_LIAISON), (town.hq, Role.HQ_LIAISON)):
            _, secret = await tokens.issue(town.admin, person_id=who.person_id, role=role)
            covered[role] = set((await tokens.actor_of(secret, NOW)).units)
        assert covered[Role.STATION_LIAISON] == {town.station.id, office.id}
        assert covered[Role.HQ_LIAISON] == {unit.id for unit in await units.Unit.all()}

    play(story)


def test_the_secret_is_shown_once_and_kept_nowhere(play: Any) -> None:
    async def story(town: Town) -> None:
        token, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        assert len(secret) >= 43
        assert secret not in str(dict(token))
        assert all(secret not in f"{entry.before}{entry.after}" for entry in await Entry.all())

    play(story)


def test_a_token_ends_on_its_day(play: Any) -> None:
    async def story(town: Town) -> None:
        who = town.officer.person_id
        _, secret = await tokens.issue(town.admin, person_id=who, role=Role.STATION_LIAISON, days=1)
        ends = NOW + timedelta(days=1)
        assert (await tokens.actor_of(secret, ends - timedelta(seconds=1))).person_id == who
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, ends)

    play(story)


def test_a_revoked_token_ends_at_once_and_revoking_it_again_says_nothing_new(play: Any) -> None:
    async def story(town: Town) -> None:
        token, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        await tokens.revoke(town.admin, token.id)
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, NOW)
        later = make.at(town.admin, NOW + timedelta(hours=1))
        assert (await tokens.revoke(later, token.id)).revoked_at == NOW
        assert await Entry.filter(fact="token-revoked").count() == 1

    play(story)


@pytest.mark.parametrize("secret", ["", "rk_", "rk_" + "A" * 43, "Bearer x", "鍵", "a" * 10_000, "\x00"])
def test_whatever_is_wrong_with_a_secret_the_answer_is_the_same(play: Any, secret: str) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Unauthenticated) as refused:
            await tokens.actor_of(secret, NOW)
        assert (refused.value.message, refused.value.field) == (WRONG, None)

    play(story)


WRONG = "アクセストークンが正しくないか、期限が切れています。管理者に発行を依頼してください。"


@dataclass(frozen=True)
class Misfit:
    role: Role
    who: str
    unit: str
    field: str


@pytest.mark.parametrize(
    "one",
    [
        Misfit(Role.PARTNER, "officer", "station", "role"),
        Misfit(Role.VOLUNTEER, "officer", "station", "role"),
        Misfit(Role.STATION_LIAISON, "contact", "station", "role"),
        Misfit(Role.ADMIN, "contact", "section", "role"),
        Misfit(Role.STATION_LIAISON, "officer", "section", "unit_id"),
        Misfit(Role.HQ_LIAISON, "officer", "station", "unit_id"),
        Misfit(Role.STATISTICIAN, "officer", "station", "unit_id"),
        Misfit(Role.NATIONAL, "officer", "section", "unit_id"),
        Misfit(Role.NATIONAL, "officer", "prefecture", "unit_id"),
        Misfit(Role.PARTNER, "volunteer", "station", "person_id"),
        Misfit(Role.SCHOOL, "volunteer", "station", "person_id"),
    ],
)
def test_a_role_that_does_not_fit_is_not_given(play: Any, one: Misfit) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        other = await make.contact(town.officer, await make.company(town.officer, "別会社"))
        await tokens.Contact.filter(id=other.id).delete()
        people = {"officer": town.officer.person_id, "contact": contact.person_id, "volunteer": other.person_id}
        with pytest.raises(Invalid) as refused:
            await tokens.issue(town.admin, person_id=people[one.who], role=one.role, unit_id=getattr(town, one.unit).id)
        assert refused.value.field == one.field
        assert await Token.filter(role=one.role).exclude(role=Role.ADMIN).count() == 0

    play(story)


@pytest.mark.parametrize("days", [0, -1, 367, 2**40])
def test_a_token_lasts_from_a_day_to_a_year(play: Any, days: int) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON, days=days)
        assert refused.value.field == "days"
        assert await Token.all().count() == 1

    play(story)


def test_a_national_token_is_no_gift_of_a_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        npa = await installation.found_national(NOW)
        with pytest.raises(NotFound) as refused:
            await tokens.issue(town.admin, person_id=town.hq.person_id, role=Role.NATIONAL, unit_id=npa.id)
        assert refused.value.field == "unit_id"
        assert await Token.filter(role=Role.NATIONAL).count() == 0

    play(story)


def test_an_administrator_at_a_door_ends_no_national_token_and_whoever_keeps_the_machine_does(play: Any) -> None:
    async def story(town: Town) -> None:
        await installation.admit_national(NOW, name=("見本", "学"), label="統計")
        token = await Token.get(role=Role.NATIONAL)
        with pytest.raises(NotFound):
            await tokens.revoke(town.admin, token.id)
        assert (await Token.get(id=token.id)).revoked_at is None
        keyboard = await installation.at_the_keyboard(NOW, Role.ADMIN)
        assert (await tokens.revoke_at_the_machine(NOW, keyboard, token.id)).revoked_at == NOW
        (entry,) = await Entry.filter(fact="token-revoked")
        assert (entry.row_id, entry.person_id) == (token.id, keyboard.person_id)

    play(story)


def test_an_outsider_acts_for_their_body_and_covers_no_unit(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        for role in OUTSIDERS:
            _, secret = await tokens.issue(town.admin, person_id=contact.person_id, role=role)
            actor = await tokens.actor_of(secret, NOW)
            assert actor.units == ()
            assert actor.organization_id == (None if role is Role.VOLUNTEER else body.id)

    play(story)


def test_only_administrators_see_tokens_and_only_their_prefectures(play: Any) -> None:
    async def story(town: Town) -> None:
        token, _ = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        assert token.id in {one.id for one in await tokens.visible_to(town.admin)}
        for who in (town.hq, town.officer, town.statistician):
            assert await tokens.visible_to(who).count() == 0
        foreign = tokens.visible_to(make.at(town.admin, NOW)).filter(prefecture_id=town.station.id)
        assert await foreign.count() == 0

    play(story)


def test_to_know_who_acts_costs_one_statement_however_large_the_tree_is(play: Any) -> None:
    async def story(town: Town) -> None:
        parent = town.station
        for depth in range(6):
            parent = await units.establish(
                town.admin, parent_id=parent.id, kind=UnitKind.SECTION, code=f"d{depth}", name=f"第{depth}課"
            )
        _, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        await tokens.actor_of(secret, NOW)
        with spoken() as asked:
            actor = await tokens.actor_of(secret, NOW + timedelta(minutes=59))
        assert len(actor.units) == 7
        assert len(asked) == 1

    play(story)


def test_the_last_use_is_remembered_to_the_hour(play: Any) -> None:
    async def story(town: Town) -> None:
        token, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        used = []
        for minutes in (0, 59, 60):
            await tokens.actor_of(secret, NOW + timedelta(minutes=minutes))
            used.append((await Token.get(id=token.id)).last_used_at)
        assert used == [NOW, NOW, NOW + timedelta(hours=1)]
        assert (await Token.get(id=token.id)).version == token.version

    play(story)


def test_a_token_that_may_only_read_changes_nothing_and_reads_what_its_role_reads(play: Any) -> None:
    async def story(town: Town) -> None:
        _, secret = await tokens.issue(
            town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON, scope=TokenScope.READ
        )
        reader = await tokens.actor_of(secret, NOW)
        assert reader == replace(town.officer, is_read_only=True)
        assert (await statistics.show(reader, Period.parse("2025Q4"))).units
        with spoken() as asked:
            before = await everything()
        assert asked != []
        with spoken() as asked, pytest.raises(NotAllowed):
            await make.company(reader)
        assert (asked, await everything()) == ([], before)

    play(story)


def test_a_token_that_may_only_read_is_refused_by_every_verb_but_those_that_only_read() -> None:
    reading = {
        *("statistics.runs.show", "statistics.runs.records_behind", "worklist.listing.worklist"),
        *("worklist.health.relationships", "merging.find_same_contacts", "organizations.duplicates.find_duplicates"),
        *("encounters.listing.listed", "wifi.spot.listed", "agreements.committing.commitments_kept"),
        *("notices.addressing.addressees", "notices.listing.listed"),
        *("audience.preview", "campaigns.drafting.preview", "campaigns.rates.reach_rates", "campaigns.results.results"),
        *("campaigns.stale.stale_counts", "campaigns.stale.stale_listed"),
        "agreements.naming.list_public_parties",
        "outreach.listing.listed",
        *("meetings.listing.listed", "meetings.listing.listed_attendance", "information.listed"),
        *("councils.listing.listed", "councils.listing.listed_members"),
        *("organizations.listing.listed", "organizations.listing.listed_contacts"),
        *("organizations.listing.listed_schools", "drills.listing.listed_improvements"),
        *("agreements.listing.listed", "agreements.listing.listed_promises", "agreements.listing.listed_outputs"),
        "campaigns.proposals.listed_proposals",
    }
    reader = Actor(Role.ADMIN, NOW, ID, ID, ID, is_read_only=True)

    async def refused(verb: Any, role: Role) -> bool:
        try:
            await verb(replace(reader, role=role))
        except NotAllowed:
            return True
        except TypeError:
            return False
        return False

    for name, roles in ALLOWED.items():
        module, _, function = name.rpartition(".")
        verb = getattr(import_module(f"domain.{module}"), function)
        if name not in reading:
            assert asyncio.run(refused(verb, min(roles))), name


def test_somebody_makes_and_ends_their_own_tokens_and_nobody_elses(play: Any) -> None:
    async def story(town: Town) -> None:
        token, secret = await tokens.issue_own(town.officer, label="表計算")
        assert await tokens.actor_of(secret, NOW) == replace(town.officer, is_read_only=True)
        assert [one.id for one in await tokens.own(town.officer)] == [token.id]
        for stranger in (town.other_officer, town.hq, town.statistician):
            with pytest.raises(NotFound):
                await tokens.revoke_own(stranger, token.id)
        assert (await Token.get(id=token.id)).revoked_at is None
        await tokens.revoke_own(town.officer, token.id)
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, NOW)

    play(story)


def test_a_derived_secret_proves_its_purpose_its_row_and_its_generation() -> None:
    token = derive(KEY, "feed", ID, 2)
    assert is_genuine(token, Keys(KEY), "feed", ID, 2)
    assert not is_genuine(token, Keys(KEY), "rsvp", ID, 2)
    assert not is_genuine(token, Keys(KEY), "feed", ID, 1)
    assert not is_genuine(token, Keys(KEY), "feed", uuid4(), 2)
    assert not is_genuine(token, Keys("x" * 43), "feed", ID, 2)


def test_what_the_key_before_has_made_is_genuine_as_long_as_that_key_is_known() -> None:
    token = derive("f" * 43, "rsvp", ID)
    assert is_genuine(token, Keys(KEY, "f" * 43), "rsvp", ID)
    assert is_genuine(derive(KEY, "rsvp", ID), Keys(KEY, "f" * 43), "rsvp", ID)
    assert not is_genuine(token, Keys(KEY), "rsvp", ID)
    assert not is_genuine(token, Keys(KEY, "x" * 43), "rsvp", ID)
    assert not is_genuine(token, Keys(KEY, "f" * 43), "own", ID)


@given(st.uuids(), st.integers(0, 2**31))
def test_a_derived_secret_names_its_row_in_letters_that_any_address_takes(id: UUID, generation: int) -> None:
    token = derive(KEY, "feed", id, generation)
    assert id_in(token) == id
    assert len(token) == 65
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=70) | st.text(min_size=65, max_size=65))
def test_whatever_is_typed_in_the_place_of_a_secret_proves_nothing(typed: str) -> None:
    assert not is_genuine(typed, Keys(KEY), "feed", id_in(typed) or ID)


@pytest.mark.parametrize("at", [0, 21, 22, 64])
def test_a_secret_with_one_letter_changed_proves_nothing(at: int) -> None:
    token = derive(KEY, "feed", ID)
    forged = f"{token[:at]}{'B' if token[at] != 'B' else 'C'}{token[at + 1 :]}"
    assert not is_genuine(forged, Keys(KEY), "feed", id_in(forged) or ID)
