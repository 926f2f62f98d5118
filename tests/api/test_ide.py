"""The GraphQL desk works with the network cable out, for a chosen persona, with saved operations."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import Request as Asked

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp
from strawberry.types import Info

from api.budget import BUDGET
from api.graphql_door import GraphQLDoor
from api.guard import Guard
from api.ide import ASSETS, POLICY, Operation, Persona, make_ide
from api.strictness import Strict
from domain.errors import Unauthenticated
from tests.api.asgi import Answered, request
from tests.api.browser import DIRECT, Browser, browser
from tests.api.serving import served
from tests.judging import is_here

PERSONAS = [
    Persona("hq", "県警本部 連携係", "token-hq"),
    Persona("partner", "青浜信用金庫 <防犯担当>", "token-partner"),
]
OPERATIONS = [
    Operation("今月の訓練を見る", "query Drills($first: Int!) { drills(first: $first) { title } }", {"first": 2}),
    Operation("自分はだれか", "query Me { me }"),
]
TITLES = ["標的型メール対応訓練", "サイバー攻撃共同対処訓練"]


@strawberry.type
class Drill:
    @strawberry.field
    def title(self, info: Info) -> str:
        return TITLES[0]


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: Info) -> str:
        return f"{info.context} です"

    @strawberry.field
    def drills(self, first: int) -> list[Drill]:
        return [Drill() for _ in range(first)]


async def persona_of(request: Request, _: object) -> str:
    for persona in PERSONAS:
        if request.headers.get("authorization") == f"Bearer {persona.token}":
            return persona.label
    raise Unauthenticated("トークンを Authorization に入れてください。")


async def saved(name: str) -> list[Operation]:
    """The partner may run only the second."""
    return OPERATIONS if name == "hq" else OPERATIONS[1:]


def desk(address: str) -> ASGIApp:
    ide = make_ide(PERSONAS, saved)
    door = GraphQLDoor(strawberry.Schema(Query, extensions=BUDGET), persona_of)
    return Strict(Starlette(routes=[*ide.routes, Route("/graphql", Guard(door, origins=[address], page=ide.page))]))


def get(path: str) -> Answered:
    return request(desk("http://127.0.0.1:8000"), b"", {}, "GET", path)


class Page(HTMLParser):
    """What a page names, and whatever in it would run or be styled without a file of its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.named: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.named += [value for key, value in attrs if key in ("src", "href") and value]
        self.inline += [key for key in given if key.startswith("on") or key == "style"]
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.inline.append(tag)


def test_everything_the_page_names_is_served_from_here() -> None:
    page = Page(get("/graphql").body.decode())
    files = [name for name in page.named if not name.startswith("data:")]
    assert len(files) >= 6
    for name in files:
        assert name.startswith(f"{ASSETS}/")
        answered = get(name)
        assert answered.status == 200
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        assert answered.headers["content-type"].startswith(kind)
        assert answered.headers["x-content-type-options"] == "nosniff"


def test_the_styles_name_nothing_that_is_not_inside_them() -> None:
    for name in ("graphiql.min.css", "desk.css"):
        style = get(f"{ASSETS}/{name}").body.decode()
        outside = [url for url in re.findall(r"url\(([^)]*)\)", style) if not url.startswith("data:")]
        assert outside == []
        assert "@import" not in style


def test_our_own_script_names_only_our_own_doors() -> None:
    script = get(f"{ASSETS}/desk.js").body.decode()
    assert "//" not in script.replace("// ", "")
    assert set(re.findall(r'fetch\("([^"]+)"', script)) == {"/graphql", f"{ASSETS}/"}


def test_the_page_runs_under_a_policy_without_inline_code() -> None:
    answered = get("/graphql")
    assert answered.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert Page(answered.body.decode()).inline == []


def test_personas_are_given_by_the_server_and_kept_nowhere() -> None:
    answered = get(f"{ASSETS}/personas.json")
    assert answered.headers["cache-control"] == "no-store"
    assert answered.json[0] == {"name": "hq", "label": "県警本部 連携係", "token": "token-hq"}


def test_each_persona_is_given_the_operations_found_for_it_now() -> None:
    answered = get(f"{ASSETS}/partner/operations.json")
    assert answered.headers["cache-control"] == "no-store"
    assert answered.json == [{"title": "自分はだれか", "query": "query Me { me }", "variables": {}}]
    assert len(get(f"{ASSETS}/hq/operations.json").json) == 2
    assert get(f"{ASSETS}/nobody/operations.json").status == 404


