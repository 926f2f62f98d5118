"""The README says what the program does: its saved operations, its commands, its settings."""

import re
import subprocess
from pathlib import Path

import pytest

from api.arguments import EXTRA
from api.cli import COMMANDS
from api.commands.demo import TOUR
from api.commands.units import HERE
from api.commands.wheelhouse import instruction
from api.downloads import EXPORTS
from api.operations import FINDERS, document_of
from api.settings import READERS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SCHEMA = (Path(__file__).parents[1] / "api" / "schema.graphql").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FINDERS)
def test_the_readme_leads_to_each_saved_operation_by_its_title(name: str) -> None:
    title = document_of(name).strip().partition("\n")[0].removeprefix("# ")
    assert f"- [{title}](api/operations/{name}.graphql)" in README


def test_no_other_operation_is_said_to_be_saved() -> None:
    saved = README.partition("## Saved operations")[2].partition("\n## ")[0]
    assert saved.count("- [") == len(FINDERS)


def test_the_tour_is_the_one_that_the_demonstration_prints() -> None:
    assert TOUR.format(graphql="http://127.0.0.1:8000/graphql", mail="var/mail") in README


@pytest.mark.parametrize("title", re.findall("「([^」]+)」を実行", TOUR))
def test_the_tour_runs_operations_that_are_there(title: str) -> None:
    titles = [document_of(name).partition("\n")[0] for name in FINDERS]
    assert len([one for one in titles if one.startswith(f"# {title}")]) == 1


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "demo"])
def test_every_command_is_in_the_table(name: str) -> None:
    assert re.search(rf"`{name}\b", README)


def test_an_update_from_a_wheelhouse_is_what_the_command_says() -> None:
    assert f"\n.venv/bin/pip {instruction(Path('DIR'))}  #" in README


@pytest.mark.parametrize("name", ["fonts", "oidc"])
def test_what_is_installed_besides_is_installed_as_the_commands_say(name: str) -> None:
    assert EXTRA.format(name) in README


def test_the_directory_of_the_certificate_is_made_where_nginx_looks_for_it() -> None:
    places = re.findall(r"ssl_certificate\w* (.+)/", (HERE / "nginx.conf").read_text(encoding="utf-8"))
    assert [place for place in places if f"`install -d -m 0700 {place}`" in README] == places != []


@pytest.mark.parametrize("more", ["", "?sslmode=verify-full&sslrootcert=/etc/renkei/ca.pem"])
@pytest.mark.parametrize("quoted", ["{}", '"{}"', "'{}'"], ids=["plain", "quoted", "quoted otherwise"])
def test_the_quarterly_drill_takes_the_settings_as_they_are_but_for_the_database(more: str, quoted: str) -> None:
    (script,) = re.findall(r"^sed '(.+)' /etc/renkei/renkei\.env \|", README, re.MULTILINE)
    address = quoted.format("postgres://renkei:a@h:1,b:1/{}{}")
    settings = f"RENKEI_BASE_URL=https://renkei.example/renkei\nRENKEI_DATABASE_URL={address}\n"
    done = subprocess.run(["sed", script], input=settings.format("renkei", more), capture_output=True, text=True)
    assert done.stdout == settings.format("renkei_drill", more)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_in_the_row_of_its_command(name: str) -> None:
    (row,) = re.findall(r"^\| `export .*$", README, re.MULTILINE)
    assert re.search(rf"`export {name}[ `]", row)


@pytest.mark.parametrize("name", READERS)
def test_every_setting_is_explained(name: str) -> None:
    assert name in README


@pytest.mark.parametrize("verb", ["rotateCalendarFeed", "revokeCalendarFeed"])
def test_the_readme_says_how_the_address_of_a_feed_is_replaced_and_how_it_is_ended(verb: str) -> None:
    [told] = [line for line in README.splitlines() if line.startswith("**To subscribe.**")]
    assert f"`{verb}`" in told
    wanted = SCHEMA.partition(f"input {verb[0].upper()}{verb[1:]}Input {{")[2].partition("}")[0]
    assert {line.split(":")[0].strip() for line in wanted.strip().splitlines()} == {"subscriptionId", "idempotencyKey"}
    assert "`subscriptionId`" in told
