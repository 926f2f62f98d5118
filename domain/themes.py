"""主題: what the desk's work is about, in one list of words. Each concept takes from it the themes that it can have, so
that what is called the same is the same, and is written the same in every figure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T", bound=StrEnum)

WORDS: Mapping[str, str] = {
    "RELATIONSHIP": "顔の見える関係",
    "AGREEMENT": "協定",
    "DRILL": "訓練",
    "INFORMATION": "情報提供",
    "SME_SUPPORT": "中小企業支援",
    "IDENTITY_CHECK": "本人確認",
    "LOG_RETENTION": "通信履歴の保存",
    "FINANCIAL_FRAUD": "不正送金",
    "WIFI": "公衆無線LAN",
    "ECONOMIC_SECURITY": "経済安全保障",
    "RECRUITMENT_PR": "採用広報",
    "VOLUNTEERS": "ボランティア",
    "CHILD_PROTECTION": "児童保護",
    "FILTERING": "フィルタリング",
    "IOT": "IoT機器の脅威",
    "NEW_SERVICES": "新サービスの悪用",
    "REPORTING": "通報・相談の促進",
    "GENERAL": "サイバーセキュリティ全般",
    "OTHER": "その他",
}


def labelled(themes: type[T]) -> Mapping[T, str]:
    """The words for the themes of one concept."""
    return {theme: WORDS[theme.value] for theme in themes}
