"""What somebody from outside is shown of themself, and what they say to it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain import drills, feeds, lectures, organizations, own, tokens, walls
from domain.actor import TOKYO, Actor, Role
from domain.drills import ParticipationReply
from domain.errors import Incomplete, Invalid, NotFound, WrongState
from domain.feeds import Subscription
from domain.keys import Keys
from domain.lectures import Lecture
from domain.organizations import Contact
from domain.outbox import Letter
from domain.people import Person
from domain.units import Unit
from domain.volunteers import GuardianConsent, Volunteer
from tests import make
from tests.clock import NOW
from tests.domain.lectures import giving
from tests.domain.test_consents import consented
from tests.make import Town

SECRET = "k" * 43
LATER = NOW + timedelta(days=10)


async def asked(town: Town) -> Contact:
    """A contact of a company that takes part in a drill."""
    [contact] = await make.invited(town.officer, await make.drill(town.officer))
    return contact


def secret_in(address: str) -> str:
    return address.rpartition("/")[2]


def test_a_letters_link_is_good_for_the_month_and_the_two_that_follow_in_japan() -> None:
    sent = datetime(2026, 6, 30, 23, 30, tzinfo=TOKYO)
    person = uuid4()
    token = secret_in(own.address(SECRET, "https://renkei.example", person, sent))
    assert own.whose(token, Keys(SECRET), sent) == person
    assert own.whose(token, Keys(SECRET), datetime(2026, 8, 31, 23, 59, tzinfo=TOKYO)) == person
    assert own.whose(token, Keys(SECRET), datetime(2026, 9, 1, 0, 1, tzinfo=TOKYO)) is None
    assert own.whose(token, Keys(SECRET), datetime(2026, 5, 31, 23, 59, tzinfo=TOKYO)) is None


def test_the_link_of_the_key_before_opens_the_page_until_it_runs_out_by_itself() -> None:
    sent, person, keys = datetime(2026, 6, 1, 0, 30, tzinfo=TOKYO), uuid4(), Keys("n" * 43, SECRET)
    token = secret_in(own.address(SECRET, "", person, sent))
    assert own.whose(token, keys, datetime(2026, 8, 31, 23, 59, tzinfo=TOKYO)) == person
    assert own.whose(token, keys, datetime(2026, 9, 1, 0, 1, tzinfo=TOKYO)) is None
    assert own.whose(token, Keys("n" * 43), sent) is None


def test_no_other_link_of_ours_opens_the_page() -> None:
    person = uuid4()
    good = secret_in(own.address(SECRET, "", person, NOW))
    for token in (tokens.derive(SECRET, "rsvp", person), good[:-1], f"{good[:-1]}!", "", secret_in(f"/{'a' * 65}")):
        assert own.whose(token, Keys(SECRET), NOW) is None
    assert own.whose(good, Keys("another key"), NOW) is None


def test_whoever_holds_the_link_looks_as_themself_and_may_change_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        volunteer = await make.volunteer(town)
        here = (town.station.id, town.prefecture.id)
        expected = Actor(Role.PARTNER, LATER, contact.person_id, *here, (), contact.organization_id, is_read_only=True)
        assert await own.bearer_of(LATER, contact.person_id) == expected
        other = await own.bearer_of(LATER, volunteer.person_id)
        assert other is not None
        assert (other.role, other.organization_id, other.is_read_only) == (Role.VOLUNTEER, None, True)

    play(story)


def test_nobody_opens_the_page_of_an_officer_or_of_whoever_is_not_here_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await Contact.filter(id=contact.id).update(until=NOW.date())
        for person_id in (town.officer.person_id, contact.person_id, uuid4()):
            assert await own.bearer_of(LATER, person_id) is None
            with pytest.raises((NotFound, WrongState)):
                await own.confirm(LATER, person_id)
            with pytest.raises((NotFound, WrongState)):
                await own.report(LATER, person_id, "部署が変わりました。")
        assert not await Letter.filter(kind="contact-data-changed").exists()
        assert (await Contact.get(id=contact.id)).version == contact.version

    play(story)


def test_whoever_leaves_on_a_day_to_come_is_here_until_then(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await Contact.filter(id=contact.id).update(until=LATER.date())
        assert await own.bearer_of(LATER - timedelta(days=1), contact.person_id) is not None
        assert await own.bearer_of(LATER, contact.person_id) is None

    play(story)


def test_a_company_sees_its_drills_ahead_whoever_of_it_is_asked_and_no_other(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        body = await organizations.Organization.get(id=contact.organization_id)
        colleague = await make.contact(town.officer, body, family_name="同僚崎", mail_address="d@denryoku.example")
        other = await make.drill(town.officer, title="ほかの会社の訓練", starts_at=NOW + timedelta(days=50))
        await make.invited(town.officer, other, "例示銀行株式会社")
        who = make.outsider(town.officer, Role.PARTNER, colleague)
        async with walls.alone_behind(walls.for_reading(who)):
            [part] = await own.find_drills(who)
        assert part.participation.organization_id == body.id
        assert part.participation.reply is ParticipationReply.AWAITED
        assert await own.find_drills(make.at(who, part.appointment.ends_at)) == []
        await drills.call_off(town.officer, part.drill.id, reason="台風のため")
        assert await own.find_drills(who) == []

    play(story)


def test_a_companys_drills_that_are_over_stay_for_a_year(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        who = make.outsider(town.officer, Role.PARTNER, contact)
        [part] = await own.find_drills(who)
        ended = part.appointment.ends_at
        for when, over in ((ended - timedelta(minutes=1), False), (ended, True), (ended + timedelta(days=364), True)):
            then = make.at(who, when)
            async with walls.alone_behind(walls.for_reading(then)):
                [found] = await own.find_drills(then, over=over)
                assert await own.find_drills(then, over=not over) == []
            assert found.drill.id == part.drill.id
        assert await own.find_drills(make.at(who, ended + timedelta(days=365)), over=True) == []

    play(story)


def test_a_page_that_will_open_is_told_from_its_day_and_none_that_never_will(play: Any) -> None:
    async def story(town: Town) -> None:
        bank, first = await make.company(town.officer, "例示銀行株式会社"), NOW.date() + timedelta(days=10)
        for until, begins in ((None, first), (first + timedelta(days=1), first), (first, None)):
            contact = await make.contact(town.officer, bank, family_name="先崎", since=first)
            await Contact.filter(id=contact.id).update(until=until)
            assert await own.begins_on(NOW, contact.person_id) == begins
            assert await own.bearer_of(NOW, contact.person_id) is None

    play(story)


def test_whoever_is_a_contact_of_two_bodies_sees_both(play: Any) -> None:
    async def story(town: Town) -> None:
        [first] = await make.invited(town.officer, await make.drill(town.officer))
        later = await make.drill(town.officer, title="銀行の訓練", starts_at=NOW + timedelta(days=50))
        bank = await make.company(town.officer, "例示銀行株式会社")
        second, other = [await make.contact(town.officer, bank, family_name=name) for name in ("二重崎", "別崎")]
        await drills.invite(town.officer, later.id, contact_id=other.id)
        await Contact.filter(id=second.id).update(person_id=first.person_id)
        who = await own.bearer_of(LATER, first.person_id)
        assert who is not None
        sides = await own.find_sides(who)
        assert {one.organization_id for one in sides} == {first.organization_id, bank.id}
        async with walls.alone_behind(walls.for_reading(who)):
            known = await own.find_known(sides)
        assert {body.name for body in known.bodies} == {"架空電力株式会社", "例示銀行株式会社"}
        assert {one.id for one in known.contacts} == {first.id, second.id}
        seen = []
        for side in sides:
            async with walls.alone_behind(walls.for_reading(side)):
                seen += [part.drill.title for part in await own.find_drills(side)]
        assert sorted(seen) == ["第1回共同対処訓練", "銀行の訓練"]
        await Contact.filter(id=second.id).update(until=LATER.date())
        assert [one.organization_id for one in await own.find_sides(who)] == [first.organization_id]

    play(story)


async def teacher_of(town: Town, lecture: Lecture) -> Actor:
    contact = await Contact.get(id=lecture.contact_id)
    return make.outsider(town.officer, Role.SCHOOL, contact)


async def hosted(who: Actor, *, over: bool = False) -> list[own.Hosted]:
    async with walls.alone_behind(walls.for_reading(who)):
        return await own.find_lectures(who, over=over)


def test_a_teacher_sees_the_lectures_of_their_school_and_who_comes_once_that_is_settled(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        elsewhere = await make.school(town.officer, "例示市立例示中学校")
        await make.lecture(town.officer, school=elsewhere, starts_at=NOW + timedelta(days=20))
        teacher = await teacher_of(town, lecture)
        await lectures.accept(town.officer, lecture.id)
        await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
        [before] = await hosted(teacher)
        assert (before.lecture.id, before.lecturers) == (lecture.id, ())
        await lectures.confirm(town.officer, lecture.id)
        [settled] = await hosted(teacher)
        assert [one.id for one in settled.lecturers] == [town.officer.person_id]
        assert own.named([settled])[0] == ("Person.family_name", f"Person:{town.officer.person_id}")
        after = make.at(teacher, settled.appointment.ends_at)
        assert await hosted(after) == []
        assert [one.lecture.id for one in await hosted(after, over=True)] == [lecture.id]

    play(story)


def test_a_lecture_that_was_put_off_is_there_without_a_date_and_one_that_was_called_off_is_not(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await giving.confirmed(town)
        teacher = await teacher_of(town, lecture)
        await lectures.postpone(town.officer, lecture.id, reason="台風のため")
        [put_off] = await hosted(make.at(teacher, NOW + timedelta(days=60)))
        assert put_off.appointment.cancelled_at is not None
        assert put_off.lecturers == ()
        await lectures.cancel(town.officer, lecture.id, reason="学級閉鎖のため")
        assert await hosted(teacher) == []

    play(story)


def test_no_company_is_shown_a_lecture_and_no_volunteer_a_bodys_dates(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        contact = await asked(town)
        volunteer = await make.volunteer(town)
        assert await hosted(make.outsider(town.officer, Role.PARTNER, contact)) == []
        oneself = make.oneself(town.officer, volunteer)
        assert [*await hosted(oneself), *await own.find_drills(oneself)] == []

    play(story)


def test_whoever_says_that_all_is_right_is_verified_as_of_that_day(play: Any) -> None:
    async def story(town: Town) -> None:
        contact, volunteer = await asked(town), await make.volunteer(town)
        for person_id in (contact.person_id, volunteer.person_id):
            await own.confirm(LATER, person_id)
        today = LATER.astimezone(TOKYO).date()
        for model, row in ((Contact, contact), (Volunteer, volunteer)):
            assert (await model.get(id=row.id)).verified_on == today
        assert (await Contact.get(id=contact.id)).verified_by_id == contact.person_id
        known = await own.find_known([make.outsider(town.officer, Role.PARTNER, contact)])
        assert (known.verified_on, known.is_here) == (today, True)

    play(story)


async def told_where(person_id: Any) -> list[tuple[str, int]]:
    """To whom the address of which generation was told, in order."""
    letters = await Letter.filter(kind="feed-address", person_id=person_id).order_by("id")
    return [(letter.to_address, letter.facts["generation"]) for letter in letters]


def test_whoever_wants_their_dates_in_their_calendar_is_given_a_feed_and_told_of_the_same_one_again(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        mailbox = (await Person.get(id=contact.person_id)).mail_address
        for minute in range(4):
            await own.send_feed(LATER + timedelta(minutes=minute), contact.person_id)
        with pytest.raises(WrongState, match="もうお送りしました"):
            await own.send_feed(LATER + timedelta(minutes=5), contact.person_id)
        assert await told_where(contact.person_id) == [(mailbox, 1)] * 4
        await own.send_feed(LATER + timedelta(days=1), contact.person_id)
        assert await Subscription.filter(person_id=contact.person_id).count() == 1
        assert len(await told_where(contact.person_id)) == 5

    play(story)


def test_a_link_does_not_send_the_address_again_for_ever_nor_open_what_the_desk_has_ended(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        for day in range(10):
            await own.send_feed(LATER + timedelta(days=day), contact.person_id)
        with pytest.raises(WrongState, match="30日"):
            await own.send_feed(LATER + timedelta(days=10), contact.person_id)
        await own.send_feed(LATER + timedelta(days=31), contact.person_id)
        assert len(await told_where(contact.person_id)) == 11
        feed = await Subscription.get(person_id=contact.person_id)
        await feeds.revoke(make.at(town.officer, LATER), feed.id)
        with pytest.raises(WrongState, match="終わっています"):
            await own.send_feed(LATER + timedelta(days=32), contact.person_id)
        assert await Subscription.filter(person_id=contact.person_id).count() == 1

    play(story)


def test_no_feed_is_opened_for_whoever_cannot_be_written_to_or_is_not_here_or_has_no_consent(play: Any) -> None:
    async def story(town: Town) -> None:
        contact, minor = await asked(town), await consented(town)
        await GuardianConsent.all().delete()
        for gone in (minor.person_id, town.officer.person_id, uuid4()):
            with pytest.raises((WrongState, NotFound)):
                await own.send_feed(LATER, gone)
        await Person.filter(id=contact.person_id).update(mail_address="")
        with pytest.raises(Incomplete, match="メールアドレス"):
            await own.send_feed(LATER, contact.person_id)
        await Contact.filter(id=contact.id).update(until=NOW.date())
        with pytest.raises(WrongState, match="外れている"):
            await own.send_feed(LATER, contact.person_id)
        assert not await Subscription.exists()
        assert not await Letter.filter(kind="feed-address").exists()

    play(story)


def test_what_has_changed_is_told_to_the_unit_in_charge_and_changes_nothing_by_itself(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await own.report(LATER, contact.person_id, "後任は試﨑 花子です。\n電話 000-0000-0199")
        letter = await Letter.get(kind="contact-data-changed")
        assert letter.to_address == town.station.mail_address
        assert letter.facts["said"].startswith("後任は試﨑")
        assert (await Contact.get(id=contact.id)).version == contact.version
        assert (await Person.get(id=contact.person_id)).version == 1

    play(story)


@pytest.mark.parametrize("what", ["", " \n", "長" * 501])
def test_nothing_and_too_much_is_told_to_nobody(play: Any, what: str) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        with pytest.raises(Invalid, match="500字以内"):
            await own.report(LATER, contact.person_id, what)
        assert not await Letter.filter(kind="contact-data-changed").exists()

    play(story)


def test_the_station_is_not_flooded_with_what_one_person_says(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        for minute in range(3):
            await own.report(LATER + timedelta(minutes=minute), contact.person_id, "部署が変わりました。")
        with pytest.raises(WrongState, match="お電話ください"):
            await own.report(LATER + timedelta(minutes=4), contact.person_id, "もう一度。")
        assert await Letter.filter(kind="contact-data-changed").count() == 3
        await own.report(LATER + timedelta(days=1), contact.person_id, "もう一度。")

    play(story)


def test_where_the_unit_has_no_address_they_are_asked_to_call(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        await Unit.filter(id=town.station.id).update(mail_address="")
        with pytest.raises(WrongState, match="お電話ください"):
            await own.report(LATER, contact.person_id, "部署が変わりました。")
        assert not await Letter.filter(kind="contact-data-changed").exists()

    play(story)


async def chosen(person_id: Any) -> tuple[int, int | None, int | None]:
    person = await Person.get(id=person_id)
    return person.remind_days, person.quiet_from, person.quiet_to


def test_nobody_to_whom_a_letter_was_passed_on_silences_its_reader_unnoticed(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        for minute, days in enumerate((0, 2, 0)):
            assert await own.choose_notices(LATER + timedelta(minutes=minute), volunteer.person_id, remind_days=days)
        letters = await Letter.filter(kind="notices-chosen").order_by("id")
        told = [(one.person_id, one.facts["reminded"], one.facts["silence"]) for one in letters]
        assert told == [
            (volunteer.person_id, said, "決めていません")
            for said in ("お送りしません", "2日前にお送りします", "お送りしません")
        ]
        with pytest.raises(WrongState, match="お電話ください"):
            await own.choose_notices(LATER + timedelta(minutes=4), volunteer.person_id, remind_days=3)
        assert not await own.choose_notices(LATER + timedelta(minutes=5), volunteer.person_id, remind_days=0)
        assert await chosen(volunteer.person_id) == (0, None, None)
        hours = {"remind_days": 1, "quiet_from": 20, "quiet_to": 8}
        await own.choose_notices(LATER + timedelta(days=1), volunteer.person_id, **hours)
        assert await chosen(volunteer.person_id) == (1, 20, 8)

    play(story)


def test_whoever_was_silenced_by_a_link_is_not_kept_from_what_they_had_chosen_themself(play: Any) -> None:
    async def story(town: Town) -> None:
        who = (await make.volunteer(town)).person_id
        hours = {"quiet_from": 22, "quiet_to": 6}
        await Person.filter(id=who).update(remind_days=2, **hours)
        for minute, days in enumerate((3, 1, 0)):
            await own.choose_notices(LATER + timedelta(minutes=minute), who, remind_days=days, quiet_from=0, quiet_to=0)
        soon = LATER + timedelta(minutes=9)
        for elsewhere in ({"remind_days": 2}, {"remind_days": 1, **hours}, {"remind_days": 0, **hours}):
            with pytest.raises(
                WrongState, match="はじめの設定（お知らせは2日前、止める時間は22時から6時まで）に戻すか"
            ):
                await own.choose_notices(soon, who, **elsewhere)
        assert await chosen(who) == (0, None, None)
        assert not await own.choose_notices(soon, who, remind_days=2, **hours)
        assert await chosen(who) == (2, 22, 6)
        with pytest.raises(WrongState, match="はじめの設定"):
            await own.choose_notices(soon, who, remind_days=0, **hours)
        assert await Letter.filter(kind="notices-chosen").count() == 3

    play(story)


def test_not_even_a_silence_of_before_comes_back_by_a_link_unnoticed(play: Any) -> None:
    async def story(town: Town) -> None:
        who = (await make.volunteer(town)).person_id
        await Person.filter(id=who).update(remind_days=0)
        for minute, days in enumerate((3, 1, 2)):
            await own.choose_notices(LATER + timedelta(minutes=minute), who, remind_days=days)
        with pytest.raises(WrongState, match="変えられています。担当者にお電話ください"):
            await own.choose_notices(LATER + timedelta(minutes=9), who, remind_days=0)
        assert await chosen(who) == (2, None, None)

    play(story)


def test_a_link_does_not_fill_a_mailbox_with_what_was_chosen_by_it(play: Any) -> None:
    async def story(town: Town) -> None:
        who = (await make.volunteer(town)).person_id
        for day in range(10):
            await own.choose_notices(LATER + timedelta(days=day), who, remind_days=(2, 3)[day % 2])
        with pytest.raises(WrongState, match="もう何度も"):
            await own.choose_notices(LATER + timedelta(days=29), who, remind_days=2)
        assert await chosen(who) == (3, None, None)
        assert not await own.choose_notices(LATER + timedelta(days=29), who, remind_days=1)
        assert await own.choose_notices(LATER + timedelta(days=31), who, remind_days=2)
        assert await Letter.filter(kind="notices-chosen").count() == 11

    play(story)


def test_nobody_reads_that_a_letter_was_sent_which_waits_for_a_guardians_address(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await consented(town, copies_letters=True)
        before = await Letter.all().count()
        for saying in (
            own.choose_notices(LATER, minor.person_id, remind_days=0),
            own.send_feed(LATER, minor.person_id),
        ):
            with pytest.raises(WrongState, match="保護者への写しの宛先"):
                await saying
        assert await chosen(minor.person_id) == (1, None, None)
        assert not await Subscription.exists()
        assert await Letter.all().count() == before
        await GuardianConsent.all().update(guardian_mail_address="tamotsu@guardian.example")
        assert await own.choose_notices(LATER, minor.person_id, remind_days=0)
        await own.send_feed(LATER, minor.person_id)
        told = Letter.filter(kind__in=("notices-chosen", "feed-address"), given_up_at=None)
        assert await told.filter(person_id=minor.person_id).count() == 4
        assert await chosen(minor.person_id) == (0, None, None)

    play(story)


def test_nothing_is_chosen_by_a_link_for_officers_and_for_whoever_is_not_here_or_cannot_be_told(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await asked(town)
        for stranger in (town.officer.person_id, uuid4()):
            with pytest.raises(NotFound):
                await own.choose_notices(LATER, stranger, remind_days=3)
        await Person.filter(id=contact.person_id).update(mail_address="")
        with pytest.raises(WrongState, match="メールアドレスの登録がない"):
            await own.choose_notices(LATER, contact.person_id, remind_days=3)
        await Contact.filter(id=contact.id).update(until=NOW.date())
        with pytest.raises(WrongState, match="外れている"):
            await own.choose_notices(LATER, contact.person_id, remind_days=3)
        assert await chosen(contact.person_id) == await chosen(town.officer.person_id) == (1, None, None)
        assert not await Letter.filter(kind="notices-chosen").exists()

    play(story)
