"""存続期間: an agreement lasts beyond the day that was signed, where both sides extend it or where it renews itself.

`expires_on` stays as signed; `lasts_until` is the last day as it stands, and each step beyond is a row that says until
when and why. One that renews itself does so at its end, unless notice was given in time. Source: S1 (延長, 自動更新).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Bearer
from domain.agreements.agreement import LABELS, STANDING, Agreement, visible_to
from domain.criteria import any_of, nothing
from domain.errors import Invalid, WrongState
from domain.japanese import months_later
from domain.records import Owned
from domain.states import must_be_in
from domain.verbs import verb

LONGEST_RENEWAL, LONGEST_NOTICE = 120, 366
"""Months for which an agreement renews itself, and days before its end by which notice is given, at most."""
LONGEST_EXTENSION = 120
"""Months by which an agreement is extended at once, at most."""


class ExtensionKind(StrEnum):
    """延長, 自動更新."""

    EXTENSION = "EXTENSION"
    AUTOMATIC = "AUTOMATIC"


class AgreementExtension(Owned):
    """One step of an agreement beyond its last day: decided by both sides on a day, or taken by itself on the first."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    kind = fields.CharEnumField(ExtensionKind, max_length=10)
    until = fields.DateField()
    decided_on = fields.DateField()
    reason = fields.CharField(max_length=500, default="")

    class Meta:
        table = "agreement_extension"
        indexes = [Index(fields=("agreement_id", "id"), name="agreement_extension_agreement")]


def extensions_visible_to(actor: Actor) -> QuerySet[AgreementExtension]:
    """As their agreements, to liaison officers alone; a partner sees until when its agreement lasts."""
    if actor.role not in LIAISONS:
        return nothing(AgreementExtension)
    return AgreementExtension.filter(any_of(AgreementExtension, "unit_id", actor.units))


def must_be_possible(auto_renews_months: int | None, notice_days: int | None) -> None:
    """Raises Invalid for months or days that no agreement has; 0 months: it does not renew itself."""
    if not 0 <= (auto_renews_months or 0) <= LONGEST_RENEWAL:
        raise Invalid(
            f"自動更新の期間は0（自動更新なし）から{LONGEST_RENEWAL}か月までです。", field="auto_renews_months"
        )
    if not 0 <= (notice_days or 0) <= LONGEST_NOTICE:
        raise Invalid(f"更新しない旨の通知期限は満了日の{LONGEST_NOTICE}日前までです。", field="notice_days")


