"""The 大分類 of a body's trade as SQL, for whatever is counted by industry: a part of `measures`."""

from __future__ import annotations

from collections.abc import Mapping

from domain.organizations import INDUSTRIES_OF_KINDS, INDUSTRY_LABELS, INDUSTRY_WORDS, Industry

INDUSTRIES: Mapping[str, str] = {industry.value: label for industry, label in INDUSTRY_LABELS.items()}
NOTE = "業種は日本標準産業分類の大分類。団体の「業種」の言葉によって分け、当たるもののない企業は分類不能の産業とする。"

_SAID = " ".join(f"WHEN said ~ '{words}' THEN '{industry}'" for industry, words in INDUSTRY_WORDS)
_ELSE = " ".join(f"WHEN '{kind}' THEN '{industry}'" for kind, industry in INDUSTRIES_OF_KINDS.items())
# Found once for each trade that is said, not for each body: OFFSET 0 keeps PostgreSQL from asking it of every row.
OF_TRADE = f"""
       JOIN (SELECT kind, industry, CASE {_SAID}
                 ELSE CASE kind {_ELSE} ELSE '{Industry.UNCLASSIFIED}' END END AS division
             FROM (SELECT kind, industry, upper(normalize(industry, NFKC)) AS said
                   FROM (SELECT DISTINCT kind, industry FROM organization) one OFFSET 0) told
             OFFSET 0) trade ON trade.kind = organization.kind AND trade.industry = organization.industry"""  # noqa: S608
"""What joins `trade.division` to an `organization`."""
