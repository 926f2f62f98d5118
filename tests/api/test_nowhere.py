"""An address without anything behind it answers in Japanese: a page for people, a code for programs."""

from dataclasses import replace

import pytest

from domain.errors import Invalid, NotFound
from tests.api.test_app import HOUSE, client

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def asked(run, method="GET", path="/", house=HOUSE, **headers):
    async def story():
        async with client(house, **headers) as nobody:
            return await nobody.request(method, path)

    return run(story())


def test_the_front_page_says_what_this_is_and_where_to_go(run):
    answer = asked(run, **BROWSER)
    assert answer.status_code == 200
    assert "メールのリンクから開いてください" in answer.text
    assert "script" not in answer.text
    assert 'href="/graphql"' not in answer.text


def test_the_front_page_of_a_demonstration_leads_to_its_desk(run):
    assert 'href="/graphql"' in asked(run, house=replace(HOUSE, is_demo=True)).text


@pytest.mark.parametrize("path", ["/nothing", "/graphql/x", "/rsvp", "/%E4%BA%88%E5%AE%9A"])
def test_an_unknown_address_is_told_as_a_page_and_as_a_code(run, path):
    page, told = asked(run, path=path, **BROWSER), asked(run, path=path)
    assert (page.status_code, told.status_code) == (404, 404)
    assert "このアドレスのページはありません" in page.text
    assert page.headers["Content-Type"].startswith("text/html")
    assert {way for way in ("/login", "/genuine") if f'href="{way}"' in page.text} == {"/login", "/genuine"}
    [error] = told.json()["errors"]
    assert error["extensions"] == {"code": NotFound.code}
    assert "このアドレスのページはありません" in error["message"]


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/"), ("POST", "/healthz"), ("PUT", "/rsvp/x")])
def test_a_wrong_method_is_told_which_ones_there_are(run, method, path):
    page, told = asked(run, method, path, **BROWSER), asked(run, method, path)
    assert (page.status_code, told.status_code) == (405, 405)
    assert "GET" in told.headers["Allow"]
    [error] = told.json()["errors"]
    assert error["extensions"] == {"code": Invalid.code}
    assert f"その方法（{method}）" in error["message"]
    assert f"その方法（{method}）" in page.text
