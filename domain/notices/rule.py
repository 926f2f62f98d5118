"""点検の要否: from which severity on a prefecture lets nothing leave that a second person has not read."""

from __future__ import annotations

from tortoise import fields
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Role
from domain.criteria import nothing
from domain.notices.notice import NoticeSeverity
from domain.records import Owned
from domain.verbs import broken, verb

USUAL = NoticeSeverity.WARNING
"""Of a prefecture that has set none."""


class NoticeRule(Owned):
    """What of one prefecture needs a second reader: notices of `reviewed_from` and whatever weighs more."""

    reviewed_from = fields.CharEnumField(NoticeSeverity, max_length=20)

    class Meta:
        table = "notice_rule"


broken("notice_rule_once", "点検の要否はすでに定められています。もう一度操作してください。")


def rules_visible_to(actor: Actor) -> QuerySet[NoticeRule]:
    """The desk's."""
    return NoticeRule.filter(prefecture_id=actor.prefecture_id) if actor.role in LIAISONS else nothing(NoticeRule)


async def is_reviewed(actor: Actor, severity: NoticeSeverity) -> bool:
    """Whether a notice of this severity needs a second reader in the actor's prefecture."""
    rule = await NoticeRule.get_or_none(prefecture_id=actor.prefecture_id)
    return severity.weight >= (rule.reviewed_from if rule else USUAL).weight


@verb(Role.HQ_LIAISON)
async def set_rule(actor: Actor, *, reviewed_from: NoticeSeverity) -> NoticeRule:
    """Set from which severity on a second person reads a notice before it leaves."""
    rule = await rules_visible_to(actor).select_for_update().first()
    if rule is not None:
        return await records.change(actor, rule, "notice-rule-set", reviewed_from=reviewed_from)
    values = {"unit_id": actor.prefecture_id, "reviewed_from": reviewed_from}
    return await records.create(actor, NoticeRule, "notice-rule-set", **values)
