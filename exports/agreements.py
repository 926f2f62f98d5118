"""協定一覧: the register of agreements, a line a party, as `renkei import agreements` takes it; and 締結団体一覧: the
bodies that have consented to be named, for a web page, and nobody else. No person stands in either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from domain.agreements import (
    ITEM_LABELS,
    KIND_LABELS,
    LABELS,
    OUTPUT_LABELS,
    RENEWAL,
    AgreementStatus,
    CooperationItem,
    ListedParty,
    PublicParty,
)
from domain.japanese import WarekiStyle, wareki
from exports.columns import Column, Kind, Row
from exports.files import File, Format
from exports.lists import listed_today
from exports.text import one_line

REGISTER = "協定一覧"
REGISTER_COLUMNS = (
    Column("整理番号", "list_number", 8, Kind.CODE),
    Column("更新前の協定番号", "renews", 10, Kind.CODE),
    Column("種別", "kind", 16),
    Column("名称", "title", 34),
    Column("文書番号", "number", 16, Kind.CODE),
    Column("その他の文書番号", "more_numbers", 16, Kind.CODE),
    Column("分類符号", "classification_code", 10, Kind.CODE),
    Column("原議保存期間（年）", "retention_years", 8, Kind.CODE),
    Column("締結日", "signed_on", 12, Kind.DATE),
    Column("締結式の場所", "signed_at", 18),
    Column("発効日", "effective_on", 12, Kind.DATE),
    Column("満了日", "expires_on", 12, Kind.DATE),
    Column("延長後の満了日", "extended_until", 12, Kind.DATE),
    Column("延長を決めた日", "extended_on", 12, Kind.DATE),
    Column("自動更新（月）", "auto_renews_months", 8, Kind.CODE),
    Column("更新しない旨の通知期限（日前）", "notice_days", 10, Kind.CODE),
    Column("更新しない旨を通知した日", "notice_given_on", 12, Kind.DATE),
    Column("状態", "is_standing", 10),
    Column("終わった日", "ended_on", 12, Kind.DATE),
    Column("終わった理由", "reason", 20),
    Column("目的", "purpose", 24),
    Column("協力事項", "items", 24),
    Column("変更協定", "amendments", 24),
    Column("研究のテーマ", "research_theme", 24),
    Column("研究の始まり", "research_from", 12, Kind.DATE),
    Column("研究の終わり", "research_to", 12, Kind.DATE),
    Column("研究の成果", "outputs", 24),
    Column("団体名", "organization", 28),
    Column("法人番号", "corporate_number", 15, Kind.CODE),
    Column("学校コード", "school_code", 15, Kind.CODE),
    Column("警察の所属", "police_unit", 18),
    Column("参画日", "acceded_on", 12, Kind.DATE),
    Column("脱退日", "withdrawn_on", 12, Kind.DATE),
    Column("署名者の職", "signatory_title", 18),
    Column("公表に同意した日", "agreed_on", 12, Kind.DATE),
    Column("公表する名称", "public_name", 24),
    Column("所属", "unit", 18),
)
ON_PAPER = (Column("変更協定", "amendments_in_eras", 24), Column("研究の成果", "outputs_in_eras", 24))
AS_THEY_ARE = ("signed_on", "effective_on", "expires_on", "notice_given_on", "ended_on", "research_from", "research_to")
IN_ONE_LINE = ("title", "number", "classification_code", "signed_at", "purpose", "research_theme")
TITLE = "協定締結団体一覧"
COLUMNS = (
    Column("団体名", "name", 36),
    Column("協定の種別", "kind", 18),
    Column("協定の名称", "title", 40),
    Column("参画日", "since", 12, Kind.DATE),
    Column("担当所属", "unit", 24),
)


def agreements_file(listed: Sequence[ListedParty], format: Format, now: datetime) -> File:
    """協定一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant. The lines of one agreement
    have one 整理番号, which is that of this list."""
    rows = [_line(one) for one in listed]
    return listed_today(REGISTER, REGISTER_COLUMNS, rows, format, now, "当事者（延べ）", on_paper=ON_PAPER)


def _line(listed: ListedParty) -> Row:
    return {**_agreement(listed), **_party(listed), "unit": listed.unit}


def _agreement(listed: ListedParty) -> Row:
    one, extension = listed.agreement, listed.extension
    why = one.reason or (RENEWAL if one.status is AgreementStatus.RENEWED else "")
    return {
        **{name: getattr(one, name) for name in AS_THEY_ARE},
        **{name: one_line(getattr(one, name)) for name in IN_ONE_LINE},
        "list_number": str(listed.number),
        "renews": listed.renews,
        "kind": KIND_LABELS[one.kind],
        "more_numbers": "、".join(one.more_numbers),
        "retention_years": str(one.retention_years or ""),
        "extended_until": extension.until if extension else None,
        "extended_on": extension.decided_on if extension else None,
        "auto_renews_months": str(one.auto_renews_months or ""),
        "notice_days": str(one.notice_days or ""),
        "is_standing": LABELS[one.status],
        "reason": one_line(why),
        "amendments": _amendments(listed, date.isoformat),
        "amendments_in_eras": _amendments(listed, _in_eras),
        "outputs": _outputs(listed, date.isoformat),
        "outputs_in_eras": _outputs(listed, _in_eras),
        "items": "、".join(ITEM_LABELS[CooperationItem(item)] for item in one.items),
    }


def _amendments(listed: ListedParty, said: Callable[[date], str]) -> str:
    return "\n".join(f"{said(each.effective_on)}：{one_line(each.changes)}" for each in listed.amendments)


def _outputs(listed: ListedParty, said: Callable[[date], str]) -> str:
    lines = (f"{said(one.produced_on)}：{OUTPUT_LABELS[one.kind]}：{one_line(one.title)}" for one in listed.outputs)
    return "\n".join(lines)


def _in_eras(day: date) -> str:
    return wareki(day, WarekiStyle.TABLE)


def _party(listed: ListedParty) -> Row:
    party, body, naming = listed.party, listed.organization, listed.naming
    return {
        "organization": body.name if body else "",
        "corporate_number": (body.corporate_number or "") if body else "",
        "school_code": (body.school_code or "") if body else "",
        "police_unit": listed.police_unit,
        "acceded_on": party.acceded_on,
        "withdrawn_on": party.withdrawn_on,
        "signatory_title": one_line(party.signatory_title),
        "agreed_on": naming.agreed_on if naming else None,
        "public_name": naming.name if naming else "",
    }


def public_parties_file(parties: Sequence[PublicParty], format: Format, now: datetime) -> File:
    """協定締結団体一覧_20261001.csv, or the same as a workbook or JSON; `now` is an aware instant."""
    return listed_today(TITLE, COLUMNS, [_row(one) for one in parties], format, now, "団体（公表に同意したもの、延べ）")


def _row(party: PublicParty) -> Row:
    return {
        "name": party.name,
        "kind": KIND_LABELS[party.kind],
        "title": party.title,
        "since": party.acceded_on,
        "unit": party.unit_name,
    }
