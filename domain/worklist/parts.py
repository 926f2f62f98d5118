"""What may stand on the worklist, as one table: `PARTS`. Another kind of work is one entry here.

A part says in SQL which rows wait for somebody of the desk. It may use

    $1  the units of which the list is
    $2  today in Japan, $3 the instant
    $4  who asks: whoever has written something does not approve it, which the verb asks of the journal (`is_by`)
    $5  the days of the thresholds, as JSON
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from domain import agreements, campaigns, drills, encounters, information, notices, outreach
from domain.activities import Activity
from domain.actor import LIAISONS, Role
from domain.agreements import (
    ANSWERING,
    NOTICE_BY,
    RENEWED,
    Agreement,
    AgreementAmendment,
    AgreementParty,
    SigningCeremony,
)
from domain.approving import is_by
from domain.calendar import Appointment
from domain.campaigns import Campaign, CampaignContact, ContactProposal
from domain.drills import Drill, Improvement
from domain.encounters import Encounter
from domain.incoming import IncomingMail
from domain.information import CouncilInformation
from domain.lectures import Lecture
from domain.meetings import CouncilMeeting
from domain.notices import Notice, NoticeRecipient
from domain.organizations import Contact
from domain.outreach import OutreachEvent
from domain.records import Record
from domain.wifi import WifiSpot
from domain.worklist.kinds import WorkKind


class Part(NamedTuple):
    """The rows of `record` that wait: those of the table `name` in `rows`, a FROM with its WHERE.

    `title` is by what a row is known (a body, a date, an agreement; no person), `since` the day from which on it has
    waited, `due_on` the last one for it, `owner` who answers for it, `amount` the number that `why` tells, besides that
    day, and `unit` who is to see to it, where that is not the unit of the row. `settled_by` are the mutations that take
    a row off the list, the usual one first; `roles` those that may do that one.
    """

    kind: WorkKind
    label: str
    record: type[Record]
    why: str
    settled_by: Sequence[str]
    name: str
    rows: str
    title: str
    since: str
    due_on: str = "NULL::date"
    owner: str = "NULL::uuid"
    amount: str = "0"
    unit: str = ""
    roles: Collection[Role] = LIAISONS

    @property
    def select(self) -> str:
        unit = self.unit or f"{self.name}.unit_id"
        return f"""SELECT '{self.kind}' AS kind, {self.name}.id, {unit} AS unit_id, {self.owner} AS owner_id,
            {self.title} AS title, {self.since} AS since, {self.due_on} AS due_on, {self.amount} AS amount
            FROM {self.rows}"""  # noqa: S608 our own words


def on(instant: str) -> str:
    """The day of an instant, in Japan."""
    return f"({instant} AT TIME ZONE 'Asia/Tokyo')::date"


def over(table: str, row: str, *states: str) -> str:
    """The rows in these states of which the date has ended; it has begun then, and by that they are found."""
    return f"""{table} {row} JOIN appointment held ON held.id = {row}.appointment_id WHERE {row}.unit_id = ANY ($1)
            AND {row}.status = ANY ('{{{",".join(states)}}}') AND {row}.starts_at < $3 AND held.ends_at < $3"""


MET = "encounter met JOIN organization body ON body.id = met.organization_id WHERE met.unit_id = ANY ($1)"
# Each by its own school: PostgreSQL takes half of what is settled for past lectures, and would hold all bodies ready.
ASKED = """lecture CROSS JOIN LATERAL (SELECT name FROM organization WHERE id = lecture.school_id OFFSET 0) host
    WHERE lecture.unit_id = ANY ($1)"""
LEFT = """improvement item JOIN drill ON drill.id = item.drill_id
            LEFT JOIN organization body ON body.id = item.organization_id WHERE item.unit_id = ANY ($1)"""
STEP = f"{MET} AND met.next_due_on IS NOT NULL AND met.next_done_on IS NULL AND met.status <> 'CANCELLED'"
CONFIRMED_ON = "coalesce(known.verified_on, known.since)"
# Two comparisons instead of one with coalesce, which behind the wall would be made of each contact.
LONG_AGO = "$2 - ($5::jsonb ->> 'verified_days')::int"
STALE = f"(known.verified_on < {LONG_AGO} OR known.verified_on IS NULL AND known.since < {LONG_AGO})"
A_WEEK = 7
"""Days before its last one on which a step is told."""
A_MONTH = 30
"""Days after which it is seen again what an advice has led to."""
LOST_AT = campaigns.LOST_AT.replace("{t}", "silent")
LOOKED_AFTER = """(body.unit_id = ANY ($1) OR EXISTS (SELECT FROM organization_co_owner shown
    WHERE shown.organization_id = body.id AND shown.ended_on IS NULL AND shown.unit_id = ANY ($1)))"""
"""Whether one of the units keeps the body, or is shown it."""

PARTS = (
    Part(
        WorkKind.STEP_DUE,
        "次の対応",
        Encounter,
        "次の対応の期限は{due_on}です。",
        ("settleNextStep", "assignNextStep"),
        "met",
        f"{STEP} AND met.next_due_on <= $2 + {A_WEEK} AND met.next_owner_id IS NOT NULL",
        title="body.name",
        since=on("met.starts_at"),
        due_on="met.next_due_on",
        owner="met.next_owner_id",
    ),
    Part(
        WorkKind.STEP_UNASSIGNED,
        "担当者のいない次の対応",
        Encounter,
        "次の対応（期限{due_on}）に担当者がいません。",
        ("assignNextStep",),
        "met",
        f"{STEP} AND met.next_owner_id IS NULL",
        title="body.name",
        since=on("met.starts_at"),
        due_on="met.next_due_on",
    ),
    Part(
        WorkKind.ENCOUNTER_DUE,
        "接触の報告",
        Encounter,
        "予定した接触の日を過ぎました。結果を報告してください。",
        ("reportEncounter", "cancelEncounter"),
        "met",
        f"{MET} AND met.status = 'PLANNED' AND met.starts_at < $3",
        title="body.name",
        since=on("met.starts_at"),
        due_on=on("met.starts_at"),
    ),
    Part(
        WorkKind.ENCOUNTER_TO_CHECK,
        "接触の確認",
        Encounter,
        "報告された接触を、報告した人・報告を直した人でない職員が確認します。",
        ("checkEncounter", "sendBackEncounter", "checkEncounters"),
        "met",
        f"{MET} AND met.status = 'REPORTED' AND NOT {is_by('met', encounters.WRITTEN, '$4')}",
        title="body.name",
        since=on("met.reported_at"),
    ),
    Part(
        WorkKind.CONTACT_STALE,
        "担当者の確認",
        Contact,
        "協定の相手方の担当者を{amount}日確かめていません。",
        ("confirmContact", "correctContact", "retireContact"),
        "known",
        f"""contact known JOIN organization body ON body.id = known.organization_id
            WHERE known.unit_id = ANY ($1) AND known.since <= $2 AND coalesce(known.until > $2, true)
            AND {STALE} AND body.retired_on IS NULL AND EXISTS (
                SELECT FROM agreement_party party JOIN agreement ON agreement.id = party.agreement_id
                WHERE party.organization_id = body.id AND party.removed_at IS NULL AND party.acceded_on <= $2
                AND coalesce(party.withdrawn_on > $2, true)
                AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $2, true))""",
        title="body.name",
        since=CONFIRMED_ON,
        amount=f"$2 - {CONFIRMED_ON}",
    ),
    Part(
        WorkKind.AGREEMENT_ENDING,
        "協定の満了",
        Agreement,
        "{due_on}に満了します。更新の協議か、終える手続きを始めてください。",
        ("discussAgreementRenewal", "renewAgreement", "extendAgreement", "terminateAgreement"),
        "ending",
        f"""agreement ending WHERE ending.unit_id = ANY ($1) AND ending.status IN ('IN_FORCE', 'RENEWING')
            AND ending.lasts_until BETWEEN $2 AND $2 + ($5::jsonb ->> 'ending_days')::int
            AND (ending.auto_renews_months = 0 OR ending.notice_given_on IS NOT NULL)
            AND NOT {RENEWED.replace("{t}", "ending")}""",
        title="ending.title",
        since="ending.lasts_until - ($5::jsonb ->> 'ending_days')::int",
        due_on="ending.lasts_until",
        owner=ANSWERING.replace("{t}", "ending"),
    ),
    Part(
        WorkKind.NOTICE_DUE,
        "更新しない旨の通知の期限",
        Agreement,
        "更新しないときは{due_on}までに相手方へ通知します。続けるときは何も要りません。",
        ("giveAgreementNotice", "discussAgreementRenewal", "extendAgreement"),
        "going",
        f"""agreement going WHERE going.unit_id = ANY ($1)
            AND {NOTICE_BY.replace("{t}", "going")} BETWEEN $2 AND $2 + {A_MONTH}
            AND NOT {RENEWED.replace("{t}", "going")}""",
        title="going.title",
        since=f"going.lasts_until - going.notice_days - {A_MONTH}",
        due_on="going.lasts_until - going.notice_days",
        owner=ANSWERING.replace("{t}", "going"),
    ),
    Part(
        WorkKind.PARTY_GONE,
        "廃止された当事者",
        AgreementParty,
        "廃止された団体が当事者のままです。脱退を入力してください（ほかに相手方がないときは、県本部で協定を解除します）。",
        ("withdrawAgreementParty", "terminateAgreement"),
        "gone",
        # Of each body that was closed by itself, so the parties are not read as a whole (OFFSET 0).
        # Most never were, as is said besides: of a day that may be any PostgreSQL expects a third, and plans anew.
        """organization body CROSS JOIN LATERAL (
                SELECT * FROM agreement_party WHERE organization_id = body.id AND removed_at IS NULL
                AND acceded_on IS NOT NULL AND withdrawn_on IS NULL OFFSET 0) gone
            JOIN agreement ON agreement.id = gone.agreement_id
            WHERE body.retired_on IS NOT NULL AND body.retired_on <= $2 AND body.merged_into_id IS NULL
            AND gone.unit_id = ANY ($1) AND agreement.status IN ('IN_FORCE', 'RENEWING')""",
        title="agreement.title || '（' || body.name || '）'",
        since="body.retired_on",
        owner=ANSWERING.replace("{t}", "agreement"),
    ),
    Part(
        WorkKind.AGREEMENT_TO_APPROVE,
        "協定の決裁",
        Agreement,
        "決裁を待っています（起案した人、案を書き換えた人は決裁できません）。",
        ("approveAgreement", "negotiateAgreement"),
        "draft",
        f"""agreement draft WHERE draft.unit_id = ANY ($1) AND draft.status = 'IN_APPROVAL'
            AND NOT {is_by("draft", agreements.WRITTEN, "$4")}""",
        title="draft.title",
        since=on("draft.updated_at"),
        roles=(Role.HQ_LIAISON,),
    ),
    Part(
        WorkKind.AMENDMENT_TO_APPROVE,
        "協定の変更の決裁",
        AgreementAmendment,
        "決裁を待っています（案を書いた人は決裁できません）。",
        ("approveAgreementAmendment", "withdrawAgreementAmendment"),
        "amendment",
        f"""agreement_amendment amendment JOIN agreement changed ON changed.id = amendment.agreement_id
            WHERE amendment.unit_id = ANY ($1) AND amendment.status = 'PROPOSED'
            AND NOT {is_by("amendment", agreements.AMENDMENT_WRITTEN, "$4")}
            AND changed.status IN ('IN_FORCE', 'RENEWING')""",
        title="changed.title",
        since=on("amendment.created_at"),
        roles=(Role.HQ_LIAISON,),
    ),
    Part(
        WorkKind.SIGNING_OVER,
        "締結の入力",
        SigningCeremony,
        "締結式の日を過ぎました。締結か中止を入力してください。",
        ("signAgreement", "holdSigning", "moveSigning", "cancelSigning"),
        "ceremony",
        """signing_ceremony ceremony JOIN agreement ON agreement.id = ceremony.agreement_id
            WHERE ceremony.unit_id = ANY ($1) AND ceremony.status = 'PLANNED' AND ceremony.starts_at < $3""",
        title="agreement.title",
        since=on("ceremony.starts_at"),
        due_on=on("ceremony.starts_at"),
        owner=ANSWERING.replace("{t}", "agreement"),
    ),
    Part(
        WorkKind.LECTURE_REQUESTED,
        "講師派遣の受付",
        Lecture,
        "依頼を受け付けたまま、受理か不受理が決まっていません。",
        ("acceptLecture", "refuseLecture"),
        "lecture",
        f"{ASKED} AND lecture.status = 'RECEIVED'",
        title="host.name",
        since=on("lecture.created_at"),
        due_on=on("lecture.starts_at"),
    ),
    Part(
        WorkKind.LECTURER_MISSING,
        "講師の決定",
        Lecture,
        "打診中か承諾した講師がいません。",
        ("assignLecturer",),
        "lecture",
        f"""{ASKED} AND lecture.status IN ('ACCEPTED', 'COORDINATING') AND lecture.starts_at > $3 AND NOT EXISTS (
                SELECT FROM lecture_assignment asked
                WHERE asked.lecture_id = lecture.id AND asked.status IN ('OFFERED', 'ACCEPTED'))""",
        title="host.name",
        since=on("lecture.created_at"),
        due_on=on("lecture.starts_at"),
    ),
    Part(
        WorkKind.LECTURE_OVER,
        "講義の実施結果",
        Lecture,
        "講義の日を過ぎました。実施結果を入力してください。",
        ("deliverLecture", "cancelLecture"),
        "lecture",
        f"{ASKED} AND lecture.status = 'CONFIRMED' AND lecture.starts_at < $3",
        title="host.name",
        since=on("lecture.starts_at"),
        due_on=on("lecture.starts_at"),
    ),
    Part(
        WorkKind.LECTURE_UNREPORTED,
        "講義の報告",
        Lecture,
        "実施した講義が報告されていません。",
        ("reportLecture",),
        "lecture",
        f"{ASKED} AND lecture.status = 'DELIVERED'",
        title="host.name",
        since=on("lecture.starts_at"),
    ),
    Part(
        WorkKind.DRILL_OVER,
        "訓練の実施結果",
        Drill,
        "訓練の日を過ぎました。終了と参加人数を入力してください。",
        ("finishDrill", "startDrill", "callOffDrill"),
        "drill",
        over("drill", "drill", "CONFIRMED", "RUNNING", "PAUSED"),
        title="drill.title",
        since=on("drill.starts_at"),
        due_on=on("drill.starts_at"),
    ),
    Part(
        WorkKind.DRILL_TO_APPROVE,
        "訓練報告書の承認",
        Drill,
        "報告書が承認を待っています（報告書を出した人、人数を入力した人は承認できません）。",
        ("closeDrill", "returnDrillReport"),
        "drill",
        f"""drill WHERE drill.unit_id = ANY ($1) AND drill.status = 'IN_REVIEW'
            AND NOT {is_by("drill", drills.WRITTEN, "$4")}""",
        title="drill.title",
        since=on("drill.reported_at"),
        roles=(Role.HQ_LIAISON,),
    ),
    Part(
        WorkKind.IMPROVEMENT_DUE,
        "改善事項の対応",
        Improvement,
        "訓練の改善事項の期限は{due_on}です。",
        ("finishImprovement", "beginImprovement", "correctImprovement", "carryOverImprovement", "rejectImprovement"),
        "item",
        f"{LEFT} AND item.status IN ('OPEN', 'IN_PROGRESS') AND item.due_on <= $2 + {A_WEEK}",
        title="coalesce(body.name, drill.title)",
        since="item.raised_on",
        due_on="item.due_on",
        owner="item.owner_id",
    ),
    Part(
        WorkKind.IMPROVEMENT_TO_VERIFY,
        "改善事項の確認",
        Improvement,
        "対応した改善事項を、対応した人と担当者でない職員が確認します。",
        ("verifyImprovement", "sendBackImprovement"),
        "item",
        f"""{LEFT} AND item.status = 'DONE' AND item.owner_id IS DISTINCT FROM $4
            AND NOT {is_by("item", drills.PROVEN, "$4")}""",
        title="coalesce(body.name, drill.title)",
        since="item.done_on",
    ),
    Part(
        WorkKind.ACTIVITY_OVER,
        "活動の実施結果",
        Activity,
        "活動の日を過ぎました。実施結果を入力してください。",
        ("holdActivity", "cancelActivity"),
        "activity",
        over("activity", "activity", "PLANNED", "CONFIRMED"),
        title="activity.title",
        since=on("activity.starts_at"),
        due_on=on("activity.starts_at"),
    ),
    Part(
        WorkKind.MEETING_OVER,
        "会議の開催結果",
        CouncilMeeting,
        "会議の日を過ぎました。出席と委任を入力してください。",
        ("holdCouncilMeeting", "postponeCouncilMeeting", "cancelCouncilMeeting"),
        "meeting",
        over("council_meeting", "meeting", "PLANNED", "INVITED"),
        title="meeting.title",
        since=on("meeting.starts_at"),
        due_on=on("meeting.starts_at"),
    ),
    Part(
        WorkKind.MEETING_TO_MINUTE,
        "会議の議事録",
        CouncilMeeting,
        "開催した会議の議事録がありません。",
        ("minuteCouncilMeeting",),
        "meeting",
        "council_meeting meeting WHERE meeting.unit_id = ANY ($1) AND meeting.status = 'HELD'",
        title="meeting.title",
        since=on("meeting.starts_at"),
    ),
    Part(
        WorkKind.INFORMATION_TO_CHECK,
        "協議会への情報の確認",
        CouncilInformation,
        "協議会への情報が本部の確認を待っています（起案した人、書き換えた人は確認できません）。",
        ("provideCouncilInformation", "refuseCouncilInformation"),
        "told",
        f"""council_information told WHERE told.unit_id = ANY ($1) AND told.status = 'WRITTEN'
            AND NOT {is_by("told", information.WRITING, "$4")}""",
        title="told.title",
        since=on("told.created_at"),
        roles=(Role.HQ_LIAISON,),
    ),
    Part(
        WorkKind.UNANSWERED,
        "未回答の招待",
        Appointment,
        "{amount}人から回答がありません。電話で確かめてください。",
        ("noteReply",),
        "ahead",
        """appointment ahead JOIN attendee asked ON asked.appointment_id = ahead.id
            WHERE ahead.unit_id = ANY ($1) AND ahead.status <> 'CANCELLED' AND ahead.starts_at > $3
            AND ahead.starts_at < $3 + make_interval(days => ($5::jsonb ->> 'answer_days')::int)
            AND asked.removed_at IS NULL AND NOT asked.waits AND asked.partstat = 'NEEDS-ACTION'
            AND asked.invited_at IS NOT NULL GROUP BY ahead.id""",
        title="ahead.title",
        since=on("min(asked.invited_at)"),
        due_on=on("ahead.starts_at"),
        amount="count(*)::int",
    ),
    Part(
        WorkKind.MAIL_WAITING,
        "届いた返信",
        IncomingMail,
        "届いたメールが、職員の確認を待っています。",
        ("acceptIncomingMail", "dismissIncomingMail"),
        "mail",
        """incoming_mail mail LEFT JOIN appointment date ON date.id = mail.appointment_id
            WHERE mail.unit_id = ANY ($1) AND mail.status = 'WAITING'""",
        title="coalesce(date.title, '')",
        since=on("mail.received_at"),
        due_on=on("date.starts_at"),
    ),
    Part(
        WorkKind.NOTICE_TO_READ,
        "お知らせの点検",
        Notice,
        "お知らせが点検を待っています（書いた人は点検できません）。",
        ("approveNotice", "sendBackNotice"),
        "notice",
        f"""notice WHERE notice.unit_id = ANY ($1) AND notice.status = 'IN_REVIEW'
            AND NOT {is_by("notice", notices.WRITTEN, "$4")}""",
        title="notice.title",
        since=on("notice.submitted_at"),
        due_on=on("notice.acknowledge_by"),
    ),
    Part(
        WorkKind.NOTICE_TO_CALL,
        "お知らせの電話連絡",
        NoticeRecipient,
        "お知らせを確認したという返事がありません（電話{amount}回）。電話で伝えてください。",
        ("noteNoticeCall",),
        "told",
        f"""notice JOIN notice_recipient told ON told.notice_id = notice.id
            JOIN organization body ON body.id = told.organization_id
            WHERE (told.unit_id = ANY ($1) OR body.unit_id = ANY ($1)) AND notice.status IN ('SENDING', 'SENT')
            AND notice.valid_until >= $2 AND told.escalated_at IS NOT NULL AND told.acknowledged_at IS NULL
            AND (NOT told.is_restricted OR {LOOKED_AFTER})""",
        title="body.name",
        since=on("told.escalated_at"),
        due_on=on("notice.acknowledge_by"),
        amount="told.calls",
        unit="body.unit_id",
    ),
    Part(
        WorkKind.WIFI_WANTING,
        "公衆無線LANの働き掛け",
        WifiSpot,
        "調査で改善が必要とされ、働き掛けていません。",
        ("adviseWifiSpot",),
        "spot",
        """wifi_spot spot
            WHERE spot.unit_id = ANY ($1) AND spot.status = 'NEEDS_IMPROVEMENT' AND spot.retired_on IS NULL""",
        title="spot.name",
        since="spot.surveyed_on",
    ),
    Part(
        WorkKind.WIFI_ADVISED,
        "公衆無線LANの再確認",
        WifiSpot,
        "働き掛けから{amount}日たちました。改善されたかを確かめてください。",
        ("surveyWifiSpot",),
        "spot",
        f"""wifi_spot spot JOIN wifi_advice said ON said.spot_id = spot.id
            WHERE spot.unit_id = ANY ($1) AND spot.status = 'ADVISED' AND spot.retired_on IS NULL
            GROUP BY spot.id HAVING max(said.advised_on) < $2 - {A_MONTH}""",
        title="spot.name",
        since="max(said.advised_on)",
        amount="$2 - max(said.advised_on)",
    ),
    Part(
        WorkKind.OUTREACH_OVER,
        "広報啓発の実施",
        OutreachEvent,
        "予定した日を過ぎました。実施済か中止かを入力してください。",
        ("holdOutreach", "cancelOutreach"),
        "event",
        over("outreach_event", "event", "PLANNED") + f" AND coalesce(event.lasts_until, {on('event.starts_at')}) <= $2",
        title="event.title",
        since=on("event.starts_at"),
        due_on=f"coalesce(event.lasts_until, {on('event.starts_at')})",
    ),
    Part(
        WorkKind.OUTREACH_UNREPORTED,
        "広報啓発の報告",
        OutreachEvent,
        "実施した広報啓発が報告されていません。",
        ("reportOutreach",),
        "event",
        "outreach_event event WHERE event.unit_id = ANY ($1) AND event.status = 'HELD'",
        title="event.title",
        since=f"coalesce(event.lasts_until, {on('event.starts_at')})",
    ),
    Part(
        WorkKind.OUTREACH_TO_CHECK,
        "広報啓発の確認",
        OutreachEvent,
        "報告された広報啓発を、報告した人・報告を直した人でない職員が確認します。",
        ("checkOutreach", "sendOutreachBack"),
        "event",
        f"""outreach_event event WHERE event.unit_id = ANY ($1) AND event.status = 'REPORTED'
            AND NOT {is_by("event", outreach.WRITTEN, "$4")}""",
        title="event.title",
        since=on("event.reported_at"),
    ),
    Part(
        WorkKind.CONTACT_TO_CALL,
        "疎通確認の電話",
        CampaignContact,
        "疎通確認に回答がないか、メールが届いていません。電話で確かめてください（これまでに{amount}回）。",
        ("noteCampaignCall",),
        "silent",
        f"""campaign_contact silent JOIN campaign ON campaign.id = silent.campaign_id
            JOIN organization body ON body.id = silent.organization_id
            WHERE silent.unit_id = ANY ($1) AND campaign.status = 'SENT'
            AND silent.reply IN ('AWAITED', 'NOT_REACHED')
            AND (NOT silent.is_written OR campaign.due_on < $2 OR {campaigns.LOST.replace("{t}", "silent")})""",
        title="body.name",
        since=f"""CASE WHEN silent.is_written THEN least(campaign.due_on + 1, {on(LOST_AT)})
            ELSE {on("campaign.sent_at")} END""",
        due_on="campaign.due_on",
        amount="silent.calls",
    ),
    Part(
        WorkKind.CONTACT_CHANGED,
        "連絡先の変更の申出",
        ContactProposal,
        "担当者本人から、連絡先の変更の申出があります。",
        ("acceptContactProposal", "rejectContactProposal"),
        "said",
        """contact_proposal said JOIN contact ON contact.id = said.contact_id
            JOIN organization body ON body.id = contact.organization_id
            WHERE said.unit_id = ANY ($1) AND said.status = 'WAITING'""",
        title="body.name",
        since=on("said.updated_at"),
    ),
    Part(
        WorkKind.CAMPAIGN_OVER,
        "疎通確認の終了",
        Campaign,
        "期限を過ぎ、確かめる相手はもういません。終了すると到達率が集計されます。",
        ("closeCampaign",),
        "campaign",
        """campaign WHERE campaign.unit_id = ANY ($1) AND campaign.status = 'SENT' AND campaign.due_on < $2
            AND NOT EXISTS (
                SELECT FROM campaign_contact asked
                WHERE asked.campaign_id = campaign.id AND asked.reply IN ('AWAITED', 'NOT_REACHED'))""",
        title="campaign.title",
        since="campaign.due_on + 1",
    ),
)
BY_KIND = {part.kind: part for part in PARTS}