def test_only_the_desks_own_files_are_served() -> None:
    for name in (
        "page.html",
        "__init__.py",
        "graphql-ws.min.js",
        "..%2fguard.py",
        "../guard.py",
        "desk.js/x",
        "",
    ):
        assert get(f"{ASSETS}/{name}").status == 404


def test_the_desk_needs_no_django() -> None:
    make_ide(PERSONAS, saved)
    assert not [name for name in sys.modules if name.partition(".")[0] == "django"]


def test_a_visitor_runs_a_saved_operation_as_another_persona_without_any_network(tmp_path: Path) -> None:
    with served(desk) as address:
        if is_here("Chromium"):
            with browser() as window:
                run_in_a_browser(window, address, tmp_path)
        else:
            run_as_the_script_does(address)


EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror')"
RESULT = "document.querySelector('.result-window .CodeMirror')"
CHOOSE = """
    const choice = document.getElementById(arguments[0]);
    choice.value = arguments[1];
    choice.dispatchEvent(new Event("change"));
"""
PRESS = "document.querySelector('.graphiql-execute-button').click()"
PRESS_AT_ONCE = f"""
    const wanted = arguments[0];
    const timer = setInterval(() => {{
        if (!{EDITOR}.CodeMirror.getValue().includes(wanted)) return;
        clearInterval(timer);
        {PRESS};
    }}, 1);
"""
SAYS = f"return {RESULT} && {RESULT}.CodeMirror.getValue().includes(arguments[0])"
DOCUMENTED = "return document.querySelector('.graphiql-doc-explorer-content')?.textContent.includes('Query')"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
PLACE = "document.querySelector('.graphiql-{}').getBoundingClientRect()"
BELOW = f"{PLACE.format('response')}.top - {PLACE.format('editors')}.bottom < 40"
LOADED = "return performance.getEntriesByType('resource').map((entry) => entry.name)"


def run_in_a_browser(window: Browser, address: str, tmp_path: Path) -> None:
    window.open(f"{address}/graphql")
    window.wait_for(f"return {EDITOR} && {EDITOR}.CodeMirror.getValue().includes('query Drills')")
    window.run(PRESS)
    window.wait_for(SAYS, TITLES[0])
    window.run(CHOOSE, "persona", "1")
    window.wait_for(f"return {EDITOR}.CodeMirror.getValue() === 'query Me {{ me }}'")
    window.wait_for(f"return {RESULT}.CodeMirror.getValue().trim() === ''")
    window.run(PRESS)
    window.wait_for(SAYS, "青浜信用金庫 <防犯担当> です")
    window.run(CHOOSE, "persona", "0")
    window.wait_for("return document.getElementById('operation').options.length === 2")
    window.run(CHOOSE, "operation", "0")
    window.run(PRESS_AT_ONCE, "query Drills")
    window.wait_for(SAYS, TITLES[0])
    window.run(CHOOSE, "persona", "1")
    window.wait_for(f"return {EDITOR}.CodeMirror.getValue() === 'query Me {{ me }}'")
    window.wait_for(f"return {EDITOR}.CodeMirror.operationName === 'Me'")
    assert "as=partner" in window.run("return location.hash")
    window.run("location.reload()")
    window.wait_for(f"return {EDITOR} && {EDITOR}.CodeMirror.getValue() === 'query Me {{ me }}'")
    assert window.run("return document.getElementById('persona').value") == "1"
    assert window.run(f"return {EDITOR}.CodeMirror.getOption('lineWrapping')") is True
    window.post("/goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=PHONE)
    assert window.run("return document.documentElement.scrollWidth") == PHONE["width"]
    assert window.run(f"return {BELOW}") is True
    window.post("/goog/cdp/execute", cmd="Emulation.clearDeviceMetricsOverride", params={})
    window.run("document.querySelector('.graphiql-sidebar button').click()")
    window.wait_for(DOCUMENTED)
    window.picture(tmp_path / "desk.png")
    assert window.complaints() == []
    assert [name for name in window.run(LOADED) if not name.startswith((address, "data:"))] == []


def run_as_the_script_does(address: str) -> None:
    with DIRECT.open(f"{address}{ASSETS}/personas.json") as answer:
        persona = json.load(answer)[1]
    with DIRECT.open(f"{address}{ASSETS}/{persona['name']}/operations.json") as answer:
        [operation] = json.load(answer)
    body = json.dumps({"query": operation["query"], "variables": operation["variables"], "operationName": "Me"})
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {persona['token']}",
        "Origin": address,
        "Sec-Fetch-Site": "same-origin",
    }
    with DIRECT.open(Asked(f"{address}/graphql", body.encode(), headers)) as answer:
        assert json.load(answer) == {"data": {"me": "青浜信用金庫 <防犯担当> です"}}
