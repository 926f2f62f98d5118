"""`/genuine`: how to check that a mail is ours: from which addresses we write, how mails are signed, whom to call.

Everybody may read it, without a login: whoever doubts a mail would not follow a link of it to one. It names units, no
persons.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import pages
from api.entrance import doors
from api.house import House, Marks
from domain import units
from domain.actor import TOKYO
from domain.units import Unit

TITLE = "メールが本物かどうかの確かめ方"


def routes(house: House) -> list[Route]:
    async def show(house: House, _: Request) -> Response:
        found = await units.find_reachable(house.clock().astimezone(TOKYO).date())
        body = pages.filled(
            "genuine.html",
            address=f"{house.base_url}/",
            signed_html=_signed(house.marks),
            units_html=_units(found, house.marks),
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


def _units(found: Sequence[Unit], marks: Marks) -> str:
    return "".join(
        pages.filled(
            "genuine_unit.html",
            unit=unit.name,
            address=unit.mail_address or marks.sender or "メールはお送りしていません",
            phone_html=pages.filled("genuine_phone.html", phone=unit.phone) if unit.phone else "",
        )
        for unit in found
    )
