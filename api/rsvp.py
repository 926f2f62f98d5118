"""`/rsvp/{token}`: whoever holds the letter's link answers for the one person it was written to.

GET shows and changes nothing, for mail scanners follow links; POST decides. No session and no script is needed.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import pages
from api.house import House
from domain import replies, tokens
from domain.calendar import Appointment, Attendee, PartStat
from domain.errors import Invalid, Refused
from domain.japanese import from_to, storable
from domain.units import Unit

TITLE = "予定のご案内への回答"
WORDS = {
    PartStat.NEEDS_ACTION: "まだいただいていません",
    PartStat.ACCEPTED: "出席",
    PartStat.DECLINED: "欠席",
    PartStat.TENTATIVE: "未定",
    PartStat.DELEGATED: "代理の方が出席",
}
UNKNOWN = "このページは見つかりません。案内のメールのリンクをもう一度確かめてください。"
LONGEST_BODY = 16 * 1024
LONGEST_REMARK = 500


def routes(house: House) -> list[Route]:
    async def rsvp(request: Request) -> Response:
        attendee = await _attendee(house, request.path_params["token"])
        if attendee is None:
            return pages.page(TITLE, pages.paragraph(UNKNOWN, "refused"), 404)
        return await (_decide(house, request, attendee) if request.method == "POST" else _show(attendee))

    return [Route("/rsvp/{token}", rsvp, methods=["GET", "POST"])]


async def _attendee(house: House, token: str) -> Attendee | None:
    id = tokens.id_in(token)
    if id is None or not tokens.is_genuine(token, house.secret, replies.PURPOSE, id):
        return None
    return await Attendee.filter(id=id).first()


async def _show(attendee: Attendee, said: str = "", status: int = 200) -> Response:
    appointment = await Appointment.get(id=attendee.appointment_id)
    unit = await Unit.get(id=appointment.unit_id)
    body = pages.filled(
        "invitation.html",
        said_html=said,
        subject=appointment.title,
        when=from_to(appointment.starts_at, appointment.ends_at),
        place=appointment.place or appointment.online_url or "追ってお知らせします",
        answer=WORDS[attendee.partstat],
        unit=unit.name,
        phone=unit.phone,
    )
    return pages.page(TITLE, body, status)


async def _decide(house: House, request: Request, attendee: Attendee) -> Response:
    try:
        partstat, remark = await _form(request)
        answered = await replies.answer_by_link(house.clock(), attendee.id, partstat=partstat, remark=remark)
    except Refused as refused:
        return await _show(attendee, pages.paragraph(refused.message, "refused"), 400 if _is_wrong(refused) else 409)
    thanks = f"「{WORDS[answered.partstat]}」のご回答を受け付けました。変更するときは、もう一度お答えください。"
    return await _show(answered, pages.paragraph(thanks, "done"))


def _is_wrong(refused: Refused) -> bool:
    return isinstance(refused, Invalid)


async def _form(request: Request) -> tuple[PartStat, str]:
    if int(request.headers.get("content-length") or LONGEST_BODY + 1) > LONGEST_BODY:
        raise Invalid("送られた内容が長すぎます。")
    form = await request.form(max_files=0, max_fields=10)
    partstat, remark = form.get("partstat"), form.get("remark", "")
    if partstat not in {*PartStat} or not isinstance(remark, str):
        raise Invalid("「出席する」「欠席する」「まだ分からない」のどれかを選んでください。")
    text = storable(remark.replace("\r\n", "\n"), multiline=True)
    if len(text) > LONGEST_REMARK:
        raise Invalid(f"連絡事項は{LONGEST_REMARK}字までにしてください。")
    return PartStat(str(partstat)), text
