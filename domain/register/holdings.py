"""The register itself: every table and every column. The periods are proposals, for the holding body to decide.

Sources: 個人情報の保護に関する法律 60条・74条・75条 (purpose, 個人情報ファイル簿 and what it tells); the periods follow
from what the records are for, and are marked as proposals.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.register.holding import Holding, Retention

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

HOLDINGS: Mapping[str, Holding] = {
    "person": Holding(
        "人（氏名・連絡先）",
        "連絡、招待、委嘱および名簿の管理",
        YEAR_AFTER_ROLE,
        public="is_officer qualification qualified_on retired_on remind_days wants_digest quiet_from quiet_to",
        internal="erased_at",
        personal="number family_name given_name family_name_kana given_name_kana mail_address phone extension"
        " search kana_order",
        whose=EVERYBODY,
        source="本人または所属団体の申出、推薦書、職員名簿の取込み",
        person="id",
    ),
    "post": Holding(
        "職員の職歴",
        "担当の職員とその時期の確認",
        WITH_THE_PERSON,
        public="job_title since until person_id",
        whose=OFFICERS,
        source="職員名簿の取込みまたは異動の入力",
        person="person_id",
    ),
    "contact": Holding(
        "団体・学校の担当者",
        "協定、訓練、講師派遣の連絡",
        Retention("最後の担当を離れた日", "1年"),
        public="role since until verified_on establishment_id organization_id person_id",
        personal="department job_title search kana_order",
        whose=PARTNERS,
        source="本人または所属団体の申出",
        recipients="同じ団体の担当者",
        person="person_id",
    ),
    "volunteer": Holding(
        "ボランティア名簿",
        "推薦、審査、委嘱および活動の管理",
        FISCAL_YEAR,
        public="kind status recommended_by_id recommended_on term_to left_on verified_on"
        " group_id person_id university_id",
        internal="reason remarks",
        personal="number age_band affiliation search kana_order",
        whose=VOLUNTEERS,
        source="推薦書および本人の申出",
        person="person_id",
        also="reason remarks",
        stays="age_band",
        texts="reason remarks",
    ),
    "guardian_consent": Holding(
        "保護者同意",
        "未成年のボランティアに活動を依頼できるかの確認と、保護者への手紙の写し",
        QUARTER,
        public="person_id volunteer_id",
        sensitive="guardian_name guardian_mail_address copies_letters relationship scope given_on expires_on"
        " withdrawn_on conditions",
        whose="未成年のボランティアとその保護者",
        source="保護者の同意書",
        person="person_id",
        removed=True,
        texts="guardian_name conditions",
    ),
    "commission": Holding(
        "委嘱",
        "委嘱の事実、任期および委嘱状番号の管理",
        WITH_THE_DOCUMENT,
        public="kind fiscal_year serial number authority appointed_by_id term_from term_to ended_on reappointed"
        " person_id group_id reappointment_id volunteer_id",
        whose=VOLUNTEERS,
        source="委嘱の決裁",
        person="person_id",
    ),
    "reappointment": Holding(
        "一括再委嘱",
        "年度末の再委嘱の記録",
        NOTHING_PERSONAL,
        public="ending_on term_from count appointed_by_id",
    ),
    "volunteer_group": Holding(
        "ボランティア団体",
        "団体の名称と活動母体の管理",
        NOTHING_PERSONAL,
        public="name name_kana base founded_on retired_on organization_id",
        internal="remarks identity search kana_order",
        texts="name remarks",
    ),
    "activity": Holding(
        "ボランティア活動",
        "活動の計画、実績および統計",
        NOTHING_PERSONAL,
        public="kind status title starts_at group_id appointment_id",
        internal="capacity reason remarks audience_count copies_count reported_count forwarded_count removed_count"
        " reported_by_id held_at",
        texts="title reason remarks",
        is_shared=True,
    ),
    "activity_participation": Holding(
        "活動への参加",
        "参加の依頼、実績時間および統計",
        Retention("", "統計のため、誰のものか分からない形で残す"),
        public="status offered_until starts_at minutes_reported minutes_approved approved_at released_at person_id"
        " group_id approved_by_id activity_id volunteer_id attendee_id",
        internal="turn reason",
        whose=VOLUNTEERS,
        source="依頼への回答と実施報告",
        person="person_id",
        also="reason",
        texts="reason",
    ),
    "organization": Holding(
        "団体・事業者",
        "協定先、学校などの管理",
        NOTHING_PERSONAL,
        public="kind name name_kana corporate_number school_code municipality_code postal_code address phone industry"
        " is_small retired_on",
        internal="search kana_order identity",
        texts="name address",
    ),
    "establishment": Holding(
        "事業所",
        "団体の所在地の管理",
        NOTHING_PERSONAL,
        public="name municipality_code postal_code address phone retired_on organization_id",
        texts="name address",
    ),
    "agreement": Holding(
        "協定",
        "協定の起案、決裁、締結および更新",
        WITH_THE_DOCUMENT,
        public="kind status title number purpose items planned_from planned_to signed_on signed_at effective_on"
        " expires_on ended_on author_id approver_id renews_id responsible_id",
        internal="reason search kana_order",
        texts="title purpose items signed_at reason",
        is_shared=True,
    ),
    "agreement_party": Holding(
        "協定の当事者と署名者",
        "協定書の署名者の記録",
        SIGNATURE,
        public="side acceded_on withdrawn_on removed_at signatory_title agreement_id organization_id police_unit_id",
        personal="signatory_name",
        whose="協定の署名者",
        source="協定書",
        recipients="その協定の相手方",
        texts="signatory_title signatory_name",
    ),
    "appointment": Holding(
        "予定",
        "講義、訓練、活動の日時と場所の管理",
        NOTHING_PERSONAL,
        public="kind uid sequence title starts_at ends_at place online_url status cancelled_at",
        internal="changed_at",
        texts="title place online_url",
        is_shared=True,
    ),
    "attendee": Holding(
        "予定への招待と出欠",
        "招待、出欠の確認および重なりの防止",
        NINETY_DAYS,
        public="role partstat answered_at channel invited_at asked_by_id removed_at waits attended appointment_id"
        " person_id organization_id",
        internal="remark busy_from busy_to raised shown_starts_at",
        whose=INVITED,
        source="本人の回答（ページ、メール）または電話の聞き取り",
        recipients="同じ団体の担当者",
        person="person_id",
        also="remark",
        texts="remark",
    ),
    "document": Holding(
        "配布資料",
        "予定に出席する人に配る資料の公開と、その文書番号・保存期間の管理",
        WITH_THE_DOCUMENT,
        public="status kind name size sha256 number released_at appointment_id",
        internal="retention_years retention_until is_over withdrawn_at",
        texts="name number",
        headings={"kind": "ファイルの種類", "name": "ファイル名", "number": "文書番号", "released_at": "公開日時"},
        is_shared=True,
    ),
    "document_content": Holding(
        "配布資料の中身",
        "配布資料の保管と配布",
        WITH_THE_DOCUMENT,
        public="content document_id",
    ),
    "lecture": Holding(
        "講師派遣",
        "学校への講師派遣の受付、調整および報告",
        NOTHING_PERSONAL,
        public="status kind audience theme expected_count starts_at equipment reason duration_minutes contact_id"
        " school_id appointment_id",
        internal="remarks reported_at",
        texts="theme equipment remarks reason",
    ),
    "lecture_assignment": Holding(
        "講師の割当",
        "講師への打診と承諾の管理",
        Retention("", "統計のため、誰のものか分からない形で残す"),
        public="role status reply_by lecture_id person_id attendee_id",
        internal="asked_by_id",
        whose="講師（職員、ボランティア）",
        source=BY_THE_DESK,
        person="person_id",
    ),
    "lecture_head_count": Holding("講義の受講者数", "統計", NOTHING_PERSONAL, public="audience count lecture_id"),
    "drill": Holding(
        "共同対処訓練",
        "訓練の企画、招待、実施および評価",
        NOTHING_PERSONAL,
        public="status format title purpose objectives starts_at reply_by appointment_id",
        internal="threat capacity police_count reason summary reported_by_id reported_at approved_by_id closed_at"
        " search",
        sensitive="scenario",
        texts="title purpose objectives threat scenario reason summary",
        is_shared=True,
    ),
    "drill_participation": Holding(
        "訓練への参加",
        "招待した団体の参加と人数の管理",
        NOTHING_PERSONAL,
        public="role reply planned_count attended_count was_asked drill_id organization_id appointment_id",
    ),
    "unit": Holding(
        "所属",
        "警察の所属と連絡先の管理",
        NOTHING_PERSONAL,
        public="kind code name name_kana phone extension mail_address retired_on parent_id",
        internal="search kana_order domain",
    ),
    "subscription": Holding(
        "カレンダーの購読",
        "本人の予定を本人のカレンダーに示す",
        ENDED,
        public="generation keeps_cancelled revoked_at rests last_fetched_at person_id",
        internal="reader_id fetched replaced_at",
        personal="label",
        headings={"label": "呼び名"},
        whose=EVERYBODY,
        source=BY_OURSELVES,
        person="person_id",
    ),
    "feed_state": Holding(
        "購読の版",
        "変わっていない予定表を作り直さずに答える",
        HASHED,
        internal="subscription_id stirs rendered_stirs renderer digest rendered_at fresh_until modified_at sync_version"
        " synced_stirs synced_renderer synced_at synced_until synced_name",
        headings={"digest": "予定表の照合値"},
    ),
    "kept_entry": Holding(
        "予定表の下書き",
        "変わっていない予定を作り直さずに示す",
        Retention("", "予定と同じ（変わるたびに捨てる）", "題名・日時・場所のみで、人を挙げない"),
        internal="appointment_id written_of entry",
    ),
    "feed_entry": Holding(
        "購読の差分",
        "予定表を同期するプログラムに、変わった予定だけを伝える",
        HASHED,
        internal="subscription_id appointment_id etag feed_version is_gone",
    ),
    "token": Holding(
        "アクセストークン",
        "本人であることの確認",
        ENDED,
        public="role scope expires_at last_used_at revoked_at person_id organization_id",
        internal="sha256",
        personal="label",
        whose=EVERYBODY,
        source=BY_THE_DESK,
        person="person_id",
    ),
    "account": Holding(
        "アカウント",
        "ログイン",
        ENDED,
        public="role link_until last_entered_at locked_at ended_at person_id organization_id",
        internal="link_generation reset_asked_at",
        personal="login mail_address",
        whose=EVERYBODY,
        source="管理者の招待",
        person="person_id",
    ),
    "credential": Holding(
        "パスワードと第二要素",
        "ログインのときの本人確認",
        ENDED,
        internal="password_hash password_set_at factor factor_step account_id",
        whose=EVERYBODY,
        source="本人が設定する",
        person="account_id",
        through="account",
        removed=True,
    ),
    "recovery_code": Holding(
        "回復コード",
        "電話を失くしたときの本人確認",
        ENDED,
        internal="sha256 used_at account_id",
        whose=EVERYBODY,
        source=BY_OURSELVES,
        person="account_id",
        through="account",
        removed=True,
    ),
    "session": Holding(
        "ログインの状態",
        "ログインしている間の本人確認",
        ENDED,
        internal="sha256 stage label entered_at seen_at until ended_at account_id",
        whose=EVERYBODY,
        source=BY_OURSELVES,
        person="account_id",
        through="account",
        removed=True,
        headings={"until": "期限"},
    ),
    "knock": Holding("ログインの試行回数", "総当たりの防止", HASHED, internal="key tries last_at opens_at"),
    "familiar_network": Holding("ログインしたことのある回線", "総当たりの防止", HASHED, internal="key last_at"),
    "letter": Holding(
        "手紙（メール）",
        "招待、案内、通知の発送とその確認",
        NINETY_DAYS,
        public="kind owed_at due_at attempts sent_at returned_at returned_code given_up_at spared_at person_id"
        " appointment_id",
        internal="key method gathers leased_until stamped_at request_id",
        personal="to_name to_address last_error facts",
        whose="手紙の宛先の人",
        source="名簿から作る",
        person="person_id",
    ),
    "answer_address": Holding(
        "回答用アドレス",
        "招待への返事が本人のものかの確認",
        ENDED,
        public="kind ended_at person_id",
        internal="allowed_by_id",
        personal="mail_address holder",
        whose="招待に返事をする人とその代理の人",
        source="本人の申出",
        person="person_id",
        removed=True,
        texts="holder",
    ),
    "incoming_mail": Holding(
        "届いたメール",
        "招待への返事の受付と、不達の確認",
        NINETY_DAYS,
        public="kind doubt status received_at partstat sequence stamp proposed_starts_at proposed_ends_at person_id"
        " attendee_id appointment_id letter_id answer_address_id",
        internal="digest",
        personal="sender answers_for delegate remark",
        whose="招待に返事をした人、招待用のアドレスにメールを送った人",
        source="本人のメール",
        person="person_id",
    ),
    "journal": Holding(
        "変更履歴",
        "誰が何をいつ変えたかの確認",
        FIVE_YEARS,
        public="at fact",
        internal="role kind row_id salt number digest seal person_id request_id",
        sensitive="before after",
        whose=EVERYBODY,
        source="登録・変更のたびに作る",
        headings={"person_id": "操作した人"},
    ),
    "journal_head": Holding("変更履歴の控え", "改ざんの発見", NOTHING_PERSONAL, internal="number seal told_at"),
    "look": Holding(
        "閲覧の記録",
        "誰が誰の個人情報を見たかの確認（漏えい等の報告）",
        ONE_YEAR,
        internal="at door person_id key_id role request_id operation purpose asked columns rows",
        whose="閲覧した職員・担当者と、閲覧された人（番号のみ）",
        source="閲覧・書き出しのたびに作る",
        headings={"person_id": "閲覧した人"},
    ),
    "idempotency_key": Holding(
        "冪等キー",
        "同じ操作の二重の実行の防止",
        NINETY_DAYS,
        internal="person_id key fingerprint row_id used_at",
        whose="操作した人（番号のみ）",
        source=BY_OURSELVES,
        person="person_id",
        removed=True,
    ),
    "erasure_list": Holding(
        "消去の一覧",
        "保存期間を過ぎた個人情報の点検、承認および消去の証明",
        NOTHING_PERSONAL,
        public="status drawn_up_on reviewed_at approved_at carried_out_at",
        internal="reason reviewed_by_id approved_by_id",
        texts="reason",
    ),
    "erasure_item": Holding(
        "消去の一覧の行",
        "誰（番号のみ）と何を消去するか、したかの記録",
        Retention("", "消去の証明のため残す"),
        public="rule due_on count erased_at person_id list_id",
        internal="mentions",
        whose="保存期間を過ぎた人（番号のみ）",
        source=BY_OURSELVES,
        person="person_id",
    ),
    "legal_hold": Holding(
        "保存の指示",
        "訴訟などのため消去を止める指示とその解除",
        WITH_THE_PERSON,
        public="lifted_at person_id",
        internal="held_by_id lifted_by_id",
        sensitive="reason lifted_because",
        whose="消去を止められた人",
        source="県本部の担当者の指示",
        person="person_id",
        texts="reason lifted_because",
    ),
    "slot": Holding("定時の仕事", "二重の実行の防止", NOTHING_PERSONAL, internal="job slot_at done_at"),
    "statistics_run": Holding(
        "集計",
        "四半期などの統計の保存",
        NOTHING_PERSONAL,
        public="basis measure starts_on ends_on as_of computed_at",
        internal="person_id",
    ),
    "statistics_figure": Holding("集計の数", "統計の数の保存", NOTHING_PERSONAL, public="tally kind count run_id"),
}
