import unicodedata
from email.headerregistry import Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.japanese import cp932_or_refuse, mail_address, shown, storable

NAMES = [
    "見本 太郎",
    "髙見本",
    "試﨑",
    "𠮷例",
    "例\ufa10",
    "\ufa19戸",
    "葛\U000e0100飾",
    'O\'Brien, "J"',
    "ｶﾞ",
    "か\u3099",
]
EMOJI = ["👍", "👨‍👩‍👧", "🏳️‍🌈", "👩🏽‍⚕️", "❤️"]


@pytest.mark.parametrize("text", ["", *NAMES, *EMOJI, " 前後の空白　", "㈱①Ⅲ〜−—"])
def test_text_is_stored_exactly_as_typed(text):
    assert storable(text) is text


@pytest.mark.parametrize("name", ["\ufa19", "\ufa10", "\ufa1b", "\ufa1e", "\uf929", "\ufa2d", "か\u3099"])
def test_a_character_that_normalising_would_destroy_is_kept(name):
    assert unicodedata.normalize("NFC", name) != name
    assert storable(name) == name


@pytest.mark.parametrize(
    "harm",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\r",
        "\x7f",
        "\x85",
        "\x9f",
        "\ud800",
        "\udfff",
        "\u202e",
        "\u2066",
        "\u200e",
        "\u061c",
    ]
    + [
        "\u2028",
        "\u2029",
        "\u200b",
        "\u200c",
        "\ufeff",
        "\u00ad",
        "\u2060",
        "\u3164",
        "\ufffe",
        "\uffff",
        "\U000e0041",
    ],
)
@pytest.mark.parametrize("multiline", [False, True])
def test_what_cannot_be_seen_or_stored_is_refused_with_its_place_and_number(harm, multiline):
    with pytest.raises(Invalid) as refused:
        storable(f"見本{harm}太郎", multiline=multiline, field="family_name")
    assert "3文字目に使えない文字（" in refused.value.message
    assert f"U+{ord(harm):04X}" in refused.value.message
    assert refused.value.field == "family_name"
    assert storable(refused.value.message) is refused.value.message


def test_lines_and_tabs_belong_only_into_prose():
    assert storable("一行目\n\t二行目", multiline=True) == "一行目\n\t二行目"
    for text in ("一行目\n二行目", "列\t列"):
        with pytest.raises(Invalid, match="改行またはタブ"):
            storable(text)


@pytest.mark.parametrize("text", ["a\u200db", "\u200d👍", "👍\u200d", "見\u200d本", "👍\u200d\u200d👍", "👍\u200da"])
def test_a_joiner_that_joins_no_emoji_is_refused(text):
    with pytest.raises(Invalid, match="目に見えない文字"):
        storable(text)


@given(st.text(st.characters()), st.booleans())
def test_text_comes_back_the_same_or_is_refused(text, multiline):
    try:
        assert storable(text, multiline=multiline) is text
    except Invalid:
        assert (
            not text.isalnum() or not text.isprintable() or any(filler in text for filler in "\u115f\u1160\u3164\uffa0")
        )


@given(st.text(st.characters()))
def test_what_is_repeated_in_a_message_is_short_and_safe(text):
    repeated = shown(text)
    assert len(repeated) <= 41
    assert storable(repeated) is repeated


@pytest.mark.parametrize(
    "address",
    ["a@example.jp", "tarou.mihon+desk@mail.example.co.jp", "o'brien@example.com", "x_y-z@a-b.example"],
)
def test_a_usual_mail_address_passes_as_typed(address):
    assert mail_address(address) == address
    assert mail_address(f"　{address} ") == address


@pytest.mark.parametrize("address", ["a..b.@docomo.ne.jp", "a.@docomo.ne.jp", ".a@ezweb.ne.jp", "a..b@docomo.ne.jp"])
def test_an_old_carrier_address_is_refused_with_the_remedy(address):
    with pytest.raises(Invalid, match="このアドレスは.*別のメールアドレス") as refused:
        mail_address(address)
    assert refused.value.field == "mail_address"


def test_a_full_width_address_is_refused_with_its_half_width_form():
    with pytest.raises(Invalid, match="半角で「tarou@example.jp」"):
        mail_address("ｔａｒｏｕ＠ｅｘａｍｐｌｅ．ｊｐ")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "a",
        "a@",
        "@example.jp",
        "a@b",
        "a@b@example.jp",
        "a b@example.jp",
        "a@example.jp,b@example.jp",
    ]
    + [
        "見本 <a@example.jp>",
        "太郎@example.jp",
        "a@例.jp",
        "a@-x.jp",
        "a@x-.jp",
        "a@x..jp",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
    ]
    + ['"a b"@example.jp', "a\n@example.jp", "a@example.jp\nBcc: b@example.jp", "a" * 65 + "@example.jp"]
    + ["a@" + "b." * 130 + "jp", "mailto:a@example.jp", "a;b@example.jp", "\ud800@example.jp"],
)
def test_what_is_not_one_mail_address_is_refused(address):
    with pytest.raises(Invalid, match="メールアドレス"):
        mail_address(address)


@given(st.one_of(st.emails(), st.text(st.sampled_from("ab1.-_+@!'\"() "), max_size=20).map(lambda t: t + "@a.jp")))
def test_the_mail_library_can_carry_every_address_that_passes(text):
    try:
        address = mail_address(text)
    except Invalid:
        return
    assert Address("見本", addr_spec=address).addr_spec == address


def test_cp932_says_what_it_can_and_lists_what_it_cannot():
    assert cp932_or_refuse("髙橋①㈱～") == "髙橋①㈱～".encode("cp932")
    with pytest.raises(Invalid) as refused:
        cp932_or_refuse("𠮷野—㋿𠮷葛\U000e0100")
    listed = "𠮷（U+20BB7）、—（U+2014）、㋿（U+32FF）"
    assert listed in refused.value.message
    assert "U+E0100" in refused.value.message


def test_cp932_writes_six_characters_as_their_twins():
    assert cp932_or_refuse("〜−‖¢£¬").decode("cp932") == "～－∥￠￡￢"


@given(st.text(st.characters()))
def test_cp932_changes_nothing_else(text):
    try:
        encoded = cp932_or_refuse(text)
    except Invalid:
        return
    assert encoded.decode("cp932") == text.translate(str.maketrans("〜−‖¢£¬", "～－∥￠￡￢"))
