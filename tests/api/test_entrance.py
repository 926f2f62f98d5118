"""The entrance as somebody in front of a browser meets it: login, second factor, links, and one's own keys."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.visits import label
from domain import accounts, tokens
from domain.accounts import Link, Session, entering
from domain.actor import Role
from domain.feeds import Subscription
from domain.journal import Entry
from domain.outbox import Letter
from tests import make
from tests.api.entering import BASE, OURS, Clock, browser, hidden, secrets_in, text_of
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.make import Town

MEGUMI = "megumi@partner.example"
NEW = "かえる五匹 池の中で"
ASK = {"query": "{ __typename }"}


def goes_to(answer: httpx.Response) -> str | None:
    return answer.headers.get("location") if answer.status_code == 303 else None


def test_a_partner_logs_in_looks_around_and_logs_out(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as one:
            assert goes_to(await one.get("/account")) == "/login"
            assert "ログインする" in text_of(await one.get("/login"))
            assert goes_to(await one.enter(MEGUMI)) == "/own"
            assert "/account" in (await one.get("/own")).text
            text = text_of(await one.get("/account"))
            for told in ("例塚 恵", MEGUMI, "協定の相手方", "Linux の Firefox", "（この画面）"):
                assert told in text
            assert goes_to(await one.post("/logout")) == "/login?said=out"
            assert one.session is None
            assert goes_to(await one.get("/account")) == "/login"

    play(story)


def test_the_cookie_is_for_this_host_by_tls_alone_and_out_of_reach_of_scripts(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as one:
            cookie = (await one.enter(MEGUMI)).headers["set-cookie"]
        assert re.fullmatch(r"__Host-renkei=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)
        async with browser(base_url="http://127.0.0.1:8000", is_demo=True) as one:
            assert (await one.enter(MEGUMI)).headers["set-cookie"].startswith("renkei=")

    play(story)


def test_no_session_is_taken_over_from_before_the_login(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as one:
            one.client.cookies.set("__Host-renkei", "A" * 43, domain="renkei.example")
            await one.enter(MEGUMI)
            first = one.session
            assert first not in (None, "A" * 43)
            await one.enter(MEGUMI)
            assert one.session != first
        assert await accounts.visit(first or "", NOW) is None
        assert len([row for row in await Session.all() if row.is_alive(NOW)]) == 1

    play(story)


def test_an_officer_sets_a_second_factor_up_at_the_first_login_and_shows_it_at_the_next(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, town.officer, "officer-1")
        clock = Clock()
        async with browser(clock) as one:
            assert goes_to(await one.enter("officer-1")) == "/login/second-factor"
            assert goes_to(await one.get("/account")) == "/login/second-factor"
            page = await one.get("/login/second-factor")
            key, sealed = secrets_in(page)[0].replace(" ", ""), hidden(page, "sealed")
            assert "<svg" in page.text
            wrong = await one.post("/login/second-factor", sealed=sealed, code="000000")
            assert (wrong.status_code, secrets_in(wrong)[0].replace(" ", "")) == (400, key)
            half = one.session
            codes = secrets_in(await one.post("/login/second-factor", sealed=sealed, code=keys.number(key)))
            assert len(codes) == 10
            assert one.session != half
            assert (await one.get("/account")).status_code == 200
            await one.post("/logout")
            clock.now += timedelta(minutes=1)
            await one.enter("officer-1")
            assert "<svg" not in (await one.get("/login/second-factor")).text
            refused = await one.post("/login/second-factor", code="000000")
            assert (refused.status_code, goes_to(await one.get("/account"))) == (401, "/login/second-factor")
            number = keys.number(key, clock.now)
            assert goes_to(await one.post("/login/second-factor", code=number)) == "/account"

    play(story)


def test_whoever_cannot_come_in_sees_the_same_page(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        locked = await keys.opened(town, town.hq, "locked-1")
        await accounts.lock(town.admin, locked.id)
        seen = set()
        async with browser() as one:
            for login, password in ((MEGUMI, "wrong"), ("nobody-1", "wrong"), ("locked-1", keys.PASSWORD)):
                answer = await one.enter(login, password)
                seen.add((answer.status_code, answer.text.replace(login, "…"), tuple(sorted(answer.headers))))
                assert one.session is None
        assert len(seen) == 1
        assert seen.pop()[0] == 401

    play(story)


def test_whoever_is_paused_is_asked_for_the_second_factor_as_well(play: Any) -> None:
    async def story(town: Town) -> None:
        async with browser() as one:
            answers = [await one.enter("nobody-1", "wrong") for _ in range(6)]
            assert [answer.status_code for answer in answers] == [401] * 5 + [429]
            assert 'name="code"' not in answers[4].text
            assert 'name="code"' in answers[5].text
            assert entering.PAUSED in text_of(answers[5])

    play(story)


FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
)


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    "path",
    ["/login", "/logout", "/password", "/account/sessions/end", "/account/tokens", "/account/feed", "/password/reset"],
)
def test_a_page_elsewhere_cannot_press_our_buttons(play: Any, path: str, headers: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as one:
            await one.enter(MEGUMI)
            entries = await Entry.all().count()
            form = {"login": MEGUMI, "password": keys.PASSWORD, "scope": "FULL", "days": "1"}
            answer = await one.post(path, headers, **form)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
            assert (await one.get("/account")).status_code == 200
            assert await Entry.all().count() == entries

    play(story)


@pytest.mark.parametrize("headers", [{}, {"origin": BASE}, OURS])
def test_text_browsers_old_ones_and_new_ones_log_in(play: Any, headers: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as one:
            answer = await one.post("/login", headers, login=MEGUMI, password=keys.PASSWORD)
            assert goes_to(answer) == "/own"

    play(story)


def test_the_session_opens_graphql_and_downloads_for_pages_of_ours_only(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.opened(town, town.statistician, "counting-1")
        async with browser(is_demo=True) as one:
            await one.enter("counting-1")
            asked = [
                (await one.client.post("/graphql", json=ASK, headers=headers)).status_code
                for headers in (OURS, {"origin": BASE}, {}, *FOREIGN)
            ]
            assert asked == [200, 200, 401, 403, 403, 403, 403, 403]
            path = "/exports/statistics?format=csv"
            got = [
                (await one.get(path, sec_fetch_site=site)).status_code
                for site in ("same-origin", "none", "same-site", "cross-site")
            ]
            assert got == [200, 200, 401, 401]
            await one.post("/logout")
            assert (await one.client.post("/graphql", json=ASK, headers=OURS)).status_code == 401
            assert (await one.get(path)).status_code == 401

    play(story)


def test_a_token_wins_over_the_session(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        token, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=Role.STATION_LIAISON)
        question = {"query": "{ officers(first: 9) { totalCount } }"}
        async with browser() as one:
            await one.enter(MEGUMI)
            own = await one.client.post("/graphql", json=question, headers=OURS)
            assert own.json()["data"]["officers"]["totalCount"] == 0
            bearer = OURS | {"authorization": f"Bearer {secret}"}
            assert (await one.client.post("/graphql", json=question, headers=bearer)).json()["data"]["officers"][
                "totalCount"
            ] > 0
            await tokens.revoke(town.admin, token.id)
            assert (await one.client.post("/graphql", json=question, headers=bearer)).status_code == 401

    play(story)


def test_a_revoked_session_is_refused_at_the_next_request(play: Any) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        async with browser() as one:
            await one.enter(MEGUMI)
            assert (await one.client.post("/graphql", json=ASK, headers=OURS)).status_code == 200
            await accounts.revoke_sessions(town.admin, account.id)
            assert (await one.client.post("/graphql", json=ASK, headers=OURS)).status_code == 401
            assert goes_to(await one.get("/account")) == "/login"
            assert goes_to(await one.post("/account/tokens", scope="FULL", days="9")) == "/login"
        assert await tokens.Token.filter(person_id=account.person_id).count() == 0

    play(story)


def welcome(account: accounts.Account, link: Link = Link.WELCOME) -> str:
    return accounts.address(keys.GATE.secret, "", link, account.id, account.link_generation)


def test_the_letters_link_leads_to_a_password_and_to_the_login(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer))
        account = await accounts.invite(town.admin, person_id=contact.person_id, role=Role.PARTNER)
        path = welcome(account)
        async with browser() as one:
            for _ in range(3):
                page = await one.get(path)
                assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
                assert MEGUMI not in page.text
            for form in ({"password": NEW}, {"password": NEW, "again": "x"}, {"password": "short", "again": "short"}):
                assert (await one.post(path, {}, **form)).status_code == 400
            assert goes_to(await one.post(path, {}, password=NEW, again=NEW)) == "/login?said=set"
            assert (await one.get(path)).status_code == 404
            assert goes_to(await one.enter(MEGUMI, NEW)) == "/own"

    play(story)


@pytest.mark.parametrize("link", Link)
def test_every_link_that_is_not_good_answers_alike(play: Any, link: Link) -> None:
    async def story(town: Town) -> None:
        _, account = await keys.partner(town)
        expired = await accounts.make_link(town.admin, account.id)
        seen = set()
        async with browser(Clock(NOW + timedelta(days=8))) as one:
            for path in (welcome(expired), f"{link.path}/{'x' * 65}", f"{link.path}/x", f"{link.path}/%00"):
                for answer in (await one.get(path), await one.post(path, {}, password=NEW, again=NEW)):
                    seen.add((answer.status_code, text_of(answer).replace("連携へようこそ", "パスワードの再設定")))
        assert len(seen) == 1

    play(story)


def test_forgetting_is_answered_alike_for_everybody(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as one:
            answers = [await one.post("/password/reset", login=login) for login in (MEGUMI, "nobody-1", "", "x" * 999)]
        assert len({(answer.status_code, answer.text) for answer in answers}) == 1
        await accounts.send_resets(NOW)
        assert [letter.to_address for letter in await Letter.filter(kind="password-reset")] == [MEGUMI]

    play(story)


def test_a_password_is_changed_and_the_other_browser_is_out(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as here, browser() as there:
            await here.enter(MEGUMI)
            await there.enter(MEGUMI)
            wrong = await here.post("/password", current="wrong", password=NEW, again=NEW)
            assert (wrong.status_code, "いまのパスワード" in text_of(wrong)) == (400, True)
            before = here.session
            changed = await here.post("/password", current=keys.PASSWORD, password=NEW, again=NEW)
            assert (goes_to(changed), here.session == before) == ("/account", False)
            assert (await here.get("/account")).status_code == 200
            assert goes_to(await there.get("/account")) == "/login"

    play(story)


def test_a_token_of_ones_own_is_shown_once_and_revoked_by_a_button(play: Any) -> None:
    async def story(town: Town) -> None:
        who, _ = await keys.partner(town)
        async with browser() as one:
            await one.enter(MEGUMI)
            issued = await one.post("/account/tokens", label="<b>表計算", days="30", scope="READ")
            (secret,) = secrets_in(issued)
            assert (await tokens.actor_of(secret, NOW)).person_id == who.person_id
            page = await one.get("/account")
            assert secret not in page.text
            assert "<b>表計算" in text_of(page)
            (path,) = re.findall(r'action="(/account/tokens/[^"]+/revoke)"', page.text)
            assert goes_to(await one.post(path)) == "/account"
            assert (await one.post(path.replace("/revoke", "x/revoke"))).status_code == 404
        with pytest.raises(accounts.sessions.Unauthenticated):
            await tokens.actor_of(secret, NOW)

    play(story)


@pytest.mark.parametrize("form", [{"days": "0"}, {"days": "367"}, {"days": "九"}, {"scope": "ALL"}, {"label": "\x00"}])
def test_a_token_that_makes_no_sense_is_not_made(play: Any, form: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        who, _ = await keys.partner(town)
        async with browser() as one:
            await one.enter(MEGUMI)
            assert (await one.post("/account/tokens", **{"days": "9", "scope": "READ"} | form)).status_code == 400
        assert await tokens.Token.filter(person_id=who.person_id).count() == 0

    play(story)


def test_the_holder_lets_letters_go_to_another_address(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        clock = Clock()
        async with browser(clock) as one:
            await one.enter(MEGUMI)
            assert MEGUMI in (await one.get("/account/address")).text
            wrong = await one.post("/account/address", current="wrong", mail_address="new@partner.example")
            assert (wrong.status_code, 'value="new@partner.example"' in wrong.text) == (400, True)
            right = {"current": keys.PASSWORD, "mail_address": "new@partner.example"}
            assert goes_to(await one.post("/account/address", **right)) == "/account"
            assert "new@partner.example" in text_of(await one.get("/account"))
            clock.now += timedelta(minutes=16)
            assert (await one.get("/account/address")).status_code == 403
        assert [letter.to_address for letter in await Letter.filter(kind="account-changed")] == [MEGUMI]

    play(story)


@pytest.mark.parametrize("path", ["/account/tokens", "/account/second-factor", "/account/recovery-codes"])
def test_keys_are_changed_only_shortly_after_the_login(play: Any, path: str) -> None:
    async def story(town: Town) -> None:
        clock = Clock()
        await keys.partner(town)
        async with browser(clock) as one:
            await one.enter(MEGUMI)
            sealed = hidden(await one.get("/account/second-factor"), "sealed")
            clock.now += timedelta(minutes=16)
            answer = await one.post(path, days="9", scope="READ", sealed=sealed, code="000000")
            assert answer.status_code in (400, 403)
            assert (await one.get("/account/second-factor")).status_code == 403
        assert await tokens.Token.exclude(role=Role.ADMIN).count() == 0

    play(story)


def test_all_browsers_are_logged_out_by_one_button_and_one_by_its_own(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        async with browser() as here, browser() as there:
            await there.enter(MEGUMI)
            await here.enter(MEGUMI)
            (path,) = re.findall(r'action="(/account/sessions/[^"]{36}/end)"', (await here.get("/account")).text)
            assert goes_to(await here.post(path)) == "/account"
            assert goes_to(await there.get("/account")) == "/login"
            assert goes_to(await here.post("/account/sessions/end")) == "/login?said=out"
            assert goes_to(await here.get("/account")) == "/login"

    play(story)


def test_the_address_of_an_own_feed_is_shown_once_and_told_by_letter_and_a_new_one_each_time(play: Any) -> None:
    async def story(town: Town) -> None:
        who, _ = await keys.partner(town)
        addresses = set()
        async with browser() as one:
            await one.enter(MEGUMI)
            for generation in (1, 2):
                page = await one.post("/account/feed", label="電話")
                [address] = set(re.findall(r"https://[^<>\s\"]+/calendar\.ics(?=<)", page.text))
                addresses.add(address)
                feed = await Subscription.get(person_id=who.person_id)
                assert (feed.generation, feed.label) == (generation, "電話")
            account = (await one.get("/account")).text
            assert "電話（最後の読み込み まだありません）" in account
            assert not any(address in account for address in addresses)
        assert len(addresses) == await Letter.filter(kind="feed-address").count() == 2

    play(story)


def test_each_device_has_an_address_of_its_own_that_ends_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        who, _ = await keys.partner(town)
        async with browser() as one:
            await one.enter(MEGUMI)
            for label in ("電話", "職場の Outlook"):
                assert (await one.post("/account/feed", label=label)).status_code == 200
            lost = await Subscription.get(person_id=who.person_id, label="電話")
            assert goes_to(await one.post(f"/account/feeds/{lost.id}/end")) == "/account"
            assert (await one.post(f"/account/feeds/{lost.id}/end")).status_code == 404
            assert (await one.post("/account/feed", label="長" * 41)).status_code == 400
        open_ones = await Subscription.filter(person_id=who.person_id, revoked_at=None)
        assert [feed.label for feed in open_ones] == ["職場の Outlook"]

    play(story)


def test_outsiders_set_a_second_factor_up_and_do_without_again(play: Any) -> None:
    async def story(town: Town) -> None:
        await keys.partner(town)
        clock = Clock()
        async with browser(clock) as one:
            await one.enter(MEGUMI)
            page = await one.get("/account/second-factor")
            key = secrets_in(page)[0].replace(" ", "")
            shown = await one.post("/account/second-factor", sealed=hidden(page, "sealed"), code=keys.number(key))
            assert len(secrets_in(shown)) == 10
            assert len(secrets_in(await one.post("/account/recovery-codes"))) == 10
            assert goes_to(await one.post("/account/second-factor/remove")) == "/account"
            assert "設定していません" in text_of(await one.get("/account"))

    play(story)


@pytest.mark.parametrize("path", ["/login", "/password/reset", "/welcome/x", "/password/reset/x"])
def test_every_page_says_that_nothing_else_may_run_frame_or_keep_it(play: Any, path: str) -> None:
    async def story(town: Town) -> None:
        async with browser() as one:
            headers = (await one.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert headers["referrer-policy"] in ("same-origin", "no-referrer")

    play(story)


@pytest.mark.parametrize("body", [b"login=%ff&password=x", b"x" * 20_000, b"&".join([b"a=1"] * 20), b"\xff", b""])
def test_whatever_is_sent_is_refused_and_never_a_failure(play: Any, body: bytes) -> None:
    async def story(town: Town) -> None:
        form = {**OURS, "content-type": "application/x-www-form-urlencoded"}
        async with browser() as one:
            for path in ("/login", "/password/reset", "/login/second-factor", "/account/tokens", "/logout"):
                answer = await one.client.post(path, content=body, headers=form)
                assert answer.status_code in (200, 303, 400, 401), path

    play(story)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "Windows の Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "iPhone の Safari"),
        ("w3m/0.5.3", "w3m"),
        ("山田太郎の<b>端末", "ブラウザー"),
        ("", "ブラウザー"),
    ],
)
def test_a_session_is_called_by_a_kind_of_browser_and_never_by_a_person(agent: str, said: str) -> None:
    assert label(agent) == said
