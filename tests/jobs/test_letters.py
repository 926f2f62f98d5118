"""Every letter that the program can write, as its reader gets it."""

from __future__ import annotations

import ast
import re
import shutil
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

import domain
from domain.errors import Incomplete
from jobs import letters
from jobs.letters import KINDS, OPTIONAL, render
from jobs.letters.html import LABELS, OURS
from jobs.post_letters import NOT_COPIED

DOMAIN = Path(domain.__file__).parent
FACTS = {
    "unit_name": "青浜県警察本部サイバー犯罪対策課",
    "unit_phone": "000-0000-0010",
    "contact": "担当 企画係 内線 3484",
    "recipient": "架空電力株式会社 髙見本 一郎 様",
    "title": "共同対処訓練（第２回）",
    "short_id": "01J4",
    "when": "令和８年９月28日（月）午前９時30分から午前11時まで",
    "day": "明日",
    "place": "青浜県警察本部 大会議室",
    "online_url": "https://meet.example/abc",
    "reason": "台風の接近により会場が使えないため",
    "reply_by": "令和８年９月14日（月）",
    "reply_url": "https://renkei.example/rsvp/abc?a=1&b=2",
    "own_url": "https://renkei.example/own/abc",
    "feed_url": "https://renkei.example/cal/xyz/calendar.ics",
    "feed_page": "https://renkei.example/cal/xyz",
    "dav_url": "https://renkei.example/dav/",
    "link_url": "https://renkei.example/welcome/abc?a=1&b=2",
    "check_url": "https://renkei.example/confirm/abc",
    "body": "架空電力株式会社",
    "message": ["年度初めの確認です。", "お手数を<b>おかけします。"],
    "login": "taro@partner.example",
    "lasts": "7日間",
    "what": "パスワードが新しく決められました。",
    "said": "部署の名前が変わりました。",
    "reminded": "3日前にお送りします",
    "silence": "22時から6時まで",
    "expires_on": "令和９年３月31日",
    "notice_by": "令和８年12月31日",
    "responsible": "試﨑 花子",
    "ended_on": "令和９年３月31日",
    "lecturer": "試﨑 花子",
    "lecturers": "青浜第1警察署 試﨑 花子",
    "missing": "この講義には、いま講師がいません。",
    "person": "例塚 恵",
    "organization": "架空電力株式会社",
    "news": "中止",
    "answer": "出席",
    "format": "机上訓練",
    "purpose": "通報の流れを確かめる",
    "objectives": ["・15分以内に通報する", "・<b>復旧する"],
    "planned_count": "2人",
    "council": "青浜県サイバーセキュリティ協議会",
    "agenda": ["・事業計画", "・役員の選任"],
    "charge": "青浜県警察本部サイバー犯罪対策課（電話 000-0000-0010 内線 3484）",
    "changed": ["・場所：大会議室 → 青浜県警察本部 大会議室"],
    "theme": "SNSの安全な使い方",
    "audience": "小学生",
    "expected_count": "60人",
    "equipment": "プロジェクター",
    "days": 90,
    "number": "令8-001",
    "head": "12:0f",
    "who": "青浜第1警察署 試﨑 花子",
    "shown_on": "９月28日（月）",
    "between": "午前９時から午後５時まで",
    "count": "1,200件",
    "how": "renkei affected --from 2026-09-28 --to 2026-09-28",
    "authority": "青浜県警察本部生活安全部長",
    "date": "令和８年９月28日（月）",
    "coming": ["・共同対処訓練", "・<b>講話"],
    "works": ["■未回答の招待（1件）", "・共同対処訓練　2人から回答がありません。"],
    "waiting": ["・届いたメール 1通"],
    "severity": "警戒",
    "handling": "関係者限り（TLP:GREEN）",
    "valid_until": "令和８年10月31日（土）",
    "acknowledge_by": "令和８年10月２日（金）正午",
    "replaced": "共同対処訓練の手口に関する注意喚起",
    "text": ["利用者をだます手口が増えています。", "<b>リンクは開かないでください。"],
    "notice_url": "https://renkei.example/notices/abc?a=1&b=2",
}
INVITATIONS = (
    "lecture-confirmed",
    "lecture-rescheduled",
    "lecture-assigned",
    "lecture-changed",
    "lecturer-confirmed",
    "drill-invitation",
    "drill-changed",
    "drill-rescheduled",
    "drill-confirmed",
    "meeting-invitation",
    "meeting-changed",
    "meeting-rescheduled",
    "activity-invitation",
    "activity-confirmed",
    "signing-invitation",
    "signing-changed",
    "signing-rescheduled",
    "encounter-invitation",
    "encounter-changed",
    "encounter-rescheduled",
    "outreach-invitation",
    "outreach-changed",
    "outreach-rescheduled",
)


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str | None] = []
        self.text, self.is_style = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src")]
        self.is_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.is_style = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self.is_style else data


