"""The second wall (domain/walls.py): what PostgreSQL itself gives to the roles in which the program acts.

For the desk a policy looks at nothing but the row and one setting: one that joins makes reading twice as slow. A guest,
who reads few rows, also reads those to which rows of theirs lead (the drill in which their body takes part): that is
looked up in an index, so no row has to carry its guests, and nothing has to keep that true. A setting that was used
once in a session reads as empty afterwards, not as missing.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops


def _set(name: str) -> str:
    """The setting as an id; a subquery, so that it is looked up once for a statement and not for each row."""
    return f"(SELECT nullif(current_setting('renkei.{name}', true), '')::uuid)"


WITHIN = f"prefecture_id = {_set('prefecture')}"
PERSON, ORGANIZATION = _set("person"), _set("organization")

# What a guest reads, besides being of the prefecture. First the rows in which the guest stands: these policies read no
# other table. A row in which the guest stood once still counts, for whoever opens the link of an invitation that was
# taken back is told so; `visible_to` is what makes the difference.
OWN_PERSON = f"person_id = {PERSON}"
OWN_ORGANIZATION = f"organization_id = {ORGANIZATION}"
OWN = {
    "activity_participation": OWN_PERSON,
    "agreement_party": OWN_ORGANIZATION,
    "attendee": f"({OWN_PERSON} OR {OWN_ORGANIZATION})",
    "commission": OWN_PERSON,
    "contact": OWN_ORGANIZATION,
    "council_membership": f"({OWN_ORGANIZATION} OR council_id = ANY (ARRAY(SELECT known_councils())))",
    "drill_participation": OWN_ORGANIZATION,
    "establishment": OWN_ORGANIZATION,
    "outreach_host": OWN_ORGANIZATION,
    "lecture_assignment": OWN_PERSON,
    "notice_recipient": OWN_ORGANIZATION,
    "organization": f"id = {ORGANIZATION}",
    "person": f"id = {PERSON}",
    "subscription": OWN_PERSON,
    "token": OWN_PERSON,
    "volunteer": OWN_PERSON,
}


def _by(table: str, column: str, led_to: str, own: str = "") -> str:
    """Whether a row of the table, in which the guest stands, names in this column the row that is `led_to`.

    The table's own policy holds in here as well: what it asks already is not asked again, for each row would pay.
    """
    more = f" AND own.{own}" if own else ""
    return f"EXISTS (SELECT FROM {table} own WHERE own.{column} = {led_to}{more})"  # noqa: S608 - our own words


def _asked_to(date: str) -> str:
    """Whether the guest, as a person, is asked to the date: of what belongs to one, a link shows no more than that."""
    return _by("attendee", "appointment_id", date, OWN_PERSON)


# A partner may stand in hundreds of drills: they are found together where drills are read, and not each looked up again.
# The function sees what the guest does. It is said to find one row for nothing: PostgreSQL believes that a list is made
# anew for each row of a join, and would rather read all drills.
OWN_DRILLS = """CREATE FUNCTION own_drills() RETURNS SETOF uuid LANGUAGE sql STABLE COST 1 ROWS 1
    BEGIN ATOMIC SELECT drill_id FROM drill_participation; END"""
# Then the rows to which those lead.
LED_TO = {
    "activity": (
        _by("activity_participation", "activity_id", "activity.id"),
        _asked_to("activity.appointment_id"),
    ),
    "agreement": (_by("agreement_party", "agreement_id", "agreement.id"),),
    "appointment": (
        _asked_to("appointment.id"),
        _by("attendee", "appointment_id", "appointment.id", OWN_ORGANIZATION),
        _by("lecture", "appointment_id", "appointment.id", f"school_id = {ORGANIZATION}"),
    ),
    "council_meeting": (
        _asked_to("council_meeting.appointment_id"),
        _by("attendee", "appointment_id", "council_meeting.appointment_id", OWN_ORGANIZATION),
    ),
    "council": (_by("council_membership", "council_id", "council.id", OWN_ORGANIZATION),),
    "drill": ("id IN (SELECT own_drills())", _asked_to("drill.appointment_id")),
    "kept_entry": (_asked_to("kept_entry.appointment_id"),),
    "lecture": (f"school_id = {ORGANIZATION}", _asked_to("lecture.appointment_id")),
    "outreach_event": (
        _by("outreach_host", "event_id", "outreach_event.id", "removed_at IS NULL"),
        _asked_to("outreach_event.appointment_id"),
    ),
    "notice": (_by("notice_recipient", "notice_id", "notice.id"),),
    "volunteer_group": (_by("volunteer", "group_id", "volunteer_group.id"),),
}
GUESTS = OWN | {table: f"({' OR '.join(ways)})" for table, ways in LED_TO.items()}
GUESTS |= {
    "document": f"(status = 'RELEASED' AND NOT is_over AND ({_asked_to('document.appointment_id')}"
    f" OR {_by('attendee', 'appointment_id', 'document.appointment_id', OWN_ORGANIZATION)}))",
    "party_naming": f"({_by('agreement_party', 'id', 'party_naming.party_id')}"
    f" OR id = ANY (ARRAY(SELECT names_told_to({ORGANIZATION}))))",
    "agreement_file": f"({_by('agreement_party', 'agreement_id', 'agreement_file.agreement_id')} AND CASE"
    f" WHEN party_id IS NULL THEN knows_all_parties(agreement_id, kept_at)"
    f" ELSE {_by('agreement_party', 'id', 'agreement_file.party_id')} END)",
    "agreement_file_content": "EXISTS (SELECT FROM agreement_file own WHERE own.id = agreement_file_content.file_id)",
    "document_content": "EXISTS (SELECT FROM document own WHERE own.id = document_content.document_id)",
}
# What only the desk sees: a guest may ask, and without a policy gets nothing.
DESKS = (
    "agreement_amendment",
    "campaign",
    "campaign_contact",
    "contact_proposal",
    "agreement_commitment",
    "agreement_fulfilment",
    "agreement_extension",
    "council_attendance",
    "council_information",
    "council_resolution",
    "encounter",
    "encounter_attendance",
    "encounter_check",
    "encounter_review",
    "erasure_item",
    "erasure_list",
    "account",
    "credential",
    "guardian_consent",
    "answer_address",
    "feed_address",
    "improvement",
    "incoming_mail",
    "lecture_head_count",
    "legal_hold",
    "notice_rule",
    "organization_co_owner",
    "organization_merge",
    "outreach_material",
    "post",
    "research_output",
    "reappointment",
    "recovery_code",
    "session",
    "signing_ceremony",
    "statistics_row",
    "statistics_run",
    "wifi_advice",
    "wifi_spot",
    "wifi_survey",
    "thresholds",
)
# Letters and the journal are only ever added to, letters through the unit that sends them.
ADDED = {
    "journal": WITHIN,
    "letter": f"EXISTS (SELECT FROM unit WHERE unit.id = unit_id AND unit.{WITHIN})",
}


def _desk(table: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO renkei_desk",
        f"GRANT SELECT ON {table} TO renkei_guest",
        f"CREATE POLICY desk ON {table} TO renkei_desk USING ({WITHIN})",
    ]


def _guest(table: str, own: str) -> list[str]:
    return [f"CREATE POLICY guest ON {table} FOR SELECT TO renkei_guest USING ({WITHIN} AND {own})"]


def _added(table: str, within: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"GRANT SELECT, INSERT ON {table} TO renkei_desk",
        f"GRANT SELECT ON {table} TO renkei_guest",
        f"CREATE POLICY desk_reads ON {table} FOR SELECT TO renkei_desk USING ({within})",
        f"CREATE POLICY desk_adds ON {table} FOR INSERT TO renkei_desk WITH CHECK (true)",
    ]


# Looks are written by whoever reads, and read by nobody but the owner.
LOOKS = [
    "ALTER TABLE look ENABLE ROW LEVEL SECURITY",
    "GRANT INSERT ON look TO renkei_desk, renkei_guest",
    f"CREATE POLICY adds ON look FOR INSERT TO renkei_desk, renkei_guest WITH CHECK ({WITHIN})",
]
# The names of units are no secret: 警察庁 reads those of every prefecture, and a guest those of the own one.
UNITS = [
    "ALTER TABLE unit ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT ON unit TO renkei_desk, renkei_guest",
    "GRANT INSERT, UPDATE, DELETE ON unit TO renkei_desk",
    "CREATE POLICY known ON unit FOR SELECT TO renkei_desk USING (true)",
    f"CREATE POLICY desk ON unit TO renkei_desk USING ({WITHIN})",
    f"CREATE POLICY guest ON unit FOR SELECT TO renkei_guest USING ({WITHIN})",
]


class Migration(migrations.Migration):
    dependencies = [("renkei", "0002_rules")]

    # One step: each costs a picture of all models as they were, and none of these needs one.
    operations = [
        ops.RunSQL(
            [
                *(statement for table in (*GUESTS, *DESKS) for statement in _desk(table)),
                OWN_DRILLS,
                *(statement for table, own in GUESTS.items() for statement in _guest(table, own)),
                *(statement for table, within in ADDED.items() for statement in _added(table, within)),
                *LOOKS,
                *UNITS,
            ]
        )
    ]