@verb(*LIAISONS)
async def extend(
    actor: Actor,
    agreement_id: UUID,
    *,
    until: date,
    reason: str,
    decided_on: date | None = None,
    version: int | None = None,
) -> Agreement:
    """延長: both sides have decided, today unless told, that the agreement goes on; `until` is its new last day.

    Raises WrongState for one without an end or with a signed renewal, Invalid for a day that is not after the end.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, agreement.status, *STANDING)
    records.must_say(reason, "延長の理由", "reason")
    await _must_not_be_renewed(agreement)
    day, ends = decided_on or actor.today, agreement.lasts_until
    if ends is None:
        raise WrongState("期間の定めのない協定は延長できません。")
    if not ends < until <= months_later(ends, LONGEST_EXTENSION):
        raise Invalid("延長後の満了日は、いまの満了日より後の10年以内にしてください。", field="until")
    if agreement.signed_on is None or not agreement.signed_on <= day <= actor.today:
        raise Invalid("延長を決めた日は、締結日から今日までの日付にしてください。", field="decided_on")
    return await _go_on(actor, agreement, ExtensionKind.EXTENSION, until, day, reason)


async def _must_not_be_renewed(agreement: Agreement) -> None:
    if await Agreement.filter(renews_id=agreement.id, status__in=STANDING).exists():
        raise WrongState("更新後の協定がすでに締結されています。更新後の協定を延長してください。")


async def _go_on(
    author: Author, agreement: Agreement, kind: ExtensionKind, until: date, day: date, reason: str = ""
) -> Agreement:
    whose = {name: getattr(agreement, name) for name in ("unit_id", "prefecture_id")} | {"agreement_id": agreement.id}
    told = {"kind": kind, "until": until, "decided_on": day, "reason": reason}
    await records.create(author, AgreementExtension, "agreement-extended", **whose, **told)
    return await records.change(author, agreement, "agreement-lasts-longer", lasts_until=until)


@verb(*LIAISONS)
async def give_notice(
    actor: Actor, agreement_id: UUID, *, reason: str, on: date | None = None, version: int | None = None
) -> Agreement:
    """更新しない旨の通知: one side has told the other, today unless told, that the agreement ends with its last day.

    Raises WrongState for one that does not renew itself, Invalid for a day after the last one on which that is heard.
    """
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, agreement.status, *STANDING)
    day, last = on or actor.today, notice_by(agreement)
    if last is None:
        raise WrongState("この協定は自動更新しないか、更新しない旨がすでに通知されています。")
    if agreement.signed_on is None or not agreement.signed_on <= day <= actor.today:
        raise Invalid("通知した日は、締結日から今日までの日付にしてください。", field="on")
    if day > last:
        raise Invalid(
            f"更新しない旨の通知は{last:%Y年%-m月%-d日}までです。その次の更新の前に通知してください。", field="on"
        )
    records.must_say(reason, "更新しない理由", "reason")
    return await records.change(actor, agreement, "agreement-notice-given", notice_given_on=day, reason=reason)


@verb(*LIAISONS)
async def take_back_notice(actor: Actor, agreement_id: UUID, *, version: int | None = None) -> Agreement:
    """通知の撤回: both sides go on as before, and the agreement renews itself again. Raises WrongState without one."""
    agreement = await records.find(visible_to(actor), agreement_id, version)
    must_be_in(LABELS, agreement.status, *STANDING)
    if agreement.notice_given_on is None:
        raise WrongState("更新しない旨の通知は入力されていません。")
    return await records.change(actor, agreement, "agreement-notice-taken-back", notice_given_on=None, reason="")


NOTICE_BY = """CASE WHEN {t}.status IN ('IN_FORCE', 'RENEWING') AND {t}.auto_renews_months > 0
    AND {t}.notice_given_on IS NULL THEN {t}.lasts_until - {t}.notice_days END"""
"""`notice_by` in SQL, of the row `{t}`."""
RENEWED = """EXISTS (
    SELECT FROM agreement new WHERE new.renews_id = {t}.id AND new.status IN ('IN_FORCE', 'RENEWING'))"""
"""Whether a signed renewal takes over from the row `{t}` (as in `unrenewed`), so that its end is no concern."""

ANSWERING = """(SELECT post.person_id FROM post WHERE post.person_id = {t}.responsible_id AND post.unit_id = {t}.unit_id
    AND post.since <= $2 AND coalesce(post.until >= $2, true))"""
"""Who answers for the row `{t}` on the day $2: the responsible officer, where they still serve in the unit that keeps
it; otherwise nobody does."""


def _day(sql: str) -> str:
    return f"to_char({sql}, 'FMYYYY年FMMM月FMDD日')"


VALIDITY = f"""CASE WHEN {{t}}.effective_on IS NOT NULL THEN {_day("{t}.effective_on")} || 'から' || CASE
    WHEN {{t}}.ended_on IS NOT NULL THEN {_day("{t}.ended_on")} || 'まで（終了）'
    WHEN {{t}}.lasts_until IS NULL THEN '（期間の定めなし）'
    ELSE {_day("{t}.lasts_until")} || 'まで' || CASE WHEN {{t}}.lasts_until > {{t}}.expires_on
        THEN '（協定書では' || {_day("{t}.expires_on")} || 'まで）' ELSE '' END
        || coalesce('。' || {_day(NOTICE_BY)} || 'までに更新しない旨の通知がなければ、'
        || {{t}}.auto_renews_months || 'か月ずつ自動更新', '')
    END END"""
"""有効期間 of the row `{{t}}` in words, as both sides know it: from when, until when or open-ended, to when it was
extended, and how it goes on by itself. Nothing before it has taken effect."""


def renews_itself(agreement: Agreement) -> bool:
    """Whether it goes on at its end unless somebody still gives notice."""
    return bool(agreement.auto_renews_months) and agreement.notice_given_on is None


def notice_by(agreement: Agreement) -> date | None:
    """The last day on which notice is heard; None where none is to be given."""
    if agreement.lasts_until is None or not renews_itself(agreement):
        return None
    return agreement.lasts_until - timedelta(days=agreement.notice_days)


async def carry_on(now: datetime) -> int:
    """自動更新: whatever renews itself and ended before today, as often as that takes. Part of `expire`, after signed
    renewals have taken over."""
    today = now.astimezone(TOKYO).date()
    over = Agreement.filter(status__in=STANDING, lasts_until__lt=today, auto_renews_months__gt=0, notice_given_on=None)
    due = await over.order_by("id").select_for_update()
    for agreement in due:
        for first, until in turns(agreement.lasts_until, agreement.auto_renews_months, today):
            await _go_on(Bearer(now), agreement, ExtensionKind.AUTOMATIC, until, first)
    return len(due)


def turns(lasts_until: date | None, months: int, day: date) -> Iterator[tuple[date, date]]:
    """The first and the last day of each renewal by itself, as often as it takes to last until `day`."""
    while months and lasts_until is not None and lasts_until < day:
        first = lasts_until + timedelta(days=1)
        lasts_until = _last_day(first, months)
        yield first, lasts_until


def _last_day(first: date, months: int) -> date:
    """The day before the one that corresponds to the first; without such a day the month's last (民法143条2項)."""
    then = months_later(first, months)
    return then - timedelta(days=1) if then.day == first.day else then


def unrenewed() -> QuerySet[Agreement]:
    """What stands, and has no signed renewal that takes over."""
    signed = Agreement.filter(status__in=STANDING, renews_id__isnull=False)
    return Agreement.filter(status__in=STANDING).exclude(id__in=Subquery(signed.values("renews_id")))
