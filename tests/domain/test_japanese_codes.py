import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.japanese import (
    PREFECTURES,
    corporate_number,
    corporate_number_check_digit,
    municipality_check_digit,
    municipality_code,
    phone_number,
    postal_code,
    prefecture_code,
    school_check_digit,
    school_code,
)

DEMO_CORPORATIONS = ("8999900000001", "7999900000002", "6999900000003")
DEMO_MUNICIPALITIES = ("480002", "482013", "482021", "483010")
DEMO_SCHOOLS = ("B148299990018", "C148299990016", "D148299990014", "G148199990019", "F148399990017")
# Published with the rule by others, one for each kind of school and 設置区分.
PUBLISHED_SCHOOLS = (
    *("A139190000029", "A239290000106", "B139290002265", "C139390000094", "C239290000059", "D139290000389"),
    *("D201210000013", "E139190000020", "F139190110515", "F139390000024", "F239390110565", "G139190110577"),
    *("H139290000031", "H239390000083"),
)
REAL_MUNICIPALITIES = ("011002", "041009", "131016", "440001", "472018")


def refusal(read, text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read(text)
    return refused.value


@pytest.mark.parametrize("number", [*DEMO_CORPORATIONS, "7000012050002"])
def test_a_corporate_number_is_checked_by_its_first_digit(number):
    assert corporate_number(number) == number
    assert corporate_number_check_digit(number[1:]) == number[0]


@pytest.mark.parametrize(
    "typed",
    [
        "T7000012050002",
        "7-0000-1205-0002",
        "７００００１２０５０００２",
        "７−００００—１２０５ー０００２",
        " t7000012050002 ",
    ],
)
def test_a_corporate_number_is_read_however_it_is_typed(typed):
    assert corporate_number(typed) == "7000012050002"


@pytest.mark.parametrize(
    "typed", ["8999900000002", "700001205000", "70000120500021", "700001205000X", "", "٧٠٠٠٠١٢٠٥٠٠٠٢"]
)
def test_a_wrong_corporate_number_is_refused_by_name(typed):
    refused = refusal(corporate_number, typed)
    assert refused.field == "corporate_number"
    assert refused.message.startswith("法人番号")


@given(st.integers(0, 10**12 - 1), st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_of_a_corporate_number_is_seen_unless_a_0_became_a_9(base, place, error):
    digits = f"{base:012}"
    other = str((int(digits[place]) + error) % 10)
    mistyped = digits[:place] + other + digits[place + 1 :]
    swapped = {digits[place], other} == {"0", "9"}
    assert (corporate_number_check_digit(digits) == corporate_number_check_digit(mistyped)) is swapped


@pytest.mark.parametrize("code", [*DEMO_MUNICIPALITIES, *REAL_MUNICIPALITIES])
def test_a_municipality_code_is_checked_by_its_last_digit(code):
    assert municipality_code(code) == code
    assert municipality_check_digit(code[:5]) == code[5]


def test_a_municipality_code_keeps_its_leading_zero_and_loses_its_width():
    assert municipality_code("０１１００２") == "011002"


@pytest.mark.parametrize("typed", ["480003", "11002", "01100", "0110020", "仙台市"])
def test_a_municipality_code_without_its_check_digit_or_leading_zero_is_refused(typed):
    assert refusal(municipality_code, typed).field == "municipality_code"


@pytest.mark.parametrize("code", [*DEMO_SCHOOLS, *PUBLISHED_SCHOOLS])
def test_a_school_code_is_checked_by_its_own_rule(code):
    assert school_code(code) == code
    assert school_check_digit(code[:12]) == code[12]


def test_a_school_code_is_read_in_full_width_and_lower_case():
    assert school_code("ｂ１４８２９９９９００１８") == "B148299990018"


@pytest.mark.parametrize(
    "typed",
    ["B148299990019", "B14829999001", "Z148299990018", "B248299990016", "B148499990018", "1148299990018"],
)
def test_a_wrong_school_code_is_refused(typed):
    refused = refusal(school_code, typed)
    assert refused.field == "school_code"
    assert refused.message.startswith("学校コード")


def test_there_are_47_prefectures_and_a_fictional_one_only_on_request():
    assert (len(PREFECTURES), PREFECTURES["04"], PREFECTURES["47"]) == (47, "宮城県", "沖縄県")
    assert prefecture_code("4") == "04"
    assert prefecture_code("４７") == "47"
    assert refusal(prefecture_code, "48").field == "prefecture_code"
    assert prefecture_code("48", also=("48",)) == "48"


@pytest.mark.parametrize(
    "typed", ["9800014", "980-0014", "〒980-0014", "〒９８０－００１４", "980ー0014", "９８０−００１４"]
)
def test_a_postal_code_is_seven_digits(typed):
    assert postal_code(typed) == "9800014"


@pytest.mark.parametrize("typed", ["980-001", "98000144", "宮城", "９８０-００I４"])
def test_a_postal_code_of_another_length_is_refused(typed):
    assert refusal(postal_code, typed).field == "postal_code"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("(001)000-7171", "001-000-7171"),
        ("００１（０００）７１７１", "001-000-7171"),
        ("００１－０００−７１７１", "001-000-7171"),
        ("001 000 7171", "001-000-7171"),
        ("0010007171", "0010007171"),
        ("03(1000)0141", "03-1000-0141"),
        ("090ー1234‐5678", "090-1234-5678"),
        ("0120-000-000", "0120-000-000"),
        ("0800-000-0000", "0800-000-0000"),
        ("050-0000-0000", "050-0000-0000"),
        ("000-0000-0012", "000-0000-0012"),
        ("+81-90-0000-0012", "090-0000-0012"),
        ("+81 (0)90-0000-0012", "090-0000-0012"),
        ("#9110", "#9110"),
        ("+1-202-555-0100", "+1-202-555-0100"),
    ],
)
def test_a_phone_number_becomes_digits_and_hyphens(typed, kept):
    assert phone_number(typed) == kept
    assert phone_number(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "001-000-7171 内線3484",
        "03-1000-01411",
        "090-1234-567",
        "01-000-7171",
        "001-000-7171/7172",
        "0-0-1-0007171",
        "",
        "なし",
    ],
)
def test_a_phone_number_with_notes_or_too_few_digits_is_refused_with_the_remedy(typed):
    refused = refusal(phone_number, typed)
    assert refused.field == "phone_number"
    assert "内線" in refused.message
