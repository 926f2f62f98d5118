"""`renkei demo` as a newcomer meets it: one command, ten people to be, feeds, mail in files, and a clean end."""

import asyncio
import json
import re
import signal
import stat
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import urlsplit

import httpx
import icalendar
import pytest

from api import demonstration, operations
from api.demonstration import Place
from api.errors import Stopped
from domain import database
from domain.actor import TOKYO
from domain.journal import Entry
from seed.days import is_school_day
from seed.personas import PASSWORD, PERSONAS
from seed.schools import AUDIENCES
from tests import make
from tests.api.serving import NO_AUTHORITIES, ended, wait_until
from tests.demonstrating import start

TEN = [persona.key for persona in PERSONAS]
WHO_AM_I = "{ __typename }"
INVITE = operations.document_of("invite_to_drill")


def personas(demo):
    return demo.get("/graphql/assets/personas.json").json()


def offered(demo, who):
    """The saved operations that the IDE offers to one of the ten."""
    return demo.get(f"/graphql/assets/{who}/operations.json").json()


def saved(demo, name, who="hq"):
    title = operations.document_of(name).partition("\n")[0].removeprefix("# ")
    return next(one for one in offered(demo, who) if one["title"] == title)


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return body.get_content() if body else ""


def test_the_card_says_all_that_the_contract_promises(demo):
    assert list(demo.card) == ["url", "graphql", "mail", "tokens", "feeds"]
    assert list(demo.card["tokens"]) == TEN
    assert list(demo.card["feeds"]) == ["partner", "volunteer", "station"]
    assert demo.card["graphql"] == f"{demo.card['url']}/graphql"
    assert demo.card["mail"] == str(demo.directory.resolve() / "mail")


def test_what_opens_doors_is_readable_for_its_owner_only(demo):
    modes = [stat.S_IMODE((demo.directory / name).stat().st_mode) for name in ("demo.json", "demo.key")]
    assert modes == [0o600, 0o600]


def test_the_same_is_printed_with_what_to_try_first(demo):
    told = demo.log
    assert [token for token in demo.card["tokens"].values() if token not in told] == []
    assert [address for address in demo.card["feeds"].values() if address not in told] == []
    assert demo.card["graphql"] in told


def test_each_of_the_ten_logs_in_by_the_printed_password(demo):
    assert PASSWORD in demo.log
    for who in TEN:
        asking = {"verify": NO_AUTHORITIES, "trust_env": False, "follow_redirects": True, "timeout": 60}
        with httpx.Client(base_url=demo.card["url"], **asking) as client:
            page = client.post("/login", data={"login": who, "password": PASSWORD})
            assert (page.status_code, page.url.path) in ((200, "/account"), (200, "/own")), who
            asked = client.post("/graphql", json={"query": WHO_AM_I}, headers={"Origin": demo.card["url"]})
            assert asked.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("who", TEN)