def but(**changes: object) -> dict[str, object]:
    return {**FACTS, **changes}


def letters_of_the_domain() -> set[str]:
    """The kinds that stand in calls which owe a letter."""
    calls = (node for path in DOMAIN.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    named = (argument for call in calls if isinstance(call, ast.Call) and owes(call) for argument in call.args)
    texts = (argument.value for argument in named if isinstance(argument, ast.Constant))
    return {text for text in texts if isinstance(text, str) and re.fullmatch("[a-z]+(-[a-z]+)+|appointed", text)}


def owes(call: ast.Call) -> bool:
    if ast.unparse(call.func) in ("journal.write", "plan.write"):
        return False
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    with_calendar = any(ast.unparse(argument).startswith("Method.") for argument in call.args)
    return with_calendar or function.lstrip("_").startswith("tell") or function in {"write", "owe"}


def test_every_letter_that_the_domain_owes_can_be_written():
    owed = letters_of_the_domain()
    assert {"lecture-assigned", "drill-invitation", "agreement-expiring", "feed-address"} <= owed
    assert owed <= set(KINDS)


def test_every_kind_has_its_own_template_and_no_template_is_left_over():
    assert {path.name for path in Path(letters.HERE).iterdir() if (path / "body.txt").exists()} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_complete_and_fit_to_be_mailed(kind: str):
    written = render(kind, FACTS)
    everything = written.subject + written.text + written.html
    assert "$" not in everything
    assert [c for c in everything if unicodedata.category(c) == "Cc" and c != "\n"] == []
    assert "\n" not in written.subject


OF_A_DATE = "【予定のご案内】"
HEADINGS = {
    "【要対応】": {
        *("report-due", "attendee-lost", "lecturer-lost", "lecturer-silent", "lecture-contact-left", "letter-returned"),
        *("agreement-expiring", "agreement-renewing-itself"),
        *("contact-data-changed", "guardian-address-missing", "unusual-looks", "body-unreached"),
    },
    "【朝のまとめ】": {"digest"},
    "【変更履歴の封】": {"journal-head"},
    "【講師派遣のご依頼】": {"lecture-received", "lecture-refused", "lecture-withdrawn"},
    "【ログインのご案内】": {"account-invitation", "account-changed", "password-reset"},
    "【お知らせの設定】": {"notices-chosen"},
    "【注意喚起・情報提供】": {"notice", "notice-withdrawn"},
    "【連絡先の確認】": {"contact-check"},
    "【予定表の購読】": {"feed-address", "unit-feed-ended"},
    "【委嘱のご案内】": {"appointed", "volunteer-resigned", "volunteer-dismissed", "volunteer-expired"},
}


def heading(kind: str) -> str:
    """By what a letter is filed: most tell of a date, and those only say so."""
    return next((heading for heading, kinds in HEADINGS.items() if kind in kinds), OF_A_DATE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_subject_has_the_form_that_recipients_learn_to_trust(kind: str):
    subject = render(kind, FACTS).subject
    assert subject.startswith(heading(kind))
    assert subject.endswith(" #01J4")
    assert "髙見本" not in subject


def test_nothing_is_filed_as_a_date_that_tells_of_none():
    filed = {kind for kind in KINDS if heading(kind) == OF_A_DATE}
    assert [kind for kind in filed if "$when" not in (letters.HERE / kind / "body.txt").read_text("utf-8")] == []
    assert set().union(*HEADINGS.values()) == set(KINDS) - filed


@pytest.mark.parametrize("kind", KINDS)
def test_a_guardians_copy_says_that_it_is_one_and_whose_and_holds_no_link(kind: str):
    own_alone = ("feed_page", "feed_url", "dav_url", "link_url", "check_url", "login", "notice_url")
    links = dict.fromkeys(own_alone, NOT_COPIED)
    written = render(kind, but(copied_for="例塚 子 様", reply_url="", own_url="", **links))
    assert written.subject.startswith(f"{heading(kind)}【写し】")
    assert "保護者の方へ、例塚 子 様 へのお知らせの写しをお送りします。" in written.text
    assert "お知らせの写し" not in render(kind, FACTS).text
    assert Links(written.html).found == []
    assert "http" not in written.text.replace(FACTS["online_url"], "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_begins_with_the_unit_and_the_number_to_call_back(kind: str):
    lines = render(kind, FACTS).text.splitlines()
    assert lines[0] == "青浜県警察本部サイバー犯罪対策課（代表電話 000-0000-0010）からのお知らせです。"
    assert "公表している代表番号" in lines[1]
    assert lines[-3:] == [FACTS["unit_name"], "電話 000-0000-0010", "担当 企画係 内線 3484"]
    assert "架空電力株式会社 髙見本 一郎 様" in lines


@pytest.mark.parametrize("kind", KINDS)
def test_no_letter_speaks_of_passwords_but_to_say_that_none_is_asked_that_one_was_changed_or_where_a_feeds_is(
    kind: str,
):
    speaking = [line for line in render(kind, FACTS).text.splitlines() if "パスワード" in line or "暗証" in line]
    told = {
        "account-changed": [f"内容：{FACTS['what']}"],
        "feed-address": ["ユーザー名：renkei（パスワードは上のページに表示します）"],
    }
    assert speaking == ["パスワードや暗証番号をお尋ねすることは、決してありません。", *told.get(kind, [])]


@pytest.mark.parametrize("kind", KINDS)
def test_links_lead_to_our_own_pages_only(kind: str):
    html = render(kind, but(title="https://evil.example/ <a href='https://evil.example'>x</a>")).html
    assert set(Links(html).found) <= {FACTS[name] for name in (*OURS, "feed_page")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_says_the_same_as_the_text_but_for_what_stands_on_its_buttons(kind: str):
    written = render(kind, but(title="<b>&訓練"))
    words = [word for word in Links(written.html).text.split() if word not in LABELS.values()]
    assert words == written.text.split()


@pytest.mark.parametrize("kind", INVITATIONS)
def test_an_invitation_asks_for_an_answer_on_the_page(kind: str):
    text = render(kind, FACTS).text
    assert "次のページで" in text
    assert "ボタンで返信できます" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_is_left_out_with_its_line(kind: str):
    written = render(kind, {name: value for name, value in FACTS.items() if name not in OPTIONAL})
    assert [line for line in written.text.splitlines() if line.endswith(("：", "： "))] == []
    assert "内線" not in written.text
    assert "\n\n\n" not in written.text


def test_the_subscription_address_is_in_the_letter_and_not_in_its_subject():
    written = render("feed-address", but(own_url=""))
    assert FACTS["feed_url"] in written.text
    assert Links(written.html).found == [FACTS["feed_url"]]
    assert FACTS["feed_page"] in written.text.split()
    assert f"サーバー：{FACTS['dav_url']}" in written.text.split()
    assert "http" not in written.subject


def test_the_days_until_an_agreement_ends_are_in_the_subject():
    assert "満了まで90日" in render("agreement-expiring", FACTS).subject


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_that_lacks_a_fact_is_not_written(kind: str):
    facts = {name: value for name, value in FACTS.items() if name != "short_id"}
    with pytest.raises(Incomplete) as refused:
        render(kind, facts)
    assert refused.value.field == "short_id"


def test_nobody_adds_paragraphs_to_a_letter_through_a_form():
    written = render("lecture-received", but(title="講話\r\n\r\n至急\u2028お振込みください"))
    assert "件名：講話 至急 お振込みください" in written.text.splitlines()
    assert "\n" not in written.subject


def test_a_dollar_in_a_fact_stays_what_it_is():
    assert "$feed_url" in render("lecture-received", but(title="$feed_url とは")).subject


def own(place: Path, **files: str) -> Path:
    """A directory of the office's own; the names in short, "drill_invitation__body_html" for a file of a kind."""
    for name, text in files.items():
        kind, _, rest = name.rpartition("__")
        file = place / kind.replace("_", "-") / ".".join(rest.rsplit("_", 1))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return place


def test_an_offices_own_files_take_the_place_of_ours_one_by_one(tmp_path: Path):
    place = own(
        tmp_path,
        drill_invitation__subject_txt="【予定のご案内】合同訓練（$title） #$short_id",
        drill_invitation__body_txt="毎度お世話になります。$title を $when に行います。",
        closing_txt="$unit_name サイバー企画係",
    )
    letters.must_be_usable(place)
    written = render("drill-invitation", FACTS, place)
    assert written.subject.startswith("【予定のご案内】合同訓練（")
    assert "毎度お世話になります。" in written.text
    assert "毎度お世話になります。" in written.html
    assert written.text.rstrip().endswith("サイバー企画係")
    assert written.text.splitlines()[0] == render("drill-invitation", FACTS).text.splitlines()[0]
    assert render("drill-changed", FACTS, place).subject == render("drill-changed", FACTS).subject


def test_an_office_may_write_the_html_of_a_letter_and_the_page_around_all_of_them(tmp_path: Path):
    place = own(
        tmp_path,
        drill_invitation__body_html='<h1>$title</h1>\n<p><a href="$reply_url">ご回答</a></p>\n<p>理由 $reason</p>',
        page_html='<html lang="ja"><body class="police">$content</body></html>',
    )
    letters.must_be_usable(place)
    written = render("drill-invitation", but(title="<b>&訓練", reason=""), place)
    assert "<h1>&lt;b&gt;&amp;訓練</h1>" in written.html
    assert FACTS["reply_url"] in Links(written.html).found
    assert "理由" not in written.html
    assert written.html.startswith('<html lang="ja"><body class="police"><p ')
    assert written.text == render("drill-invitation", but(title="<b>&訓練", reason="")).text
    assert 'class="police"' in render("appointed", FACTS, place).html


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"drill_invitatoin__body_txt": "x"}, r"drill-invitatoin/body\.txt という名のひな形はありません"),
        ({"drill_invitation__notes_txt": "x"}, r"notes\.txt という名"),
        ({"a__drill_invitation__body_txt": "x"}, r"という名のひな形はありません"),
        ({"opening_txt": "謝礼 $100"}, r"opening\.txt の \$ の使い方"),
        ({"drill_invitation__body_txt": "$feed_url"}, r"\$feed_url に入る値は、この手紙にはありません"),
        ({"page_html": "<body>$content $unit_name</body>"}, r"page\.html の \$unit_name"),
        ({"appointed__subject_txt": "委嘱のお知らせ\n#$short_id"}, r"appointed/subject\.txt で、件名が1行"),
        ({"appointed__subject_txt": "\n"}, r"appointed/subject\.txt で、件名が1行"),
    ],
)
def test_a_file_that_would_keep_letters_in_the_house_is_refused_before_the_first(
    tmp_path: Path, files: dict[str, str], says: str
):
    with pytest.raises(Incomplete, match=says):
        letters.must_be_usable(own(tmp_path, **files))


