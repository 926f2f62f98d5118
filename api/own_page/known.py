"""What is known of somebody, to confirm or to report, and how they want to be reminded: two forms of their own page."""

from __future__ import annotations

from collections.abc import Iterable

from api import pages
from api.own_page.view import View, line
from api.pages import forms
from domain import people
from domain.japanese import shown, wareki
from domain.organizations import Contact
from domain.own import Known

SUCCESSOR = "後任の方のお名前・部署・連絡先など"
NEW_ADDRESS = "新しいメールアドレス・電話番号など"
TOLD = "変えると、その内容を登録されているメールアドレスにもお送りします。"
USUAL = "決めないときは、{begins}時から{ends}時まで止めます。"


def contact_data(view: View, known: Known, typed: str) -> str:
    if not known.is_here:
        return ""
    bodies = {body.id: body.name for body in known.bodies}
    address, phone = known.person.mail_address, known.person.phone
    if view.is_linked:
        address, phone = masked_address(address), masked_phone(phone)
    return pages.filled(
        "own_known.html",
        path=view.path,
        posts_html="".join(line(bodies[one.organization_id], _post(one)) for one in known.contacts),
        address=address or "登録されていません",
        phone=phone or "登録されていません",
        examples=SUCCESSOR if known.contacts else NEW_ADDRESS,
        verified=wareki(known.verified_on) if known.verified_on else "まだありません",
        what="\n".join(shown(line, forms.LONGEST) for line in typed.splitlines()),
    )


def notices(view: View, known: Known) -> str:
    """The form for reminders; an officer's has the morning's digest too."""
    days = [(0, "知らせない"), (1, "前の日"), *((count, f"{count}日前") for count in range(2, people.MOST_DAYS + 1))]
    hours = [("", "決めない"), *((str(hour), f"{hour}時") for hour in range(24))]
    mark = " checked" if known.person.wants_digest else ""
    digest = pages.filled("own_digest.html", mark_html=mark) if view.actor.is_liaison else ""
    return pages.filled(
        "own_notices.html",
        path=view.path,
        options_html=_options(days, known.person.remind_days),
        from_html=_options(hours, known.person.quiet_from),
        to_html=_options(hours, known.person.quiet_to),
        digest_html=digest,
        told_html=pages.paragraph(TOLD, "note") if view.is_linked else "",
        usual=_usual(view, known),
    )


def _usual(view: View, known: Known) -> str:
    """What holds for volunteers who have chosen no hours; nobody else is left alone without."""
    hours = view.house.quiet
    return USUAL.format(begins=hours.begins, ends=hours.ends) if hours and known.volunteers else ""


def _options(choices: Iterable[tuple[int | str, str]], chosen: int | None) -> str:
    """HTML of a list, with what is chosen now."""
    held = "" if chosen is None else str(chosen)
    return "".join(
        pages.filled("option.html", value=str(value), label=label, mark_html=" selected" if str(value) == held else "")
        for value, label in choices
    )


def _post(contact: Contact) -> str:
    return " ".join(filter(None, (contact.department, contact.job_title))) or "ご担当者"


def masked_address(address: str) -> str:
    """The first letter, and where the mail box is."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""


def masked_phone(phone: str) -> str:
    """The last two digits."""
    return f"…{phone[-2:]}" if phone else ""
