"""What each column is called where people read it: one name for all tables, unless the table has one of its own."""

from __future__ import annotations

from functools import cache

from domain.register.holding import Holding
from domain.register.holdings import HOLDINGS
from domain.table import models

_WORDS = """
    campaign_id 疎通確認 asked_id 確認した担当者 message 本文 criteria 宛先の条件
    is_prefectural 県全体か bodies_left_out 担当者のいない団体数 contacts_left_out 除いた担当者数
    sent_by_id 送信した職員 is_written メールを送ったか reply 回答 channel 回答の方法 replied_at 回答日時
    calls 電話した回数 called_at 最後に電話した日時 noted_by_id 入力した職員 decided_by_id 処理した職員
    decided_at 処理日時
    met_days 接触の目安（日） drill_days 訓練の目安（日） verified_days 担当者の確認の目安（日）
    ending_days 満了前の目安（日） answer_days 回答の目安（日） touch_days 部門間の接触の目安（日）
    meeting_id 会議 membership_id 会員 proxy_holder_id 委任を受けた会員 agenda 議題 quorum 定足数
    member_count 会員数 present_count 出席会員数 proxy_count 委任会員数 is_quorate 定足数に達したか
    minutes_document_id 議事録のファイル minuted_by_id 議事録を作成した職員 minuted_at 議事録の作成日時
    minutes_text 議事録 wording 議決の内容 result 議決の結果 votes_for 賛成 votes_against 反対 votes_abstained 棄権
    is_decided_by_chair 議長の裁決
    written_by_id 起案した職員 recipient_count 提供先の数
    council_id 協議会 members_are_known 会員が互いを知るか dissolved_on 解散日 sector 分野
    spot_id 設置箇所 facility 施設の種類 name_english 名称（英語） installer 設置者 ssid SSID area 提供エリア
    list_number 一覧の番号 building 方書 latitude 緯度 longitude 経度 url URL found_on 把握日 surveyed_on 調査日
    missing 要改善の項目 is_fine 適正か surveyed_by_id 調査した職員 advised_on 働き掛けた日 means 手段
    points 働き掛けた項目 advised_by_id 働き掛けた職員
    id 番号 version 版 created_at 登録日時 updated_at 更新日時 unit_id 所属 prefecture_id 都道府県
    person_id 人 organization_id 団体 establishment_id 事業所 group_id ボランティア団体 university_id 大学
    volunteer_id ボランティア attendee_id 招待 appointment_id 予定 activity_id 活動 lecture_id 講義 drill_id 訓練
    file_id 協定書のファイル edition 第何版か kept_at 登録した日時 party_id 当事者 agreed_on 同意した日
    agreement_id 協定 contact_id 担当者 school_id 学校 parent_id 上位の所属 police_unit_id 警察の所属 run_id 集計
    reappointment_id 一括再委嘱 renews_id 更新前の協定 row_id 行の番号 author_id 起案者 approver_id 決裁者
    responsible_id 担当職員 recommended_by_id 推薦した職員 appointed_by_id 委嘱した職員 approved_by_id 承認した職員
    reported_by_id 報告した職員 asked_by_id 依頼した職員 reader_id アドレスを持つ職員 was_asked 招待したか
    is_officer 職員か number 番号（職員番号・名簿番号など） family_name 氏 given_name 名 family_name_kana 氏（カナ）
    given_name_kana 名（カナ） mail_address メールアドレス phone 電話番号 extension 内線 search 検索キー
    kana_order 五十音順のキー qualification 検定 qualified_on 検定取得日 retired_on 離れた日 job_title 職名
    department 部署 since 就いた日 until 最後の日 verified_on 確認した日
    verified_by_id 確認した人 reachable 連絡の取れる時間 role 役割 kind 種別 status 状態 reason 理由
    remarks 備考 remark ひとこと age_band 年齢区分 affiliation 学校・勤務先 recommended_on 推薦日 term_from 任期の初日
    term_to 任期の終わり left_on 退任日 ending_on 満了日 count 数 guardian_name 保護者の氏名
    guardian_mail_address 保護者のメールアドレス copies_letters 保護者に写しを送るか relationship 続柄
    scope 同意の範囲 given_on 同意日 expires_on 満了日・期限 withdrawn_on 取下日・脱退日 conditions 条件
    fiscal_year 年度 serial 連番 authority 委嘱者 ended_on 終了日 reappointed 再任 name 名称 name_kana 名称（カナ）
    base 活動母体 founded_on 設立日 identity 同一性のキー title 件名 starts_at 開始日時 ends_at 終了日時
    capacity 定員 audience_count 対象者数 copies_count 配布部数 reported_count 通報件数 forwarded_count 転送件数
    removed_count 削除件数 held_at 実施報告日時 minutes_reported 申告時間（分） minutes_approved 承認時間（分）
    approved_at 承認日時 released_at 取消日時 corporate_number 法人番号 school_code 学校コード
    municipality_code 全国地方公共団体コード postal_code 郵便番号 address 所在地 industry 業種 is_small 中小企業か
    ci_sector 重要インフラ分野 ceptoar セプター ministry 所管省庁 bcp 業務継続計画 contact_system 緊急連絡体制
    assessed_on 備えを確認した日 parent_organization_id 上位の団体 merged_into_id 統合先の団体
    kept_id 残した団体 gone_id 統合した団体 merged_by_id 統合した職員 moved 移した参照 shown_id 統合で加えた共管
    undone_at 元に戻した日時 left_behind 戻さなかった参照
    purpose 目的 items 協力事項 planned_from 予定の初日 planned_to 予定の満了日 signed_on 締結日 signed_at 締結場所
    effective_on 発効日 side 甲乙 acceded_on 参画日 removed_at 取消日時 signatory_title 署名者の職名
    signatory_name 署名者の氏名 uid カレンダーの番号 sequence カレンダーの版 place 場所 online_url オンラインのURL
    cancelled_at 中止日時 changed_at 変更日時 partstat 出欠 answered_at 回答日時 channel 回答の方法
    invited_at 招待日時 waits 空席待ちか raised 版の進み attended 出席したか
    shown_starts_at 本人のカレンダーの開始日時 busy_from 拘束の初め busy_to 拘束の終わり
    audience 対象 theme 演題 expected_count 予定人数 equipment 機材 duration_minutes 時間（分） reported_at 報告日時
    reply_by 回答期限 format 形式 threat 脅威 objectives 目標 scenario 想定 summary 講評 police_count 警察の人数
    closed_at 終結日時 reply 回答 planned_count 予定人数 attended_count 出席人数 names 来られる方
    code コード domain ドメイン名
    generation アドレスの世代 rests 休止中か
    revoked_at 失効日時 last_fetched_at 最後の取得 expires_at 有効期限 label 覚え書き
    sha256 照合値 key キー method カレンダーの操作 facts 手紙の内容 owed_at 作成日時 due_at 発送予定日時
    leased_until 発送中の期限 stamped_at メールの日付 attempts 発送回数 last_error 発送できなかった理由
    failing_since 発送できなくなった日時
    sent_at 発送日時 given_up_at 断念日時 remind_days 何日前に知らせるか wants_digest 朝のまとめを受け取るか
    quiet_from 静かな時間の初め quiet_to 静かな時間の終わり
    spared_at 発送不要となった日時 gathers まとめ待ち to_name 宛名 to_address 宛先アドレス
    at 日時 fact 出来事 before 変更前 after 変更後 salt 封の塩 digest 内容の照合値
    seal 封 told_at 通知日時 door 窓口 columns 項目 rows 行 fingerprint 内容の照合値 used_at 使用日時 job 仕事
    slot_at 予定時刻 done_at 完了日時 basis 基準 measure 現在・中 starts_on 初日 ends_on 末日 as_of 集計の末日
    computed_at 集計日時 counts 数 account_id アカウント login ログイン名 link_generation リンクの世代
    link_until リンクの期限 reset_asked_at 再設定の申込日時 last_entered_at 最後のログイン
    locked_at ロック日時 ended_at 終了日時
    password_hash パスワードの照合値 password_set_at パスワードの設定日時 factor 第二要素 factor_step 第二要素の歩み
    last_used_at 最後の使用
    raised_on 登録した日 settled_on 決着した日 owner_id 担当職員 done_by_id 対応を入力した職員 evidence 証跡
    carried_to_id 引き継いだ訓練
    drawn_up_on 作成日 reviewed_at 点検日時 reviewed_by_id 点検した職員 carried_out_at 消去日時 rule 規則 due_on 期限日
    list_id 消去の一覧 erased_at 消去日時 held_by_id 指示した職員 lifted_by_id 解除した職員 lifted_at 解除日時
    lifted_because 解除の理由
    mentions 氏名のある記載 key_id 使われた鍵 request_id 処理番号 operation 問い合わせ asked 検索・並べ替えの項目
    listed 名簿の人数
    stage 段階 entered_at 入った日時 seen_at 最後の操作 tries 回数 last_at 最後の日時
    opens_at 次に試せる日時 doubt 確認を要する理由 received_at 届いた日時 sender 差出人のアドレス stamp 返事の作成日時
    keeps_cancelled 中止も残すか
    fetched 最後に渡した予定表の照合値 subscription_id 購読
    etag 予定の照合値 feed_version 購読の版数 is_gone なくなった stirs 変化の数 rendered_stirs 作成時の変化の数
    sync_version 同期の版数 synced_stirs 同期時の変化の数
    synced_renderer 同期の方式 synced_at 同期日時 synced_until 同期の内容が変わらない期限 synced_name 同期時の名前
    writer 書き手の版 written_of 元の内容の照合値 entry カレンダーに示す形
    renderer 作成の方式 rendered_at 作成日時 fresh_until 時の経過で変わらない期限 modified_at この内容になった日時
    letter_id 手紙 answer_address_id 回答用アドレス holder 代わりに回答する人 allowed_by_id 登録した職員
    proposed_starts_at 申出の開始日時 proposed_ends_at 申出の終了日時
    returned_at 不達となった日時 returned_code 不達の理由の番号
    turn 補欠の順番 offered_until 空席の回答期限
    content ファイルの中身 document_id 配布資料 size 大きさ（バイト） withdrawn_at 取下日時
    retention_years 保存期間（年） retention_until 保存期間の満了日 is_over 保存期間が過ぎたか
    encounter_id 接触記録 business 指導先の業態 minutes 時間（分） outcome 結果 next_step 次の対応
    next_due_on 次の対応の期限 next_owner_id 次の対応の担当職員 next_done_on 次の対応が済んだ日
    checked_by_id 確認した職員 checked_at 確認日時 review_id 一括確認 is_lead 代表者か item 点検項目
    answer 点検の結果 note 補足
    lasts_until 延長・自動更新を含む満了日 auto_renews_months 自動更新の期間（月）
    notice_days 更新しない旨の通知期限（満了日の何日前）
    notice_given_on 更新しない旨の通知日 changes 変更の内容 until 延長後の満了日 decided_on 延長を決めた日
    what 約束の内容 times_per_year 1年度の回数 counted_from 履行の数え方 commitment_id 協定の約束 done_on 履行した日
    more_numbers その他の文書番号 classification_code 分類符号
    research_theme 研究のテーマ research_from 研究の始まり research_to 研究の終わり produced_on 成果の日
    event_id 広報啓発 outreach_event_id 広報啓発 urges_reporting 通報・相談を促すか body_count 参加団体数
    people_count 参加者数 visitor_count 来場者数 officer_count 従事した職員数 media_count 報道件数 copies 配布部数
    text 本文 severity 重要度 handling 取扱区分 tlp TLP valid_until 有効期限 acknowledge_by 確認の期限
    is_withdrawal 取下げのお知らせか replaces_id 差し替える（取り下げる）お知らせ criteria 宛先の条件
    submitted_by_id 点検に出した職員 submitted_at 点検に出した日時 sent_by_id 送付した職員 notice_id お知らせ
    is_written_to メールを送ったか is_restricted 所管の所属に限るか opened_at ページが開かれた日時
    acknowledged_at 確認日時 acknowledged_how 確認の方法 acknowledged_by_id 確認した人
    escalated_at 電話の対象となった日時 calls 電話の回数 phoned_at 電話した日時 phoned_by_id 電話した職員
    call_result 電話の結果 reviewed_from 点検を要する重要度
    answers_for 誰としての返事か delegate 代わりに来る人
"""
HEADINGS = dict(zip(_WORDS.split()[::2], _WORDS.split()[1::2], strict=True))


def heading_of(table: str, column: str) -> str:
    """The column's name for people, such as 氏 for `family_name`."""
    return HOLDINGS[table].headings.get(column) or HEADINGS[column]


def heading_in(kind: str, told: str) -> str:
    """What the journal tells of a row of this model, for people; what no column holds, by the journal's own word."""
    holding = _holding(kind)
    return (holding.headings.get(told) if holding else None) or HEADINGS.get(told, told)


@cache
def _holding(kind: str) -> Holding | None:
    model = models().get(kind)
    return HOLDINGS.get(model._meta.db_table) if model else None
