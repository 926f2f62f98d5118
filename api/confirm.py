"""`/confirm/{token}`: a contact is shown what is held of them, and says that it is right or what has changed.

GET shows and changes nothing, for mail scanners follow links; POST decides. Letters are passed on: whoever holds the
link is shown of an address and a number only as much as its owner needs to know it again. It ends with the campaign.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import dead_ends, guesses, pages, rsvp
from api.house import House
from api.own_page.known import masked_address, masked_phone
from api.pages import forms
from domain import campaigns, looks, tokens, walls
from domain.actor import Actor, Role
from domain.campaigns import Asked, Changes, Known
from domain.errors import Invalid, RateLimited, Refused
from domain.japanese import Honorific, addressed, day_with_weekday, shown, storable, wareki
from domain.looks import Door
from domain.organizations import CONTACT_ROLE_LABELS

TITLE = "連絡先の確認"
UNKNOWN = "このページは見つかりません。リンクが途中で切れているか、この確認がもうありません。"
NONE = "登録されていません"
THANKS = {
    "confirm": "連絡先をご確認いただき、ありがとうございました。",
    "change": "変わったところを承りました。担当者が確かめて、登録を直します。",
}
FIELDS: Mapping[str, tuple[str, str, int]] = {
    "department": ("部署", "text", 100),
    "job_title": ("役職", "text", 100),
    "mail_address": ("新しいメールアドレス", "email", 254),
    "phone": ("新しい電話番号", "tel", 30),
    "extension": ("内線", "text", 20),
    "reachable": ("連絡の取れる時間", "text", 100),
}
"""What may be said to have changed: what it is called, the kind of its field and how long it may be."""

HIDDEN = ("mail_address", "phone")
"""Shown in part only, so left empty to stay as they are."""
LONGEST_REMARK = 500
NOTHING: Mapping[str, str] = {}


def routes(house: House) -> list[Route]:
    async def confirm(request: Request) -> Response:
        try:
            asked = await _asked(house, request.path_params["token"])
            if asked is None:
                guesses.count(house, request)
                ways = (dead_ends.WHOLE, dead_ends.NEWEST, dead_ends.BY_PHONE)
                return await dead_ends.page(house, TITLE, UNKNOWN, *ways)
            house.allowance.pages.take(asked.line.id, 1, house.clock())
        except RateLimited as refused:
            return pages.later(TITLE, refused)
        now = house.clock()
        return await (_decide(now, request, asked) if request.method == "POST" else _show(now, asked))

    return [Route("/confirm/{token}", confirm, methods=["GET", "POST"])]


async def _asked(house: House, token: str) -> Asked | None:
    id = tokens.id_in(token)
    if id is None or not tokens.is_genuine(token, house.keys, campaigns.PURPOSE, id):
        return None
    return await campaigns.find_asked(id)


async def _show(
    now: datetime, asked: Asked, said: str = "", status: int = 200, sent: Mapping[str, str] = NOTHING
) -> Response:
    asking = rsvp.asking(asked.unit, "心当たりのないときや、お電話でのご回答は")
    if closed := campaigns.why_closed(now, asked):
        return pages.page(TITLE, (said or pages.paragraph(closed, "refused")) + asking, status)
    contact = asked.contact
    async with walls.alone_behind(walls.for_link(contact.prefecture_id, contact.person_id, contact.organization_id)):
        known = await campaigns.known_of(asked)
        await _note(now, known)
    answered = campaigns.in_words(asked.line)
    body = pages.filled(
        "check.html",
        said_html=said,
        answered_html=pages.paragraph(answered, "note") if answered else "",
        message_html="".join(map(pages.paragraph, asked.campaign.message.splitlines())),
        subject=asked.campaign.title,
        deadline=f"{day_with_weekday(asked.campaign.due_on)}まで",
        fields_html="".join(_field(name, known, sent) for name in FIELDS),
        remark="\n".join(shown(line, forms.LONGEST) for line in sent.get("remark", "").splitlines()),
        asking_html=asking,
        **_held(known),
    )
    return pages.page(TITLE, body, status)


async def _note(now: datetime, known: Known) -> None:
    """Write down that whoever holds the link is shown what is held of its owner."""
    person, contact = known.person, known.contact
    where = (person.id, person.unit_id, person.prefecture_id, (), contact.organization_id)
    bearer = Actor(Role.PARTNER, now, *where, is_read_only=True)
    of_person = ("family_name", "given_name", "mail_address", "phone", "extension")
    rows = [(f"Person.{name}", f"Person:{person.id}") for name in of_person]
    of_contact = ("department", "job_title", "reachable")
    await looks.note(
        Door.PAGE, bearer, "confirm", [*rows, *((f"Contact.{name}", f"Contact:{contact.id}") for name in of_contact)]
    )


def _held(known: Known) -> dict[str, str]:
    contact, person = known.contact, known.person
    return {
        "body": known.body.name,
        "guest": addressed(person.name, Honorific.SAMA),
        "role": CONTACT_ROLE_LABELS[contact.role],
        "department": contact.department or NONE,
        "job_title": contact.job_title or NONE,
        "address": masked_address(person.mail_address) or NONE,
        "phone": masked_phone(person.phone) or NONE,
        "extension": person.extension or NONE,
        "reachable": contact.reachable or NONE,
        "verified": wareki(contact.verified_on) if contact.verified_on else "まだありません",
    }


def _field(name: str, known: Known, sent: Mapping[str, str]) -> str:
    """One field of the form: what was typed in vain, else what is held."""
    label, kind, longest = FIELDS[name]
    held = "" if name in HIDDEN else getattr(known.contact if hasattr(known.contact, name) else known.person, name)
    value = shown(sent.get(name, held), longest)
    return pages.filled("check_field.html", field=name, label=label, kind=kind, longest=str(longest), value=value)


async def _decide(now: datetime, request: Request, asked: Asked) -> Response:
    form: dict[str, str] = {}
    try:
        form = await forms.read(request)
        act = form.get("act", "")
        if act == "confirm":
            await campaigns.confirm_by_link(now, asked.line.id)
        elif act == "change":
            await campaigns.propose_by_link(now, asked.line.id, remark=_remark(form), **_changes(form))
        else:
            raise Invalid("ページのボタンで送ってください。")
    except Refused as refused:
        status = 400 if isinstance(refused, Invalid) else 409
        return await _show(now, await _again(asked), pages.paragraph(refused.message, "refused"), status, form)
    return await _show(now, await _again(asked), pages.paragraph(THANKS[act], "done"))


async def _again(asked: Asked) -> Asked:
    """As it is now."""
    return await campaigns.find_asked(asked.line.id) or asked


def _changes(form: Mapping[str, str]) -> Changes:
    """What the form says. Raises Invalid for what no field of ours takes."""
    told = Changes()
    for name, (label, _, longest) in FIELDS.items():
        value = storable(form.get(name, ""), field=name).strip()
        if len(value) > longest:
            raise Invalid(f"{label}は{longest}字までにしてください。", field=name)
        if name in form and (value or name not in HIDDEN):
            told |= cast(Changes, {name: value})
    return told


def _remark(form: Mapping[str, str]) -> str:
    remark = storable(form.get("remark", "").replace("\r\n", "\n"), multiline=True, field="remark")
    if len(remark) > LONGEST_REMARK:
        raise Invalid(f"そのほかは{LONGEST_REMARK}字までにしてください（いまは{len(remark)}字です）。", field="remark")
    return remark
