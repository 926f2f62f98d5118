"""`/genuine`: how to check that a mail is ours: from which addresses we write, how mails are signed, whom to call.

Everybody may read it, without a login: whoever doubts a mail would not follow a link of it to one. It names units, no
persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import pages
from api.entrance import doors
from api.house import House, Marks
from domain import units
from domain.actor import TOKYO
from domain.units import Unit, UnitKind

TITLE = "メールが本物かどうかの確かめ方"
SILENT = "メールはお送りしていません"


def routes(house: House) -> list[Route]:
    async def show(house: House, _: Request) -> Response:
        found = await units.find_reachable(house.clock().astimezone(TOKYO).date())
        body = pages.filled(
            "genuine.html",
            address=f"{house.base_url}/",
            signed_html=_signed(house.marks),
            units_html="".join(_group(title, theirs, house.marks) for title, theirs in _grouped(found)),
        )
        return doors.shown(TITLE, body)

    return [doors.get("/genuine", house, show)]


def _signed(marks: Marks) -> str:
    """HTML that says how mails are signed, where they are."""
    dkim = ""
    if marks.dkim:
        selector, domain = marks.dkim
        dkim = pages.filled("genuine_dkim.html", selector=selector, domain=domain)
    own = [
        pages.filled("genuine_certificate.html", address=address, fingerprint=fingerprint)
        for address, fingerprint in marks.certificates.items()
    ]
    smime = pages.filled("genuine_smime.html", certificates_html="".join(own)) if own else ""
    return pages.filled("genuine_signed.html", dkim_html=dkim, smime_html=smime) if dkim or smime else ""


def _grouped(found: Sequence[Unit]) -> list[tuple[str, list[Unit]]]:
    """本部 and 警察署 of each prefecture; which that is, is said where there are several."""
    tops = {one.id: one.name for one in found if one.kind is UnitKind.PREFECTURE}
    several = len({one.prefecture_id for one in found}) > 1

    def title(unit: Unit) -> str:
        what = "警察署" if unit.kind in (UnitKind.STATION, UnitKind.SECTION) else "本部"
        return f"{tops.get(unit.prefecture_id, '')} {what}".strip() if several else what

    return [(said, list(theirs)) for said, theirs in groupby(found, key=title)]


def _group(title: str, theirs: Sequence[Unit], marks: Marks) -> str:
    """Neighbours who write from one address and answer one telephone stand together."""
    reached = groupby(theirs, key=lambda unit: (unit.mail_address or marks.sender or SILENT, unit.phone))
    lines = [_line([unit.name for unit in units], *reach) for reach, units in reached]
    return pages.filled("genuine_group.html", title=title, units_html="".join(lines))


def _line(names: Sequence[str], address: str, phone: str) -> str:
    phone_html = pages.filled("genuine_phone.html", phone=phone) if phone else ""
    return pages.filled("genuine_unit.html", unit="、".join(names), address=address, phone_html=phone_html)