def test_every_token_opens_the_door(demo, who):
    assert demo.ask(who, WHO_AM_I)["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("who", ["statistician", "national"])
def test_whoever_counts_sees_no_people_and_no_events(demo, who):
    asked = "{ lectures { totalCount } organizations { totalCount } drills { totalCount } }"
    assert {found["totalCount"] for found in demo.ask(who, asked)["data"].values()} == {0}


@pytest.mark.parametrize("whose", ["partner", "volunteer", "station"])
def test_every_feed_is_a_calendar_with_dates_ahead(demo, whose):
    answered = demo.get(demo.card["feeds"][whose])
    calendar = icalendar.Calendar.from_ical(answered.content)
    dates = [event["DTSTART"].dt.date() for event in calendar.walk("VEVENT")]
    assert answered.status_code == 200
    assert max(dates) > demo.today


def test_the_ide_opens_as_headquarters_with_an_officers_tasks(demo):
    assert demo.get("/graphql").status_code == 200
    found = personas(demo)
    assert found[0]["name"] == "hq"
    assert sorted(persona["name"] for persona in found) == sorted(TEN)
    assert len(offered(demo, "hq")) >= 15


def empty(answer):
    return [shown for shown in re.findall(r'"totalCount": (\d+)', json.dumps(answer)) if shown == "0"]


@pytest.mark.parametrize("who", TEN)
def test_everybody_is_offered_something_to_look_at_and_all_of_it_answers(demo, who):
    looking = [one for one in offered(demo, who) if one["query"].partition("\n")[2].startswith("query")]
    assert looking
    for one in looking:
        answer = demo.ask(who, one["query"], one["variables"])
        assert ("errors" in answer, empty(answer)) == (False, []), one["title"]


@pytest.mark.parametrize("name", operations.FINDERS)
def test_each_saved_operation_runs_as_it_stands(demo, name):
    document = operations.document_of(name)
    who = next(who for who in ("hq", "admin") if document in [one["query"] for one in offered(demo, who)])
    operation = saved(demo, name, who)
    answer = demo.ask(who, operation["query"], operation["variables"])
    assert "errors" not in answer
    assert empty(answer) == []


def test_a_drill_is_planned_taken_up_and_opened_to_guests_by_saved_operations_alone(demo):
    planned = demo.ask("station", *both(saved(demo, "plan_drill", "station")))["data"]["planDrill"]["drill"]
    taken_up = demo.ask("station", *both(saved(demo, "open_drill_planning", "station")))
    assert taken_up["data"]["openDrillPlanning"]["drill"]["id"] == planned["id"]
    invitation = saved(demo, "invite_to_drill", "station")
    assert invitation["variables"]["drill"] == planned["id"]
    answer = demo.ask("station", *both(invitation))["data"]["inviteToDrill"]["drill"]
    assert (answer["status"], answer["replyBy"]) == ("INVITING", planned["replyBy"])


def both(operation):
    return operation["query"], operation["variables"]


def test_the_partner_can_be_asked_again_after_a_new_start_however_often_it_was_asked_before(demo):
    while any(one["query"] == INVITE for one in offered(demo, "hq")):
        assert "errors" not in demo.ask("hq", *both(saved(demo, "invite_to_drill")))
    demo.stop()
    demo.start_again()
    assert "errors" not in demo.ask("hq", *both(saved(demo, "invite_to_drill")))


def test_pupils_are_asked_for_by_their_own_kind_of_school_on_a_day_on_which_it_teaches(demo):
    for who in ("hq", "school"):
        asked = saved(demo, "request_lecture", who)["variables"]["input"]
        found = demo.ask("hq", "query($id: ID!) { organization(id: $id) { schoolCode } }", {"id": asked["schoolId"]})
        assert asked["audience"] == AUDIENCES[found["data"]["organization"]["schoolCode"][:2]]
        assert is_school_day(datetime.fromisoformat(asked["startsAt"]).date())


@pytest.mark.parametrize(
    ("name", "who"), [("request_lecture", "hq"), ("request_lecture", "school"), ("plan_drill", "hq")]
)
def test_what_has_been_asked_for_is_not_offered_a_second_time(demo, name, who):
    seen = set()
    for _ in range(3):
        offer = saved(demo, name, who)
        asked = offer["variables"]["input"]
        seen.add((asked.get("schoolId"), asked["startsAt"]))
        assert "errors" not in demo.ask("hq", *both(offer))
    assert len(seen) == 3


def test_a_correction_of_head_counts_always_changes_something(demo):
    document = operations.document_of("correct_head_counts")
    totals = []
    for _ in range(2):
        answer = demo.ask("hq", document, saved(demo, "correct_head_counts")["variables"])
        totals.append(answer["data"]["correctHeadCounts"]["lecture"]["totalParticipants"])
    assert totals[1] == totals[0] + 2


def test_an_invitation_over_http_lands_as_a_letter_whose_link_takes_the_answer(demo):
    drill = saved(demo, "plan_drill")["variables"]["input"] | {"title": "手紙を確かめる訓練"}
    planned = demo.ask("hq", operations.document_of("plan_drill"), {"input": drill})["data"]["planDrill"]["drill"]
    demo.ask("hq", operations.document_of("open_drill_planning"), {"drill": planned["id"]})
    contacts = '{ contacts(filter: {text: "仮山 誠"}) { edges { node { id } } } }'
    contact = demo.ask("hq", contacts)["data"]["contacts"]["edges"][0]["node"]["id"]
    assert "errors" not in demo.ask("hq", INVITE, {"drill": planned["id"], "contact": contact})

    def arrived():
        return [letter for letter in demo.letters() if drill["title"] in str(letter["Subject"])]

    wait_until(arrived, 60)
    [letter] = arrived()
    [link] = re.findall(rf"{demo.card['url']}/rsvp/\S+", text_of(letter))
    assert "METHOD:REQUEST" in "".join(
        part.get_content() if isinstance(part.get_content(), str) else part.get_content().decode()
        for part in letter.walk()
        if part.get_content_type() == "text/calendar"
    )
    assert drill["title"] in demo.get(link).text
    assert drill["title"] in demo.get(demo.card["feeds"]["partner"]).text.replace("\r\n ", "")


def test_no_letter_of_the_past_is_in_the_mail(demo):
    days = [letter["Date"].datetime.astimezone(TOKYO).date() for letter in demo.letters()]
    assert len(days) >= 3
    assert min(days) >= demo.today


def test_a_second_one_in_the_same_place_is_refused(demo, tmp_path):
    with (tmp_path / "log").open("w") as log, ended(start(demo.directory, log)) as second:
        assert second.wait(timeout=60) == 1
    assert (tmp_path / "log").read_text(encoding="utf-8").startswith("renkei: ")
    assert "すでにデモが動いています" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_told_before_anything_is_made(demo, tmp_path):
    port = str(urlsplit(demo.card["url"]).port)
    with (tmp_path / "log").open("w") as log, ended(start(tmp_path / "var", log, "--port", port)) as second:
        assert second.wait(timeout=60) == 1
    assert f"ポート {port} を使えません" in (tmp_path / "log").read_text(encoding="utf-8")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_begins_again_with_the_same_keys(demo, sign):
    before = demo.card
    assert demo.stop(sign) == 0
    assert not (demo.directory / "postgres" / "postmaster.pid").exists()
    demo.start_again()
    assert demo.card == before
    assert demo.ask("hq", WHO_AM_I)["data"] == {"__typename": "Query"}


def prepared(place, url):
    return asyncio.run(demonstration.prepare(place, url, "http://127.0.0.1:8000", reset=True, say=lambda _: None))


def test_a_database_with_anybody_elses_data_is_left_alone(run, database_url, tmp_path):
    async def real():
        await make.town()
        return await Entry.all().count()

    async def entries():
        async with database.opened(database_url):
            return await Entry.all().count()

    before = run(real())
    with pytest.raises(Stopped, match="デモ以外のデータ"):
        prepared(Place(tmp_path), database_url)
    assert asyncio.run(entries()) == before
    assert list(tmp_path.iterdir()) == []


def test_beginning_anew_takes_away_only_what_is_the_demonstrations(new_database, tmp_path):
    place = Place(tmp_path)
    place.mail.mkdir()
    kept = [tmp_path / "letter.eml", place.mail / "notes.txt"]
    gone = [place.key, place.card, place.mail / "one.eml"]
    for path in (*kept, *gone):
        path.write_text("x", encoding="utf-8")
    asyncio.run(demonstration._wipe(place, new_database()))
    assert ([path.exists() for path in kept], [path.exists() for path in gone]) == ([True] * 2, [False] * 3)


def test_mail_that_was_there_before_any_demonstration_is_never_touched(new_database, tmp_path):
    place = Place(tmp_path)
    place.mail.mkdir()
    (place.mail / "one.eml").write_text("x", encoding="utf-8")
    asyncio.run(demonstration._wipe(place, new_database()))
    assert (place.mail / "one.eml").exists()
