"""How long what is held, whose it is and where it comes from: the words that several tables share.

The periods are proposals, for the holding body to decide.
"""

from __future__ import annotations

from domain.register.holding import Retention

NOTHING_PERSONAL = Retention("", "業務に必要な間", "個人情報を含まない")
HASHED = Retention("", "業務に必要な間", "照合値のみで、個人を識別できない")
WITH_THE_PERSON = Retention("", "本人の氏名・連絡先と同じ")
WITH_THE_DOCUMENT = Retention("", "文書の保存期間による", "保有機関の文書管理規程による")
SIGNATURE = Retention(
    "",
    "協定書の保存期間による（誰が締結したかは公文書の内容であり、担当を離れても残す）",
    WITH_THE_DOCUMENT.basis,
)
YEAR_AFTER_ROLE = Retention("最後の役割が終わった日", "1年（ボランティアは1会計年度、未成年は3か月、職員は5年）")
FISCAL_YEAR = Retention("退任・任期満了の年度の末日", "1会計年度（未成年は退任の日から3か月）")
QUARTER = Retention("活動を終えた日", "3か月（更新のときを除く）")
NINETY_DAYS = Retention("予定の日または発送の日", "90日")
ONE_YEAR = Retention("記録した日", "1年")
FIVE_YEARS = Retention("記録した日", "5年（内容のみ消去し、事実と封は残す）")
ENDED = Retention("失効した日", "本人の氏名・連絡先と同じ")

VOLUNTEERS = "ボランティア（推薦・審査・委嘱中・退任後の人）"
PARTNERS = "協定先・学校などの担当者"
OFFICERS = "職員"
EVERYBODY = "職員、団体・学校の担当者、ボランティア"
INVITED = "予定に招かれた人"
BY_THE_DESK = "職員が入力する"
BY_OURSELVES = "この仕組みが作る"
