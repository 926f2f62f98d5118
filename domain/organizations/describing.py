"""団体の記載事項: what is known of an organisation, checked, and what makes two the same one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict, Unpack

from domain import records
from domain.errors import Invalid
from domain.japanese import (
    corporate_number,
    kana_order,
    municipality_code,
    name_key,
    phone_number,
    postal_code,
    school_code,
    search_key,
    search_stem,
    storable,
)
from domain.organizations.kinds import CiSector, InPlace, OrganizationSize
from domain.organizations.organization import Organization


class Besides(TypedDict, total=False):
    """What may be known of an organisation besides its kind and name."""

    name_kana: str
    corporate_number: str | None
    school_code: str | None
    municipality_code: str
    postal_code: str
    address: str
    phone: str
    industry: str
    size: OrganizationSize | None
    is_small: bool
    ci_sector: CiSector | None
    ceptoar: str
    ministry: str
    bcp: InPlace
    contact_system: InPlace
    assessed_on: date | None


class Facts(Besides, total=False):
    """All of it; in a correction what is left out stays as it is."""

    name: str


BLANK: dict[str, Any] = dict(
    name="",
    name_kana="",
    corporate_number=None,
    school_code=None,
    municipality_code="",
    postal_code="",
    address="",
    phone="",
    industry="",
    size=None,
    is_small=False,
    ci_sector=None,
    ceptoar="",
    ministry="",
    bcp=InPlace.UNKNOWN,
    contact_system=InPlace.UNKNOWN,
    assessed_on=None,
)


def described(before: Organization | None = None, /, **facts: Unpack[Facts]) -> dict[str, Any]:
    """The columns of an organisation: what is known now or was before, checked, and what follows from its name."""
    known = {**BLANK} | ({name: getattr(before, name) for name in BLANK} if before else {}) | {**facts}
    records.must_say(storable(known["name"], field="name"), "名称", "name")
    codes: dict[str, Any] = {
        "corporate_number": corporate_number(known["corporate_number"]) if known["corporate_number"] else None,
        "school_code": school_code(known["school_code"]) if known["school_code"] else None,
        **located(known["municipality_code"], known["postal_code"], known["phone"]),
    }
    name, kana = known["name"], known["name_kana"]
    return {
        **known,
        **codes,
        **_sized(known, facts),
        "search": f"{search_key(f'{name} {kana}')} {search_stem(name)}",
        "kana_order": kana_order(kana or name),
        "identity": identity(name, codes["corporate_number"], codes["school_code"], codes["municipality_code"]),
    }


def _sized(known: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Size, and whether that is 中小企業: whoever knows only the latter takes back a size that says otherwise.

    Raises Invalid where both are told and do not agree.
    """
    size: OrganizationSize | None = known["size"]
    is_small = size is not None and size.is_small
    if "is_small" in told and told["is_small"] is not is_small:
        if told.get("size") is not None:
            raise Invalid("規模と、中小企業かどうかが合いません。どちらが正しいか確かめてください。", field="is_small")
        is_small = told["is_small"]
        size = OrganizationSize.SMALL_OR_MEDIUM if is_small else None
    return {"size": size, "is_small": is_small}


PREPARED = ("bcp", "contact_system")
"""What a body may have ready for the worst."""


def assessed(
    before: Organization | None, values: Mapping[str, Any], told: Mapping[str, Any], today: date
) -> date | None:
    """As of which day what is ready is known: as told, else today where something new is said, else as before.

    Raises Invalid for a day to come.
    """
    if (on := told.get("assessed_on")) is not None:
        if on > today:
            raise Invalid("確認した日は、今日までの日付にしてください。", field="assessed_on")
        return on  # type: ignore[no-any-return]
    if all(values[name] is InPlace.UNKNOWN for name in PREPARED):
        return None
    is_new = before is None or any(values[name] != getattr(before, name) for name in PREPARED)
    return today if is_new or before is None else before.assessed_on


def identity(name: str, corporate: str | None, school: str | None, municipality: str) -> str:
    """What makes an organisation the same one: 学校コード, else 法人番号, else folded name and municipality."""
    if school:
        return f"school:{school}"
    return f"corporate:{corporate}" if corporate else f"name:{name_key(name)}@{municipality}"


def located(municipality: str, postal: str, phone: str) -> dict[str, str]:
    """Where an organisation or a place of it is and is called, in the one form these are kept in. Raises Invalid."""
    return {
        "municipality_code": municipality_code(municipality) if municipality else "",
        "postal_code": postal_code(postal) if postal else "",
        "phone": phone_number(phone, "phone") if phone else "",
    }