def test_a_template_that_is_not_written_in_utf_8_is_refused(tmp_path: Path):
    (tmp_path / "opening.txt").write_bytes("$unit_name からのお知らせ".encode("cp932"))
    with pytest.raises(Incomplete, match=r"opening\.txt を読めません。UTF-8"):
        letters.must_be_usable(tmp_path)


def test_our_own_templates_could_be_an_offices(tmp_path: Path):
    shutil.copytree(letters.HERE, tmp_path / "copy", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    letters.must_be_usable(tmp_path / "copy")
    for kind in KINDS:
        assert render(kind, FACTS, tmp_path / "copy") == render(kind, FACTS)


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ("謝礼 $100 #$short_id".encode(), r"\$ の使い方"),
        ("お知らせ\n#$short_id".encode(), "1行"),
        ("お知らせ".encode("cp932"), "UTF-8"),
    ],
)
def test_a_template_that_an_office_spoiled_is_named(tmp_path: Path, subject: bytes, says: str):
    (tmp_path / "appointed").mkdir()
    (tmp_path / "appointed" / "subject.txt").write_bytes(subject)
    with pytest.raises(Incomplete, match=rf"appointed/subject\.txt で、.*{says}"):
        render("appointed", FACTS, tmp_path)


def test_the_mark_that_an_editor_puts_before_a_text_stands_in_no_letter(tmp_path: Path):
    (tmp_path / "appointed").mkdir()
    for name in ("subject.txt", "body.txt"):
        ours = (letters.HERE / "appointed" / name).read_text(encoding="utf-8")
        (tmp_path / "appointed" / name).write_text(ours, encoding="utf-8-sig")
    letters.must_be_usable(tmp_path)
    assert render("appointed", FACTS, tmp_path) == render("appointed", FACTS)


def test_a_kind_that_does_not_exist_is_a_bug():
    with pytest.raises(KeyError):
        render("../secrets", FACTS)
