"""協定: the register of agreements as it was kept until now, one row for each party."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date
from unicodedata import normalize

from api.intake.kind import Doubt, Field, Kind
from api.intake.organizations import LOOKED_AFTER, NUMBER
from api.intake.outreach import BETWEEN
from api.intake.readers import choice, day, offered, own_number, text, whole_number
from domain.agreements import (
    ITEM_LABELS,
    KIND_LABELS,
    LABELS,
    OUTPUT_LABELS,
    STANDING,
    AgreementKind,
    CooperationItem,
    OutputKind,
    PaperAmendment,
    PaperOutput,
)
from domain.errors import Invalid
from domain.japanese import name_key, school_code
from domain.values import dataclass

KINDS = {label: kind for kind, label in KIND_LABELS.items()} | {
    "協定": AgreementKind.COOPERATION,
    "協力協定": AgreementKind.COOPERATION,
    "相互協力協定": AgreementKind.COOPERATION,
    "包括連携協定": AgreementKind.COOPERATION,
    "サイバーセキュリティパートナーシップ協定": AgreementKind.PARTNERSHIP,
    "申し合わせ": AgreementKind.ARRANGEMENT,
    "共同研究協定": AgreementKind.JOINT_RESEARCH,
}
ITEMS = {label: item for item, label in ITEM_LABELS.items()} | {
    "情報共有": CooperationItem.INFORMATION_EXCHANGE,
    "広報啓発": CooperationItem.JOINT_PUBLICITY,
    "広報": CooperationItem.JOINT_PUBLICITY,
    "共同訓練": CooperationItem.DRILL,
    "捜査への協力": CooperationItem.INVESTIGATION_SUPPORT,
}
OUTPUTS = {label: kind for kind, label in OUTPUT_LABELS.items()} | {
    "論文": OutputKind.PAPER,
    "発表": OutputKind.PAPER,
    "ツール": OutputKind.METHOD,
}
STATES = {
    "有効": True,
    "終了": False,
    "継続中": True,
    "失効": False,
    "廃止": False,
    **{label: status in STANDING for status, label in LABELS.items()},
}
NEVER = ("期間の定めなし", "定めなし", "無期限", "期限なし", "-")
NONE = ("なし", "無", "×", "-")
MOST_NUMBERS, MOST_ITEMS = 10, 20
A_COLON = re.compile("[:：]")
DAYS_OF_A_MONTH = 30
A_YEAR = re.compile(r"(\d{1,2})年")
MONTHS_BEFORE = re.compile(r"(\d{1,2})(?:か|ヶ|ケ|ヵ|カ|箇)?月前?")


@dataclass(frozen=True)
class AgreementRow:
    """The body is named by its 法人番号, its 学校コード or its name, a police unit by its code or name."""

    kind: AgreementKind
    title: str
    signed_on: date
    list_number: str = ""
    renews: str = ""
    number: str = ""
    more_numbers: tuple[str, ...] = ()
    classification_code: str = ""
    retention_years: int | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    extended_until: date | None = None
    extended_on: date | None = None
    auto_renews_months: int | None = None
    notice_days: int | None = None
    notice_given_on: date | None = None
    is_standing: bool | None = None
    ended_on: date | None = None
    reason: str = ""
    signed_at: str = ""
    purpose: str = ""
    items: tuple[CooperationItem, ...] = ()
    amendments: tuple[PaperAmendment, ...] = ()
    research_theme: str = ""
    research_from: date | None = None
    research_to: date | None = None
    outputs: tuple[PaperOutput, ...] = ()
    responsible: str = ""
    organization: str = ""
    corporate_number: str | None = None
    school_code: str | None = None
    police_unit: str = ""
    acceded_on: date | None = None
    withdrawn_on: date | None = None
    signatory_title: str = ""
    signatory_name: str = ""
    agreed_on: date | None = None
    public_name: str = ""
    unit: str = ""

    @property
    def who(self) -> str:
        """What names the party most surely."""
        return self.corporate_number or self.school_code or name_key(self.organization) or self.police_unit


def _identity(row: AgreementRow) -> tuple[str, Hashable]:
    which = (name_key(row.title), row.signed_on, row.list_number or row.number)
    return "organization", (which, row.who, row.acceded_on)


def _of_nobody(row: AgreementRow) -> Doubt | None:
    return None if row.who else Doubt("organization", "団体名、法人番号、学校コードか、警察の所属を入力してください。")


def _last_day(cell: str) -> date | None:
    return None if cell in NEVER else day(cell)


def _months(cell: str) -> int:
    """12, 12か月, 1年, なし."""
    plain = re.sub("[かヶケヵカ箇]月(ごと)?$", "", normalize("NFKC", cell))
    if plain in NONE:
        return 0
    years = A_YEAR.fullmatch(plain)
    return whole_number(0, 120, "月")(str(12 * int(years[1])) if years else plain)


def _days_before(cell: str) -> int:
    """30, 30日前, 1か月前."""
    plain = normalize("NFKC", cell).removesuffix("まで")
    months = MONTHS_BEFORE.fullmatch(plain)
    days = str(DAYS_OF_A_MONTH * int(months[1])) if months else plain.removesuffix("前")
    return whole_number(0, 366, "日")(days)


def _several(most: int, what: str, read: Callable[[str], object]) -> Callable[[str], tuple[object, ...]]:
    def parts(cell: str) -> tuple[object, ...]:
        told = [part for one in BETWEEN.split(cell) if (part := one.strip())]
        if len(told) > most:
            raise Invalid(f"{what}は{most}件までにしてください。")
        return tuple(dict.fromkeys(read(one) for one in told))

    return parts


def _amendments(cell: str) -> tuple[PaperAmendment, ...]:
    """2024-04-01：別表の改正, one in a line."""
    return tuple(_amendment(told) for one in cell.splitlines() if (told := one.strip()))


def _amendment(told: str) -> PaperAmendment:
    said, *changes = A_COLON.split(told, maxsplit=1)
    if not changes:
        raise Invalid("変更協定は「2024-04-01：別表の改正」のように、1件ずつ改行して入力してください。")
    return PaperAmendment(day(said.strip()), text(1000)(changes[0].strip()))


def _outputs(cell: str) -> tuple[PaperOutput, ...]:
    """2025-10-01：報告書：暗号の実装, one in a line."""
    return tuple(_output(told) for one in cell.splitlines() if (told := one.strip()))


def _output(told: str) -> PaperOutput:
    parts = A_COLON.split(told, maxsplit=2)
    if len(parts) < 3:
        raise Invalid("研究の成果は「2025-10-01：報告書：名称」のように、1件ずつ改行して入力してください。")
    produced_on, kind, title = (part.strip() for part in parts)
    return PaperOutput(day(produced_on), choice(OUTPUTS)(kind), text(200)(title))


def _years(cell: str) -> int:
    return 100 if cell in ("永年", "永久") else whole_number(1, 100, "年")(cell)


OF_PARTY = (
    Field(
        "organization",
        ("団体名", "締結団体", "締結先", "協定先", "相手方", "参画団体", "事業者名", "会社名", "乙"),
        text(200),
        example="架空電力株式会社",
        note="団体・事業者か学校の名簿と同じ名称です。当事者が複数の協定は、当事者ごとに1行にします。",
    ),
    NUMBER,
    Field("school_code", ("学校コード",), school_code, code=True),
    Field(
        "police_unit",
        ("警察の所属", "警察側当事者", "甲"),
        text(100),
        note="警察（甲）の当事者の行だけ。どの行にもなければ、担当する所属が甲です。",
    ),
    Field("acceded_on", ("参画日", "加入日"), day, note="空欄は発効日です。"),
    Field("withdrawn_on", ("脱退日",), day, note="当事者でなくなる最初の日です。"),
    Field("signatory_title", ("署名者の職", "署名者役職", "代表者役職"), text(200), example="代表取締役社長"),
    Field("signatory_name", ("署名者の氏名", "署名者", "代表者氏名", "代表者名"), text(130)),
    Field("agreed_on", ("公表に同意した日", "公表同意日"), day, note="空欄は、公表しない当事者です。"),
    Field("public_name", ("公表する名称",), text(200), note="空欄は登録された名称です。"),
)

AGREEMENTS = Kind(
    "agreements",
    "協定の当事者",
    AgreementRow,
    (
        Field(
            "list_number",
            ("整理番号", "協定の整理番号", "協定番号", "管理番号"),
            own_number(30),
            code=True,
            note="一つの協定の行は同じ番号にします。空欄なら文書番号で見分けます。",
        ),
        Field(
            "renews",
            ("更新前の協定番号", "更新前の整理番号", "更新前の協定", "更新元の協定番号", "旧協定番号"),
            text(60),
            code=True,
            note="更新前の協定の、この名簿の整理番号か、登録済みなら文書番号です。更新前の協定はそこで更新済になります。",
        ),
        Field(
            "kind",
            ("種別", "協定の種別", "区分"),
            choice(KINDS),
            required=True,
            example="共同対処協定",
            choices=offered(KINDS),
        ),
        Field(
            "title",
            ("名称", "協定名", "協定の名称", "件名"),
            text(200),
            required=True,
            example="サイバー犯罪に対する共同対処協定",
        ),
        Field("number", ("文書番号", "発番号", "記号番号"), text(60), example="青サイ第12号"),
        Field("more_numbers", ("その他の文書番号",), _several(MOST_NUMBERS, "文書番号", text(60))),
        Field("classification_code", ("分類符号", "分類記号"), text(40)),
        Field("retention_years", ("原議保存期間（年）", "原議保存期間", "保存期間"), _years, example="10"),
        Field("signed_on", ("締結日", "締結年月日", "協定締結日"), day, required=True, example="2024-03-01"),
        Field("signed_at", ("締結式の場所", "締結場所"), text(200)),
        Field("effective_on", ("発効日", "効力発生日", "協定開始日"), day, note="空欄は締結日です。"),
        Field(
            "expires_on",
            ("満了日", "有効期限", "協定期限", "終期"),
            _last_day,
            note="協定書にある最後の日です。空欄は期間の定めのない協定とします。",
        ),
        Field("extended_until", ("延長後の満了日",), day, note="双方で延長したときだけ。自動更新は含みません。"),
        Field("extended_on", ("延長を決めた日",), day),
        Field(
            "auto_renews_months",
            ("自動更新（月）", "自動更新", "自動更新の期間"),
            _months,
            note="更新されるときの長さです（12、1年）。しない協定は空欄か「なし」にします。",
        ),
        Field(
            "notice_days",
            ("更新しない旨の通知期限（日前）", "通知期限"),
            _days_before,
            note="満了日の何日前までか。1か月前は30日前とします。",
        ),
        Field("notice_given_on", ("更新しない旨を通知した日",), day),
        Field(
            "is_standing",
            ("状態", "現状"),
            choice(STATES),
            choices=("有効", "終了"),
            note="日付から分かるものと合うか確かめます。",
        ),
        Field("ended_on", ("終わった日", "終了日", "解除日", "失効日"), day, note="有効だった最後の日です。"),
        Field("reason", ("終わった理由", "解除の理由", "終了理由"), text(500)),
        Field(
            "purpose",
            ("目的", "趣旨"),
            text(1000),
            note="個別の事件・相談の内容、被害者等の氏名は記入しないでください。",
        ),
        Field(
            "items",
            ("協力事項", "協定の内容"),
            _several(MOST_ITEMS, "協力事項", choice(ITEMS)),
            example="通報、情報交換",
            note=f"「、」で区切ります: {'、'.join(offered(ITEMS))}。",
        ),
        Field(
            "amendments",
            ("変更協定", "変更の内容", "変更内容", "改定"),
            _amendments,
            note="協定書を変えたとき。「2024-04-01：別表の改正」のように、1件ずつ改行します。",
        ),
        Field(
            "research_theme",
            ("研究のテーマ", "研究テーマ", "研究課題"),
            text(200),
            note="種別が「共同研究」のときだけ。個別の事件・相談の内容、被害者等の氏名は記入しないでください。",
        ),
        Field(
            "research_from", ("研究の始まり", "研究開始日", "研究期間の始まり"), day, note="テーマと一緒に入力します。"
        ),
        Field("research_to", ("研究の終わり", "研究終了日", "研究期間の終わり"), day),
        Field(
            "outputs",
            ("研究の成果", "研究成果", "成果"),
            _outputs,
            note=f"「2025-10-01：報告書：名称」のように、1件ずつ改行します。種類は {'、'.join(offered(OUTPUTS))}。",
        ),
        Field(
            "responsible",
            ("担当者の職員番号", "担当職員番号", "職員番号"),
            own_number(30),
            code=True,
            note="満了の予告が届く職員です。空欄は読み込む人です。",
        ),
        *OF_PARTY,
        replace(LOOKED_AFTER, note="協定を担当する所属です。空欄は読み込む人の所属です。"),
    ),
    _identity,
    (_of_nobody,),
)
