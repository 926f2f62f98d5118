"""行き止まり: what whoever followed a link that leads nowhere is told: why, what they can do now, and whom to call.

It says the same whoever asks, and of a link that has ended no more than of one that never was: no unit is named but the
prefecture that the house serves, whose number is public.
"""

from __future__ import annotations

from starlette.responses import HTMLResponse

from api import pages
from api.house import House
from domain import units
from domain.actor import TOKYO

WHOLE = "メールのリンクを、初めから終わりまで続けて開いてください。途中で改行されていると、開かないことがあります。"
NEWEST = "メールが何通かあるときは、いちばん新しいメールのリンクを開いてください。"
BY_PHONE = "ご出欠は、お電話でも承ります。"


async def page(house: House, title: str, why: str, *ways: str, status: int = 404, **headers: str) -> HTMLResponse:
    """A page with the ways on that this door knows, in HTML of our own, and those that hold for all."""
    return pages.page(title, told(why, *ways, whom=await _whom(house)), status, **headers)


def told(why: str, *ways: str, whom: str = "") -> str:
    """HTML of such a page; `whom` to call, as HTML. It asks no database, which may be what is missing."""
    listed = "\n".join(f"<li>{way}</li>" for way in ways)
    return pages.filled("dead_end.html", why=why, ways_html=listed, whom_html=whom)


async def _whom(house: House) -> str:
    prefecture = await units.find_switchboard(house.clock().astimezone(TOKYO).date())
    if prefecture is None:
        return ""
    return pages.filled("dead_end_phone.html", unit=prefecture.name, phone=prefecture.phone)
