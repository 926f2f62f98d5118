"""What is counted of agreements, their parties and what they promise: a part of `measures`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from domain.agreements import (
    DEEDS,
    ITEM_LABELS,
    KIND_LABELS,
    OUTPUT_LABELS,
    Agreement,
    AgreementCommitment,
    AgreementParty,
    ResearchOutput,
)
from domain.japanese import Measure
from domain.organizations import ORGANIZATION_KIND_LABELS, SIZE_LABELS
from domain.statistics.industries import INDUSTRIES, NOTE, OF_TRADE
from domain.statistics.tally import Counting, Facts, Tally

STOCK, FLOW = Measure.AS_OF, Measure.DURING
TOTAL, UNIQUE = Counting.TOTAL, Counting.UNIQUE
AGREEMENT_KINDS: Mapping[str, str] = {kind.value: label for kind, label in KIND_LABELS.items()}
COOPERATION_ITEMS: Mapping[str, str] = {item.value: label for item, label in ITEM_LABELS.items()}

# An agreement is in force from `effective_on` through `ends_on`, its last day, whichever state it has reached since;
# one that was given up before it took effect never was. It has ended once that is known: on its last day it may go on
# yet by itself, or by a signed renewal. Several stations may share it: it counts where it is kept.
AGREEMENTS = Facts(
    "AGREEMENT",
    "協定",
    Agreement,
    AGREEMENT_KINDS,
    """SELECT id, unit_id, kind, id AS body,
              coalesce(ends_on >= $6, true) AS is_in_force,
              effective_on >= $5 AND renews_id IS NULL AS is_new,
              effective_on >= $5 AND renews_id IS NOT NULL AS is_renewal,
              ended_on IS NOT NULL AND ends_on <= $6 AND status <> 'RENEWED' AS is_ended,
              ended_on IS NOT NULL AND ends_on <= $6 AND status = 'EXPIRED' AS is_expired,
              EXISTS (SELECT FROM agreement_extension step WHERE step.agreement_id = agreement.id
                      AND step.kind = 'EXTENSION' AND step.decided_on BETWEEN $5 AND $6) AS is_extended,
              EXISTS (SELECT FROM agreement_extension step WHERE step.agreement_id = agreement.id
                      AND step.kind = 'AUTOMATIC' AND step.decided_on BETWEEN $5 AND $6) AS has_gone_on,
              EXISTS (SELECT FROM agreement_amendment step WHERE step.agreement_id = agreement.id
                      AND step.status = 'AGREED' AND step.effective_on BETWEEN $5 AND $6) AS is_amended
       FROM (SELECT *, least(ended_on, lasts_until) AS ends_on FROM agreement) agreement
       WHERE effective_on <= $6 AND coalesce(ends_on >= greatest($5, effective_on), true)""",
)

# 法人番号 or 学校コード make two rows of two prefectures one body: `identity`.
STANDING = """
       FROM agreement
       JOIN agreement_party party ON party.agreement_id = agreement.id AND agreement.effective_on <= $6
           AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $6, true)
           AND party.acceded_on <= $6 AND coalesce(party.withdrawn_on > $6, true)
       JOIN organization ON organization.id = party.organization_id"""
PARTIES = Facts(
    "AGREEMENT_PARTY",
    "協定当事者",
    AgreementParty,
    AGREEMENT_KINDS,
    f"SELECT party.id, agreement.unit_id, agreement.kind, organization.identity AS body, is_small {STANDING}",
)


class _Sort(NamedTuple):
    """How bodies are sorted: SQL for the kind of a body, and for what is joined to find it."""

    name: str
    label: str
    kinds: Mapping[str, str]
    kind: str
    more: str = ""
    note: str = ""

    @property
    def select(self) -> str:
        return f"agreement.unit_id, {self.kind} AS kind {STANDING} {self.more}"


# As it is known of the bodies now. Whose size nobody knows stands in none of the sizes. An agreement counts once for
# each sort that stands among its bodies, and once in all.
BUSINESS = _Sort(
    "BUSINESS",
    "種別",
    {kind.value: label for kind, label in ORGANIZATION_KIND_LABELS.items()},
    "organization.kind",
)
INDUSTRY = _Sort("INDUSTRY", "業種", INDUSTRIES, "trade.division", OF_TRADE, NOTE)
SIZE = _Sort(
    "SIZE",
    "規模",
    {size.value: label for size, label in SIZE_LABELS.items()},
    "organization.size",
    "AND organization.size IS NOT NULL",
)


def _parties(sort: _Sort) -> Facts:
    facts = f"AGREEMENT_PARTY_{sort.name}", f"協定当事者の{sort.label}", AgreementParty, sort.kinds
    return Facts(*facts, f"SELECT party.id, organization.identity AS body, {sort.select}", note=sort.note)


def _agreements(sort: _Sort) -> Facts:
    facts = f"AGREEMENT_{sort.name}", f"協定の相手方の{sort.label}", Agreement, sort.kinds
    return Facts(*facts, f"SELECT agreement.id, agreement.id AS body, {sort.select}", note=sort.note)


SORTS = (BUSINESS, INDUSTRY, SIZE)
AGREEMENTS_SORTED = tuple(
    Tally(f"AGREEMENTS_BY_{sort.name}", _agreements(sort), "有効", "件", STOCK, counting=UNIQUE) for sort in SORTS
)
PARTIES_SORTED = tuple(
    Tally(f"PARTIES_BY_{sort.name}", _parties(sort), "参加団体", "団体", STOCK, counting=UNIQUE) for sort in SORTS
)

# What stands on the period's last day, with how often it was kept from 1 April to then, and each time in the period.
_YEAR_BEGINS = "make_date(extract(year FROM $6::date - interval '3 months')::int, 4, 1)"
COMMITMENTS = Facts(
    "AGREEMENT_COMMITMENT",
    "協定の約束",
    AgreementCommitment,
    COOPERATION_ITEMS,
    f"""SELECT id, unit_id, item AS kind, id AS body, false AS stands, true AS is_deed, false AS is_fulfilled
        FROM ({DEEDS}) deed WHERE day BETWEEN $5 AND $6
        UNION ALL
        SELECT own.id, agreement.unit_id, own.item, own.id, true, false,
            coalesce(kept.times >= own.times_per_year, false)
        FROM agreement_commitment own JOIN agreement ON agreement.id = own.agreement_id
        LEFT JOIN (SELECT id, count(*) AS times FROM ({DEEDS}) deed WHERE day BETWEEN {_YEAR_BEGINS} AND $6 GROUP BY id
            ) kept ON kept.id = own.id
        WHERE own.since <= $6 AND coalesce(own.ended_on > $6, true)
          AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $6, true)""",  # noqa: S608 - our own words
)

RESEARCH_OUTPUTS = Facts(
    "RESEARCH_OUTPUT",
    "共同研究の成果",
    ResearchOutput,
    {kind.value: label for kind, label in OUTPUT_LABELS.items()},
    """SELECT id, unit_id, kind FROM research_output WHERE removed_at IS NULL AND produced_on BETWEEN $5 AND $6""",
)

OF_AGREEMENTS = (
    Tally("AGREEMENTS_IN_FORCE", AGREEMENTS, "有効", "件", STOCK, where="is_in_force", counting=UNIQUE),
    Tally("AGREEMENTS_NEW", AGREEMENTS, "新規", "件", FLOW, where="is_new", counting=UNIQUE),
    Tally("AGREEMENTS_RENEWED", AGREEMENTS, "更新", "件", FLOW, where="is_renewal", counting=UNIQUE),
    Tally("AGREEMENTS_EXTENDED", AGREEMENTS, "延長", "件", FLOW, where="is_extended", counting=UNIQUE),
    Tally("AGREEMENTS_GONE_ON", AGREEMENTS, "自動更新", "件", FLOW, where="has_gone_on", counting=UNIQUE),
    Tally("AGREEMENTS_AMENDED", AGREEMENTS, "変更", "件", FLOW, where="is_amended", counting=UNIQUE),
    Tally("AGREEMENTS_ENDED", AGREEMENTS, "終了", "件", FLOW, where="is_ended", counting=UNIQUE),
    Tally("AGREEMENTS_EXPIRED", AGREEMENTS, "うち満了", "件", FLOW, where="is_expired", counting=UNIQUE),
    *AGREEMENTS_SORTED,
    Tally("PARTIES", PARTIES, "参加団体", "団体", STOCK, counting=TOTAL),
    Tally("PARTIES_UNIQUE", PARTIES, "参加団体", "団体", STOCK, counting=UNIQUE),
    Tally("SMALL_PARTIES_UNIQUE", PARTIES, "うち中小企業", "団体", STOCK, where="is_small", counting=UNIQUE),
    *PARTIES_SORTED,
    Tally("COMMITMENTS", COMMITMENTS, "約束", "件", STOCK, where="stands", counting=UNIQUE),
    Tally(
        "COMMITMENTS_FULFILLED", COMMITMENTS, "うち年度の分を履行", "件", STOCK, where="is_fulfilled", counting=UNIQUE
    ),
    Tally(
        "COMMITMENT_FULFILMENT",
        COMMITMENTS,
        "履行率",
        "％",
        STOCK,
        where="is_fulfilled",
        share_of="stands",
        counting=UNIQUE,
    ),
    Tally("COMMITMENTS_KEPT", COMMITMENTS, "履行", "回", FLOW, where="is_deed", counting=TOTAL),
    Tally("RESEARCH_OUTPUTS", RESEARCH_OUTPUTS, "成果", "件", FLOW, counting=TOTAL),
)
