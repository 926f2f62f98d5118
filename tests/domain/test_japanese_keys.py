import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.japanese import kana_order, name_key, name_stem, search_key, search_stem
from domain.japanese.keys import COMPANY_FORMS, ORDERED, VARIANTS, _collator

ACCIDENTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("㈱㈲㊑(株)社一npo法人゛゜ﾞﾟァァーｰ〜‐−\u3099\u309a\u200d\ufe0f\U000e0100髙﨑𠮷　 "),
    )
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("㍻", "平成"),
        ("㋿", "令和"),
        ("Ⅲ", "III"),
        ("№", "No"),
        ("\ufa1e", "羽"),
        ("\ufa2d", "鶴"),
        ("髙見本", "高見本"),
        ("試﨑", "試崎"),
        ("𠮷例", "吉例"),
        ("例\ufa10", "例塚"),
        ("\ufa19戸", "神戸"),
        ("\ufa1b岡", "福岡"),
        ("\uf929", "朗"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("齋藤", "斎藤"),
        ("濵田", "浜田"),
        ("葛\U000e0100飾", "葛飾"),
        ("ＡＢＣ", "abc"),
        ("①", "1"),
        ("ｶﾞｽ", "ガス"),
        ("がす", "ガス"),
        ("カ゛ス", "ガス"),
        ("か\u3099す", "ガス"),
        ("コ−ヒ－", "コーヒー"),
        ("こーひー", "コーヒー"),
        ("ｺｰﾋｰ", "コーヒー"),
        ("キヤノン", "キャノン"),
        ("青葉ヶ丘", "青葉ケ丘"),
        ("見本　太郎", "見本太郎"),
        ("1〜3", "1～3"),
        ("１―２", "1-2"),
        ("㈱架空電力", "株式会社架空電力"),
        ("(株)架空電力", "株式会社 架空電力"),
        ("（株）架空電力", "㍿架空電力"),
        ("㊑架空電力", "株式会社架空電力"),
        ("ＮＰＯ法人見本", "特定非営利活動法人　見本"),
        ("（一社）見本協会", "一般社団法人見本協会"),
    ],
)
def test_what_people_write_differently_and_mean_alike_is_found_alike(typed, meant):
    assert search_key(typed) == search_key(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("斉藤", "斎藤"),
        ("見本", "見木"),
        ("株式会社見本", "有限会社見本"),
        ("さ", "ざ"),
        ("は", "ぱ"),
        ("1", "11"),
    ],
)
def test_what_is_different_stays_different(one, other):
    assert search_key(one) != search_key(other)


@given(ACCIDENTS)
def test_the_key_of_a_key_is_itself(text):
    assert search_key(search_key(text)) == search_key(text)
    assert name_key(name_key(text)) == name_key(text)


@given(ACCIDENTS)
def test_a_key_holds_neither_spaces_nor_what_cannot_be_seen(text):
    assert not any(c.isspace() or c in "\u200b\u200d\ufe0f\U000e0100" for c in search_key(text))


def test_every_variant_leads_to_a_usual_form_that_is_no_variant_itself():
    pairs = VARIANTS.split()
    variants = {pair[0] for pair in pairs}
    assert len(variants) == len(pairs)
    assert all(len(pair) == 2 and pair[1] not in variants for pair in pairs)
    assert all(unicodedata.normalize("NFKC", variant) == variant for variant in variants)


def test_every_abbreviation_of_a_company_form_is_written_as_the_key_writes_it():
    assert all(search_key(full) == full for full in COMPANY_FORMS.values())
    assert all(search_key(short) == full for short, full in COMPANY_FORMS.items())


def test_an_organisation_is_the_same_however_its_form_is_abbreviated():
    names = (
        "㈱架空電力",
        "(株)架空電力",
        "（株）架空電力",
        "株式会社架空電力",
        "株式会社　架空電力",
        "㈱架・空電力",
    )
    assert {name_key(name) for name in names} == {"株式会社架空電力"}


def test_companies_of_another_form_or_with_the_form_behind_are_others_that_share_a_stem():
    names = ("株式会社架空電力", "架空電力株式会社", "有限会社架空電力", "架空電力")
    assert len({name_key(name) for name in names}) == 4
    assert {name_stem(name) for name in names} == {"架空電力"}


def test_what_is_searched_for_without_its_form_occurs_in_the_name_with_it():
    assert {search_stem(typed) for typed in ("㈱架空電力", "架空電力(株)", "株式会社　架空電力")} == {"架空電力"}
    assert search_stem("例示・ガス㈱") == "例示・ガス"
    assert search_stem("㈱") == "株式会社"


def test_a_name_of_nothing_but_a_form_or_punctuation_keeps_a_key():
    assert name_key("・・・") == "・・・"
    assert name_stem("㈱") == "株式会社"


BESIDE_EACH_OTHER = "アカガサﾊﾟヤ々漢見本𠮷神 019aLl·'\u00b7\u0301\u0327\u302a\u3099\u309aเก한é"


@given(st.text(st.sampled_from(BESIDE_EACH_OTHER), max_size=12))
def test_a_text_weighs_what_it_weighs_as_a_whole(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text)
    weights = "".join(f"{weight:04x}" for weight in (*_collator().sort_key(plain), 0))
    assert kana_order(text) == weights + "2" * len(plain)


def in_kana_order(*names: str) -> list[str]:
    return sorted(names, key=lambda name: kana_order(name).encode())


@pytest.mark.parametrize(
    "names",
    [
        ("ア", "イ", "ウ", "カ", "ガ", "キ", "ン"),
        ("さ", "ざ", "さあ", "ざあ", "し"),
        ("コア", "ゴア", "コーヒー", "コオヒイ", "コカ", "サ"),
        ("きゃ", "きや", "きゃく", "きやく"),
        ("はは", "はば", "はぱ", "ばば", "ひ"),
        ("いすゞ", "いすず", "いせ"),
        ("スーパー", "スウパア", "スエ"),
        ("ミホン ジロウ", "ミホン タロウ", "ミホンマツ アイ"),
        ("タカハシ", "ﾀｶﾐﾎﾝ", "たなか", "ダミー", "テスト"),
        ("1", "2", "abc", "ア", "ワ", "例", "見"),
    ],
)
def test_names_sort_as_in_a_japanese_directory(names):
    assert in_kana_order(*reversed(names)) == list(names)
    assert in_kana_order(*names) == list(names)


def test_width_and_kind_of_kana_do_not_matter_for_the_order():
    assert kana_order("ｶﾞｽ") == kana_order("ガス") == kana_order("がす") == kana_order("か\u3099す")


@given(ACCIDENTS)
def test_the_order_of_any_text_is_plain_ascii_and_always_the_same(text):
    assert kana_order(text).isascii()
    assert kana_order(text) == kana_order(text)


def test_of_a_name_that_no_column_holds_only_the_beginning_is_put_in_order():
    assert kana_order("長" * 20_000) == kana_order("長" * ORDERED)
    assert kana_order("長" * (ORDERED - 1)) < kana_order("長" * ORDERED)
