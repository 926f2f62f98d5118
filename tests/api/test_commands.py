"""The commands of a real installation, as whoever keeps the machine meets them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api import cli, rights
from api.arguments import columns
from api.commands import letters
from domain import accounts, database, feeds, installation, outbox, tokens
from domain.accounts import Gate, Link
from domain.actor import Role
from domain.errors import Invalid, NotFound, Unauthenticated
from domain.japanese import prefecture_code
from domain.outbox import Letter
from domain.tokens import Token
from domain.waiting import Reason, Wait
from tests import make
from tests.api.conftest import SET
from tests.api.test_cli import renkei
from tests.clock import NOW

INIT = ["init", "--code", "04", "--name", "宮城県", "--domain", "police.pref.example.jp"]
INIT += ["--phone", "000-0000-0110", "--mail", "desk@police.pref.example.jp"]
NEEDING = [
    ["token", "list"],
    ["account", "list"],
    ["letters"],
    ["journal", "verify"],
    ["affected", "--from", "2026-01-01", "--to", "2026-01-31"],
    ["export", "statistics"],
    ["disclose", "12345", "--purpose", "第3号", "--out", "never.zip"],
    ["erased", "--out", "never.json"],
    ["backup", "never.dump"],
    ["serve"],
    ["jobs"],
]


@pytest.mark.parametrize("arguments", NEEDING, ids=lambda words: words[0])
def test_before_init_every_command_says_that_init_comes_first(new_database, set_for, capsys, arguments):
    set_for(new_database())
    assert cli.main(arguments) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("renkei: まだ設置されていません。先に renkei init を")


@pytest.mark.parametrize("arguments", [*NEEDING, ["migrate"]], ids=lambda words: words[0])
def test_where_no_database_is_none_is_made_in_passing(set_for, capsys, monkeypatch, tmp_path, arguments):
    monkeypatch.chdir(tmp_path)
    set_for(None)
    assert cli.main(arguments) == 1
    assert capsys.readouterr().err.startswith("renkei: データベースがありません。RENKEI_DATABASE_URL を設定するか、")
    assert list(tmp_path.iterdir()) == []


def test_an_administrator_without_a_space_in_the_name_is_refused_before_anything_is_made(
    set_for, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    set_for(None)
    assert cli.main([*INIT, "--admin", "見本太郎"]) == 1
    assert capsys.readouterr().err == "renkei: 氏と名の間に空白を入れてください。例: --admin '見本 太郎'\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--phone", "内線3484", "電話番号は"),
        ("--mail", "desk", "メールアドレス"),
        ("--code", "99", "都道府県コード"),
        ("--domain", "警察", "ドメイン名を"),
        ("--section", "課" * 200, "100字以内"),
    ],
)
def test_what_init_would_refuse_is_refused_before_a_database_is_made(
    set_for, capsys, monkeypatch, tmp_path, option, value, says
):
    monkeypatch.chdir(tmp_path)
    set_for(None)
    assert cli.main([*INIT, "--admin", "見本 太郎", option, value]) == 1
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--port", "80000"], "--port の「80000」は使えません。0から65535までの整数にしてください"),
        (["serve", "--port", "-1"], "--port"),
        (["demo", "--port", "http"], "--port の「http」は使えません。0から65535までの整数にしてください"),
        (["serve", "--workers", "0"], "--workers の「0」は使えません。1から64までの整数にしてください"),
        (["token", "new", "--person", "1", "--role", "NATIONAL"], "--role に 'NATIONAL' は使えません"),
        (["export", "statistics", "--format", "pdf"], "--format に 'pdf' は使えません"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(capsys, arguments, sentence):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert sentence in capsys.readouterr().err


def test_the_help_of_init_says_which_codes_it_takes(capsys):
    with pytest.raises(SystemExit):
        cli.main(["init", "--help"])
    first, last = re.search(r"(\d\d)から(\d\d)まで", capsys.readouterr().out).groups()
    assert [prefecture_code(code) for code in (first, last)] == [first, last]
    for code in (f"{int(first) - 1:02}", f"{int(last) + 1:02}"):
        with pytest.raises(Invalid):
            prefecture_code(code)


def test_a_new_token_stands_alone_on_the_first_channel_and_its_end_on_the_second(play, shared_url, set_for, capsys):
    async def story(town):
        await make.officer(town.admin, town.station, family_name="髙見本", number="12345")

    play(story)
    set_for(shared_url)
    assert cli.main(["token", "new", "--person", "12345", "--role", "STATION_LIAISON", "--days", "366"]) == 0
    told = capsys.readouterr()
    assert re.fullmatch(r"rk_[\w-]{43}\n", told.out)
    assert re.fullmatch(r"有効期限は20\d\d-\d\d-\d\dです。次のトークンは、この一度だけ表示します。\n", told.err)


def test_the_list_of_tokens_has_headings_and_names_no_outsider(play, shared_url, set_for, capsys):
    async def story(town):
        officer = await make.officer(town.admin, town.station, family_name="髙見本", number="12345")
        contact = await make.contact(town.officer, await make.company(town.officer))
        for person_id, role in ((officer.id, Role.STATION_LIAISON), (contact.person_id, Role.PARTNER)):
            await tokens.issue(town.admin, person_id=person_id, role=role, label="予定表の連携")
        return contact, await Token.all().count()

    contact, count = play(story)
    set_for(shared_url)
    assert cli.main(["token", "list"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["番号", "状態", "役割", "人", "所属", "有効期限", "覚え書き"]
    officers, partners = ([line for line in lines if role in line] for role in ("STATION_LIAISON", "PARTNER"))
    assert officers[-1].split()[3:5] == ["12345", "青浜第1警察署"]
    assert partners[0].split()[3] == str(contact.person_id)
    assert [name for name in ("髙見本", "例塚") if any(name in line for line in lines)] == []
    assert count == len(lines)


def test_whatever_token_is_listed_can_be_revoked_by_its_number(play, shared_url, set_for, capsys):
    async def story(town):
        national = await installation.admit_national(NOW, name=("見本", "学"), label="統計")
        _, own = await tokens.issue(town.admin, person_id=town.hq.person_id, role=Role.HQ_LIAISON)
        return national, own

    async def enter(secret):
        async with database.opened(shared_url):
            return await tokens.actor_of(secret, NOW)

    secrets = play(story)
    set_for(shared_url)
    assert cli.main(["token", "list"]) == 0
    number_of = {words[2]: words[0] for line in capsys.readouterr().out.splitlines() if (words := line.split())}
    for role, secret in zip((Role.NATIONAL, Role.HQ_LIAISON), secrets, strict=True):
        assert asyncio.run(enter(secret)).role is role
        assert cli.main(["token", "revoke", number_of[role]]) == 0
        assert capsys.readouterr().out == "取り消しました。\n"
        with pytest.raises(Unauthenticated):
            asyncio.run(enter(secret))
    assert cli.main(["token", "list"]) == 0
    assert capsys.readouterr().out.count("取消済") == 2


def test_columns_stand_under_their_headings_whatever_the_width_of_the_letters():
    assert columns([("人", "役割"), ("見本", "A"), ("x", "B")]) == ["人    役割", "見本  A", "x     B"]


async def owed(town, key, **over):
    await outbox.owe(
        key,
        "feed-address",
        unit_id=town.station.id,
        to=("例塚 花子", "hanako@x.example"),
        facts={"unit_name": "青浜第1警察署"},
        owed_at=NOW,
    )
    await Letter.filter(key=key).update(**over)


def test_letters_that_did_not_leave_are_listed_with_the_reason_and_nobodys_name(play, shared_url, set_for, capsys):
    async def story(town):
        await Letter.all().delete()
        await owed(town, "one")
        await owed(town, "two", attempts=3, last_error="メールサーバーと通信できません。")
        await owed(town, "three", attempts=1, given_up_at=NOW, last_error="宛先を確認してください。")
        await owed(town, "four", attempts=1, sent_at=NOW)

    play(story)
    set_for(shared_url)
    assert cli.main(["letters"]) == 0
    every = capsys.readouterr().out
    assert every.splitlines()[-1] == "発送待ち 2通、断念 1通。"
    times = [re.findall(r"2026-07-01 09:00 +(すぐ|－)", line) for line in every.splitlines()[1:-1]]
    assert sorted(times) == [["すぐ"], ["すぐ"], ["－"]]
    assert "renkei jobs が動いていれば、すぐに出ます" in every
    assert cli.main(["letters", "--stuck"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert (len(lines), last) == (3, "発送待ち 1通、断念 1通。")
    assert [word for word in ("通信できません", "断念", "青浜第1警察署", "3回") if word not in "".join(lines)] == []
    assert [word for word in ("hanako", "花子") if word in every] == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason(Wait.ASLEEP, NOW + timedelta(hours=9)), "2026-07-01 18:00"),
        (Reason(Wait.GATHERING, NOW + timedelta(minutes=3)), "2026-07-01 09:03"),
        (Reason(Wait.LATER, NOW), "2026-07-01 09:00"),
        (Reason(Wait.BEHIND, behind=UUID(int=7)), "前の手紙の後"),
    ],
)
def test_the_time_at_which_a_letter_leaves_is_that_of_what_it_waits_for(reason, said):
    letter = Letter(due_at=NOW)
    assert letters._next(letter, reason) == said


def test_stuck_letters_are_sent_again_one_or_all(play, run, shared_url, set_for, capsys):
    async def story(town):
        await Letter.all().delete()
        await owed(town, "one")
        for key in ("two", "three", "four"):
            await owed(town, key, attempts=1, given_up_at=NOW, last_error="宛先を確認してください。")

    async def due():
        return sorted([letter.key for letter in await Letter.filter(given_up_at=None)])

    async def number(key):
        return str((await Letter.get(key=key)).id)

    play(story)
    set_for(shared_url)
    two = run(number("two"))
    assert cli.main(["letters", "--resend", two]) == 0
    assert capsys.readouterr().out.startswith("1通をもう一度送ります。")
    assert run(due()) == ["one", "two"]
    assert cli.main(["letters", "--resend"]) == 0
    assert capsys.readouterr().out.startswith("2通をもう一度送ります。")
    assert run(due()) == ["four", "one", "three", "two"]
    assert cli.main(["letters", "--resend", "00000000-0000-7000-8000-000000000000"]) == 1
    assert capsys.readouterr().err == "renkei: この番号の手紙はありません。renkei letters で確かめてください。\n"


def test_posting_once_says_what_left_and_fails_where_nothing_did(play, shared_url, tmp_path):
    async def story(town):
        await Letter.all().delete()
        await feeds.subscribe_unit(town.officer, unit_id=town.station.id)

    play(story)
    (tmp_path / "full").write_text("no directory")
    given = SET | {"RENKEI_DATABASE_URL": shared_url, "RENKEI_SMTP_URL": f"file://{tmp_path}/full"}
    failed = renkei("jobs", "--once", "post-letters", **given)
    assert (failed.returncode, failed.stdout) == (1, "発送 0通、失敗 1通、予定が終わったため不要 0通、発送待ち 1通。\n")
    assert "renkei letters --stuck" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_letters_that_left_are_counted(play, run, shared_url, tmp_path):
    async def story(town):
        await Letter.all().delete()
        await feeds.subscribe_unit(town.officer, unit_id=town.station.id)

    play(story)
    given = SET | {"RENKEI_DATABASE_URL": shared_url, "RENKEI_SMTP_URL": f"file://{tmp_path}/mail"}
    posted = renkei("jobs", "--once", "post-letters", **given)
    assert (posted.returncode, posted.stdout[:12]) == (0, "発送 1通、失敗 0通、")
    assert len(list((tmp_path / "mail").iterdir())) == 1


def test_a_reviewed_file_that_may_not_be_written_is_one_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(rights, "REVIEWED", tmp_path / "no" / "permissions.txt")
    assert cli.main(["permissions"]) == 1
    assert "permissions.txt に書き込めません" in capsys.readouterr().err


def test_init_shows_the_first_administrator_a_way_in_that_works_once_also_after_another_was_refused(
    new_database, set_for, capsys
):
    url = new_database()
    set_for(url)
    assert cli.main([*INIT, "--admin", "見本 太郎"]) == 0
    *_, told, link = capsys.readouterr().out.splitlines()
    assert "ログイン名 admin" in told
    set_for(url, RENKEI_SECRET_KEY="")
    assert cli.main(["account", "link", "admin"]) == 1
    assert "すでに動いているところの鍵を使ってください" in capsys.readouterr().err
    token = link.removeprefix("https://renkei.example/welcome/")
    gate = Gate(SET["RENKEI_SECRET_KEY"])

    async def choose():
        async with database.opened(url):
            await accounts.choose_password(datetime.now(UTC), gate, Link.WELCOME, token, "すずめ三羽 屋根の上", "")

    asyncio.run(choose())
    with pytest.raises(NotFound):
        asyncio.run(choose())


def test_an_account_is_made_linked_locked_and_unlocked_at_the_machine(play, shared_url, set_for, capsys):
    async def story(town):
        await make.officer(town.admin, town.station, family_name="髙見本", number="12345", mail_address="")

    play(story)
    set_for(shared_url)

    def told(*arguments):
        assert cli.main(["account", *arguments]) == 0
        return capsys.readouterr().out.splitlines()

    first = told("new", "--person", "12345", "--role", "STATION_LIAISON")[-1]
    assert first.startswith("https://renkei.example/welcome/")
    assert told("link", "12345") != [first]
    states = [told("list")[0].split()[1] for act in ("lock", "unlock") if told(act, "12345")]
    assert states == ["停止中", "未使用"]
    assert told("forget-factor", "12345")
    set_for(shared_url, RENKEI_SECRET_KEY_BEFORE="f" * 43)
    assert told("seal-anew") == ["二段階認証の鍵 0件を新しい鍵で封じ直しました。"]
    set_for(shared_url)
    assert cli.main(["account", "seal-anew"]) == 1
    assert capsys.readouterr().err.startswith("renkei: RENKEI_SECRET_KEY_BEFORE に前の鍵を設定して")
    assert told("address", "12345", "ichiro@police.example") == ["お知らせの送り先を変えました。"]
    assert cli.main(["account", "address", "12345", "nowhere"]) == 1
    assert capsys.readouterr().err.startswith("renkei: メールアドレスは")
    assert cli.main(["account", "lock", "nobody"]) == 1
    assert capsys.readouterr().err.startswith("renkei: ログイン名 nobody のアカウントがありません。")
