"""What the database itself refuses or looks up quickly, where a model cannot say it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# One list per concept, in the order of the file names; each statement is sent alone.
EXTENSIONS = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
]
# What is found by a text, from two characters on (domain/searching.py): an index of the pairs of characters of its search
# key. Behind the walls PostgreSQL looks at what it does not trust only after the wall, and so in no index: neither LIKE
# nor the comparison of arrays is leakproof. So the rows are found by a function with the owner's rights, which gives
# away nothing but their ids, of the prefecture that is set if one is; the caller reads the rows behind the wall.
FOUND = (
    *("agreement", "campaign", "contact", "council", "council_information", "council_meeting", "drill", "encounter"),
    *("notice", "organization", "outreach_event", "person", "volunteer", "volunteer_group", "wifi_spot"),
)
_OURS = """prefecture_id = coalesce(nullif(current_setting('renkei.prefecture', true), '')::uuid, prefecture_id)
           AND strpos(search, key) > 0"""


def _found(table: str) -> list[str]:
    return [
        f"CREATE INDEX {table}_search ON {table} USING gin (bigrams(search)) WITH (fastupdate = off)",
        # Planned without a look at the key: by the index even where all rows have a pair of characters, for without it
        # the pairs of each would be put together anew. A list of what waits to be indexed would be read each time.
        f"""CREATE FUNCTION find_{table}(key text) RETURNS SETOF uuid LANGUAGE plpgsql STABLE STRICT ROWS 100
            SECURITY DEFINER SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
            BEGIN
                IF length(key) < 2 THEN
                    RETURN QUERY SELECT id FROM {table} WHERE {_OURS};
                ELSE
                    RETURN QUERY SELECT id FROM {table} WHERE bigrams(search) @> bigrams(key) AND {_OURS};
                END IF;
            END $$""",  # noqa: S608 - our own words
    ]


# A pair that stands twice in a key is told twice, and PostgreSQL keeps it once. As one query over numbers this would take
# three times as long, for each row that is written.
FINDING = [
    """CREATE FUNCTION bigrams(key text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
       DECLARE
           letters text[] := string_to_array(key, NULL);
           pairs text[] := '{}';
       BEGIN
           FOR n IN 1..cardinality(letters) - 1 LOOP
               pairs[n] := letters[n] || letters[n + 1];
           END LOOP;
           RETURN pairs;
       END $$""",
    *(statement for table in FOUND for statement in _found(table)),
]


def _is_a_tree(table: str, above: str) -> list[str]:
    """No row stands below itself: the way up, which ends at the top, at the row itself or where it has been before.

    A roster's thousands come in one transaction, and how a row is found is planned for all of them at the first few,
    when the table is all but empty: whatever way does then, the whole table or all of the prefecture that a wall lets
    be seen, costs later as much for each row as there are rows before it. So the owner asks, and by the key.
    """
    return [
        f"""CREATE FUNCTION refuse_{table}_below_itself() RETURNS trigger LANGUAGE plpgsql
       SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off AS $$
       DECLARE
           next uuid := NEW.{above};
           way uuid[] := '{{}}';
       BEGIN
           WHILE next <> ALL (way) LOOP
               IF next = NEW.id THEN
                   RAISE EXCEPTION 'a row below itself' USING ERRCODE = '23514', CONSTRAINT = '{table}_below_itself';
               END IF;
               way := way || next;
               SELECT {above} INTO next FROM {table} WHERE id = next;
           END LOOP;
           RETURN NEW;
       END $$""",  # noqa: S608 - our own words
        f"""CREATE TRIGGER {table}_below_itself BEFORE INSERT OR UPDATE OF {above} ON {table}
       FOR EACH ROW WHEN (NEW.{above} IS NOT NULL) EXECUTE FUNCTION refuse_{table}_below_itself()""",
    ]


UNITS = [
    "CREATE UNIQUE INDEX unit_code ON unit (prefecture_id, code)",
    *_is_a_tree("unit", "parent_id"),
]
JOURNAL = [
    "CREATE INDEX journal_unsealed ON journal (id) WHERE number IS NULL",
]
PEOPLE = [
    "CREATE UNIQUE INDEX person_number ON person (prefecture_id, number) WHERE number IS NOT NULL",
    "ALTER TABLE person ADD CONSTRAINT person_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))",
    """ALTER TABLE post ADD CONSTRAINT post_once
       EXCLUDE USING gist (person_id WITH =, daterange(since, until, '[]') WITH &&)""",
]
ORGANIZATIONS = [
    "CREATE UNIQUE INDEX organization_identity ON organization (prefecture_id, identity)",
    *_is_a_tree("organization", "parent_organization_id"),
    """CREATE UNIQUE INDEX organization_co_owner_once ON organization_co_owner (unit_id, organization_id)
       WHERE ended_on IS NULL""",
]
CALENDAR = [
    "CREATE UNIQUE INDEX attendee_once ON attendee (appointment_id, person_id)",
    """ALTER TABLE attendee ADD CONSTRAINT attendee_busy
       EXCLUDE USING gist (person_id WITH =, tstzrange(busy_from, busy_to) WITH &&)
       WHERE (busy_from IS NOT NULL)""",
    "ALTER TABLE appointment ADD CONSTRAINT appointment_forward CHECK (ends_at > starts_at)",
    # Whoever is asked is told of the start, and whoever answers knows it; unless the date has changed since.
    """CREATE FUNCTION attendee_knows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
       SET search_path FROM CURRENT AS $$
        BEGIN
            SELECT CASE WHEN TG_OP = 'INSERT' OR changed_at <= greatest(NEW.invited_at, NEW.answered_at)
                   THEN starts_at ELSE NEW.shown_starts_at END
            INTO NEW.shown_starts_at FROM appointment WHERE id = NEW.appointment_id;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER attendee_knows BEFORE INSERT OR UPDATE OF invited_at, answered_at ON attendee
       FOR EACH ROW EXECUTE FUNCTION attendee_knows()""",
]
ANSWERING = [
    """CREATE UNIQUE INDEX answer_address_once ON answer_address (person_id, lower(mail_address))
       WHERE ended_at IS NULL""",
]
DOCUMENTS = [
    "CREATE UNIQUE INDEX document_once ON document (appointment_id, sha256) WHERE status <> 'WITHDRAWN'",
]
# Statements look at all letters that wait: what one of them could not read may stand in none.
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+\d\d:\d\d|Z)$"


def _readable(fact: str) -> str:
    return f"coalesce(facts->>'{fact}' ~ '{_INSTANT}' AND (facts->>'{fact}')::timestamptz > '-infinity', true)"


OUTBOX = [
    rf"""ALTER TABLE letter ADD CONSTRAINT letter_readable CHECK (jsonb_typeof(facts) = 'object'
        AND {_readable("starts_at")} AND {_readable("ends_at")}
        AND coalesce(facts->>'sequence' ~ '^\d{{1,9}}$', true))""",
    "CREATE INDEX letter_due ON letter (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL AND spared_at IS NULL",
    "CREATE INDEX letter_gathers ON letter (id) WHERE gathers",
    "CREATE INDEX letter_lost ON letter (kind) WHERE returned_at IS NOT NULL OR given_up_at IS NOT NULL",
    "CREATE INDEX letter_let_go ON letter (id) WHERE key LIKE 'reminder-%' AND spared_at IS NOT NULL",
]
ACCOUNTS = [
    "CREATE UNIQUE INDEX account_login ON account (prefecture_id, login) WHERE ended_at IS NULL",
    # At the door, one that ends on a day to come is still meant.
    "CREATE INDEX account_named ON account (prefecture_id, login, created_at)",
    "CREATE UNIQUE INDEX account_once ON account (person_id, role) WHERE ended_at IS NULL",
    "CREATE INDEX recovery_code_account ON recovery_code (account_id)",
]
# What may show in a feed raises its `stirs`, as the last act of the transaction that changes it, for then all that it
# changes stands. One such transaction ends after the other (the lock, which goes with the end): else one that opens a
# feed, or asks somebody to a date, and one that changes the date would not see each other, and neither would stir. It is
# held from the end of the work to the end of the transaction only, and nothing is waited for that needs it.
_TRIGGER = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT"
_DATES = "unit_id, uid, sequence, title, starts_at, ends_at, place, online_url, status, changed_at, cancelled_at"
_MEMBERS = "appointment_id, person_id, removed_at, invited_at, partstat, raised"


def _of(row: str, columns: str) -> str:
    return f"({', '.join(f'{row}.{column}' for column in columns.split(', '))})"


def _stirred(table: str, columns: str, function: str) -> list[str]:
    """Let a row that comes, goes or changes in one of these columns stir feeds."""
    when = f"{_of('OLD', columns)} IS DISTINCT FROM {_of('NEW', columns)}"
    after = f"ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    return [
        f"CREATE CONSTRAINT TRIGGER {table}_stirs AFTER INSERT OR DELETE {after} EXECUTE FUNCTION {function}()",
        f"CREATE CONSTRAINT TRIGGER {table}_stirs_anew AFTER UPDATE {after} WHEN ({when}) EXECUTE FUNCTION {function}()",
    ]


FEEDS = [
    "CREATE UNIQUE INDEX subscription_person ON subscription (person_id, label) WHERE revoked_at IS NULL",
    "CREATE INDEX subscription_of_person ON subscription (person_id)",
    "CREATE INDEX subscription_of_unit ON subscription (unit_id)",
    """CREATE FUNCTION stir_alone() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(1717921124);
        END $$""",
    """CREATE FUNCTION stir_feeds_of_persons(persons uuid[]) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE feed_state SET stirs = stirs + 1
            WHERE subscription_id IN (SELECT id FROM subscription WHERE person_id = ANY (persons));
        END $$""",
    """CREATE FUNCTION stir_feeds_above(units uuid[]) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE feed_state SET stirs = stirs + 1 WHERE subscription_id IN (
                WITH RECURSIVE above AS (
                    SELECT unnest(units) AS id
                    UNION SELECT unit.parent_id FROM above JOIN unit ON unit.id = above.id)
                SELECT subscription.id FROM above JOIN subscription ON subscription.unit_id = above.id
                WHERE subscription.person_id IS NULL);
        END $$""",
    f"""CREATE FUNCTION stirred_by_date() {_TRIGGER} AS $$
        BEGIN
            DELETE FROM kept_entry WHERE appointment_id = OLD.id;
            PERFORM stir_alone();
            PERFORM stir_feeds_of_persons(ARRAY(
                SELECT person_id FROM attendee WHERE appointment_id = coalesce(NEW.id, OLD.id)));
            PERFORM stir_feeds_above(ARRAY[OLD.unit_id, NEW.unit_id]);
            RETURN NULL;
        END $$""",
    f"""CREATE FUNCTION stirred_by_attendee() {_TRIGGER} AS $$
        BEGIN
            PERFORM stir_alone();
            PERFORM stir_feeds_of_persons(ARRAY[OLD.person_id, NEW.person_id]);
            RETURN NULL;
        END $$""",
    # Rare: all feeds of the prefecture are written anew, rather than to know which are called or reach otherwise.
    f"""CREATE FUNCTION stirred_by_unit() {_TRIGGER} AS $$
        BEGIN
            PERFORM stir_alone();
            UPDATE feed_state SET stirs = stirs + 1 WHERE subscription_id IN (
                SELECT id FROM subscription WHERE prefecture_id IN (OLD.prefecture_id, NEW.prefecture_id));
            RETURN NULL;
        END $$""",
    f"""CREATE FUNCTION stirred_by_subscription() {_TRIGGER} AS $$
        BEGIN
            PERFORM stir_alone();
            INSERT INTO feed_state
                (subscription_id, stirs, renderer, digest, sync_version, synced_renderer, synced_name)
            VALUES (NEW.id, 0, '', '', 0, '', '')
            ON CONFLICT (subscription_id) DO UPDATE SET stirs = feed_state.stirs + 1;
            RETURN NULL;
        END $$""",
    *_stirred("appointment", _DATES, "stirred_by_date"),
    *_stirred("attendee", _MEMBERS, "stirred_by_attendee"),
    *_stirred("subscription", "unit_id, prefecture_id, person_id, keeps_cancelled", "stirred_by_subscription")[1:],
    """CREATE CONSTRAINT TRIGGER subscription_stirs AFTER INSERT ON subscription
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stirred_by_subscription()""",
    *_stirred("unit", "name, parent_id, prefecture_id", "stirred_by_unit")[1:],
]
AGREEMENTS = [
    # In a draft nobody has a first day yet, and so nobody stands twice in it.
    """ALTER TABLE agreement_party ADD CONSTRAINT agreement_party_once
       EXCLUDE USING gist (agreement_id WITH =, coalesce(organization_id, police_unit_id) WITH =,
                           daterange(acceded_on, withdrawn_on) WITH &&)
       WHERE (removed_at IS NULL)""",
    "CREATE UNIQUE INDEX agreement_renewed_once ON agreement (renews_id) WHERE status <> 'TERMINATED'",
    # The consents that a body is told of: of whoever was a party in a time of its own, where both may be named. Neither
    # a guest's filter nor its wall can look at the parties beside its own, so the owner of the tables does; behind a
    # guest's wall for the guest's own body and for no other.
    """CREATE FUNCTION names_told_to(body uuid) RETURNS SETOF uuid LANGUAGE sql STABLE STRICT SECURITY DEFINER
       SET search_path FROM CURRENT AS $$
           SELECT named.id FROM agreement_party own
           JOIN party_naming mine ON mine.party_id = own.id AND mine.ended_on IS NULL
           JOIN agreement_party other ON other.agreement_id = own.agreement_id AND other.removed_at IS NULL
               AND other.acceded_on IS NOT NULL AND daterange(other.acceded_on, other.withdrawn_on)
                   && daterange(own.acceded_on, own.withdrawn_on)
           JOIN party_naming named ON named.party_id = other.id AND named.ended_on IS NULL
           WHERE own.organization_id = body AND own.removed_at IS NULL AND own.acceded_on IS NOT NULL
               AND body = coalesce(nullif(current_setting('renkei.organization', true), '')::uuid, body)
       $$""",
    # To one guest: whether it is told of every other body that had come into an agreement of its own by an instant.
    """CREATE FUNCTION knows_all_parties(agreement uuid, by timestamptz) RETURNS boolean LANGUAGE sql STABLE STRICT SECURITY DEFINER
       SET search_path FROM CURRENT
       RETURN NOT EXISTS (
           SELECT FROM agreement_party other
           WHERE other.agreement_id = agreement AND other.removed_at IS NULL AND other.side = 'PARTNER'
               AND other.created_at <= by
               AND other.organization_id <> nullif(current_setting('renkei.organization', true), '')::uuid
               AND NOT EXISTS (
                   SELECT FROM party_naming named WHERE named.party_id = other.id AND named.id IN (
                       SELECT names_told_to(nullif(current_setting('renkei.organization', true), '')::uuid))))""",
    # The signed document is never replaced: whoever tries, and be it the owner of the tables, is refused.
    """CREATE UNIQUE INDEX agreement_file_once
       ON agreement_file (agreement_id, sha256, coalesce(party_id, agreement_id))""",
    """CREATE FUNCTION refuse_another_file() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           RAISE EXCEPTION 'a signed document is never replaced' USING ERRCODE = '23514';
       END $$""",
    """CREATE TRIGGER agreement_file_stays BEFORE UPDATE ON agreement_file_content
       FOR EACH ROW EXECUTE FUNCTION refuse_another_file()""",
    """CREATE TRIGGER agreement_file_stays BEFORE UPDATE OF agreement_id, party_id, edition, size, sha256
       ON agreement_file FOR EACH ROW EXECUTE FUNCTION refuse_another_file()""",
    "CREATE UNIQUE INDEX signing_ceremony_once ON signing_ceremony (agreement_id) WHERE status = 'PLANNED'",
    "CREATE UNIQUE INDEX party_naming_once ON party_naming (party_id) WHERE ended_on IS NULL",
    "CREATE INDEX agreement_expires ON agreement (lasts_until) WHERE status IN ('IN_FORCE', 'RENEWING')",
]
LECTURES = [
    "CREATE UNIQUE INDEX lecture_head_count_once ON lecture_head_count (lecture_id, audience)",
]
DRILLS = [
    # With all that the second wall asks: a body's drills are found in it alone.
    """CREATE UNIQUE INDEX drill_participation_once ON drill_participation (organization_id, drill_id)
       INCLUDE (prefecture_id)""",
    # With all that the statistics count, and the wall asks: who came to a drill is found in it alone.
    """CREATE INDEX drill_participation_counted ON drill_participation (drill_id)
       INCLUDE (prefecture_id, organization_id, attended_count)
       WHERE attended_count > 0 AND role <> 'OBSERVER'""",
    "CREATE INDEX drill_participation_awaited ON drill_participation (drill_id) WHERE reply = 'AWAITED'",
]
# What somebody has still to do, or to report, is a small part of all encounters.
ENCOUNTERS = [
    """CREATE UNIQUE INDEX encounter_once ON encounter (organization_id, unit_id, kind, starts_at)
       WHERE status <> 'CANCELLED'""",
    "CREATE UNIQUE INDEX encounter_check_once ON encounter_check (encounter_id, item)",
    """CREATE INDEX encounter_next ON encounter (next_due_on, id)
       WHERE next_due_on IS NOT NULL AND next_done_on IS NULL AND status <> 'CANCELLED'""",
    """CREATE INDEX encounter_next_of ON encounter (next_owner_id)
       WHERE next_due_on IS NOT NULL AND next_done_on IS NULL AND status <> 'CANCELLED'""",
    "CREATE INDEX encounter_planned ON encounter (starts_at, id) WHERE status = 'PLANNED'",
]
OUTREACH = [
    "CREATE UNIQUE INDEX outreach_host_once ON outreach_host (event_id, organization_id) WHERE removed_at IS NULL",
    "CREATE UNIQUE INDEX outreach_material_once ON outreach_material (event_id, name) WHERE removed_at IS NULL",
]
NOTICES = [
    "CREATE UNIQUE INDEX notice_recipient_once ON notice_recipient (notice_id, organization_id)",
    "CREATE UNIQUE INDEX notice_rule_once ON notice_rule (prefecture_id)",
    "CREATE INDEX notice_standing ON notice (valid_until) WHERE status IN ('SENDING', 'SENT')",
    "CREATE INDEX notice_to_read ON notice (unit_id) WHERE status = 'IN_REVIEW'",
    """CREATE INDEX notice_recipient_to_call ON notice_recipient (notice_id)
       WHERE escalated_at IS NOT NULL AND acknowledged_at IS NULL""",
]
STATISTICS = [
    """CREATE UNIQUE INDEX statistics_run_once ON statistics_run (unit_id, measure, starts_on, ends_on)
       WHERE person_id IS NULL""",
]
VOLUNTEERS = [
    "CREATE UNIQUE INDEX volunteer_group_identity ON volunteer_group (unit_id, identity) WHERE retired_on IS NULL",
    "CREATE UNIQUE INDEX volunteer_number ON volunteer (prefecture_id, number) WHERE number IS NOT NULL",
    """CREATE UNIQUE INDEX volunteer_once ON volunteer (person_id, kind)
       WHERE status NOT IN ('DISMISSED', 'RESIGNED', 'REJECTED')""",
    "CREATE INDEX volunteer_term ON volunteer (term_to) WHERE status IN ('ACTIVE', 'SUSPENDED', 'EXPIRED')",
    "CREATE UNIQUE INDEX commission_number ON commission (prefecture_id, number)",
    "CREATE UNIQUE INDEX commission_serial ON commission (prefecture_id, fiscal_year, serial)",
    """ALTER TABLE commission ADD CONSTRAINT commission_term
       EXCLUDE USING gist (volunteer_id WITH =, daterange(term_from, term_to, '[]') WITH &&)
       WHERE (ended_on IS NULL)""",
    "ALTER TABLE commission ADD CONSTRAINT commission_forward CHECK (term_to >= term_from AND ended_on >= term_from)",
]
ACTIVITIES = [
    "CREATE UNIQUE INDEX activity_participation_once ON activity_participation (activity_id, person_id)",
]
# Whoever was erased is nobody any more: no new role, and no name put back.
RETENTION = [
    "CREATE UNIQUE INDEX legal_hold_once ON legal_hold (person_id) WHERE lifted_at IS NULL",
    """CREATE FUNCTION refuse_erased_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
       BEGIN
           RAISE EXCEPTION 'an erased person' USING ERRCODE = '23514', CONSTRAINT = 'person_erased';
       END $$""",
    """CREATE FUNCTION refuse_role_of_erased_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
       BEGIN
           IF EXISTS (SELECT FROM person WHERE id = NEW.person_id AND erased_at IS NOT NULL) THEN
               RAISE EXCEPTION 'an erased person' USING ERRCODE = '23514', CONSTRAINT = 'person_erased';
           END IF;
           RETURN NEW;
       END $$""",
    """CREATE TRIGGER person_erased BEFORE UPDATE OF family_name, retired_on, number, mail_address ON person
       FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION refuse_erased_person()""",
    *[
        f"""CREATE TRIGGER {table}_of_erased_person BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_role_of_erased_person()"""
        for table in ("volunteer", "contact", "commission", "guardian_consent", "account", "token", "post")
    ],
]
# What waits for somebody (domain/worklist) is a small part of what there is: found by its state, and then by the day from
# which on it is of interest, so the morning's list grows with what waits and not with the years.
WORKLIST = [
    "CREATE UNIQUE INDEX thresholds_once ON thresholds (prefecture_id)",
    """CREATE INDEX activity_waits ON activity (status, starts_at, unit_id)
       WHERE status IN ('PLANNED', 'CONFIRMED')""",
    "CREATE INDEX agreement_amendment_waits ON agreement_amendment (unit_id) WHERE status = 'PROPOSED'",
    "CREATE INDEX agreement_waits ON agreement (unit_id) WHERE status = 'IN_APPROVAL'",
    """CREATE INDEX campaign_contact_waits ON campaign_contact (campaign_id)
       WHERE reply IN ('AWAITED', 'NOT_REACHED')""",
    "CREATE INDEX contact_verified ON contact (verified_on, since, unit_id)",
    "CREATE INDEX council_information_waits ON council_information (unit_id) WHERE status = 'WRITTEN'",
    """CREATE INDEX council_meeting_waits ON council_meeting (status, starts_at, unit_id)
       WHERE status IN ('PLANNED', 'INVITED', 'HELD')""",
    """CREATE INDEX drill_waits ON drill (status, starts_at, unit_id)
       WHERE status IN ('CONFIRMED', 'RUNNING', 'PAUSED', 'IN_REVIEW')""",
    "CREATE INDEX encounter_to_check ON encounter (unit_id, reported_at) WHERE status = 'REPORTED'",
    """CREATE INDEX improvement_waits ON improvement (status, due_on, unit_id)
       WHERE status IN ('OPEN', 'IN_PROGRESS', 'DONE')""",
    "CREATE INDEX incoming_mail_waits ON incoming_mail (unit_id) WHERE status = 'WAITING'",
    """CREATE INDEX organization_retired ON organization (retired_on)
       WHERE retired_on IS NOT NULL AND merged_into_id IS NULL""",
    "CREATE INDEX lecture_open ON lecture (unit_id, starts_at) WHERE status NOT IN ('REPORTED', 'REFUSED', 'CANCELLED')",
    """CREATE INDEX lecture_to_staff ON lecture (starts_at, id)
       WHERE status IN ('ACCEPTED', 'COORDINATING', 'CONFIRMED')""",
    """CREATE INDEX outreach_event_waits ON outreach_event (status, starts_at, unit_id)
       WHERE status IN ('PLANNED', 'HELD', 'REPORTED')""",
    """CREATE INDEX wifi_spot_waits ON wifi_spot (status, unit_id)
       WHERE status IN ('NEEDS_IMPROVEMENT', 'ADVISED') AND retired_on IS NULL""",
]
WIFI = [
    "CREATE UNIQUE INDEX wifi_spot_identity ON wifi_spot (prefecture_id, identity) WHERE retired_on IS NULL",
]
COUNCILS = [
    "CREATE UNIQUE INDEX council_identity ON council (unit_id, identity) WHERE dissolved_on IS NULL",
    """ALTER TABLE council_membership ADD CONSTRAINT council_membership_once
       EXCLUDE USING gist (council_id WITH =, coalesce(organization_id, police_unit_id) WITH =,
                           daterange(term_from, term_to, '[]') WITH &&)
       WHERE (removed_at IS NULL)""",
    # A guest's wall asks which councils let the guest know of the others: a policy that looked at its own table would
    # go round in a circle, so the owner of the tables looks, for the body that is set and for no other.
    """CREATE FUNCTION known_councils() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
       SET search_path FROM CURRENT AS $$
           SELECT council.id FROM council JOIN council_membership own ON own.council_id = council.id
           WHERE council.members_are_known AND own.removed_at IS NULL
             AND own.organization_id = nullif(current_setting('renkei.organization', true), '')::uuid
       $$""",
]
CAMPAIGNS = [
    "CREATE UNIQUE INDEX campaign_contact_once ON campaign_contact (campaign_id, contact_id)",
    "CREATE UNIQUE INDEX contact_proposal_once ON contact_proposal (contact_id) WHERE status = 'WAITING'",
]
# `kana_order` is ASCII whose byte order is the order.
IN_KANA_ORDER = (
    *("unit", "person", "organization", "contact", "agreement", "volunteer_group", "volunteer", "wifi_spot"),
    *("council", "council_membership"),
)
# A page of a whole prefecture is read by an index on the order alone, whatever the units: by units and order only one
# unit's rows stand in order. Each order in which a list is offered has one (tests/api/test_lists.py).
IN_ORDER = {
    "kana_order": IN_KANA_ORDER,
    "created_at": (
        *("account", "activity", "activity_participation", "agreement", "answer_address", "campaign"),
        *("contact_proposal", "council_information", "document", "drill", "drill_participation", "encounter"),
        *("encounter_review", "erasure_list", "improvement", "lecture", "legal_hold", "notice", "notice_recipient"),
        *("organization", "organization_merge", "outreach_event", "reappointment", "subscription", "token"),
        *("volunteer",),
    ),
    "starts_at": (
        *("activity", "activity_participation", "appointment", "council_meeting", "drill", "encounter", "lecture"),
        *("outreach_event",),
    ),
    "due_on": ("campaign", "improvement"),
    "founded_on": ("council", "volunteer_group"),
    "at": ("journal",),
    "computed_at": ("statistics_run",),
    "due_at": ("letter",),
    "found_on": ("wifi_spot",),
    "received_at": ("incoming_mail",),
    "since": ("contact",),
    "term_from": ("council_membership",),
    "valid_until": ("notice",),
}
ORDERS = [
    *[f'ALTER TABLE {table} ALTER COLUMN kana_order TYPE text COLLATE "C"' for table in IN_KANA_ORDER],
    *[
        f"CREATE INDEX {table}_by_{column} ON {table} ({column}, id)"
        for column, tables in IN_ORDER.items()
        for table in tables
    ],
    # As lists stand: texts by code point, and what is missing where it is put.
    'CREATE INDEX unit_by_code ON unit (code COLLATE "C", id)',
    "CREATE INDEX officer_by_kana_order ON person (kana_order, id) WHERE is_officer",
    """CREATE INDEX officer_by_number ON person ((coalesce(number, '') COLLATE "C"), id) WHERE is_officer""",
    """CREATE INDEX volunteer_by_number ON volunteer ((coalesce(number, '') COLLATE "C"), id)""",
    "CREATE INDEX encounter_by_next_due_on ON encounter (coalesce(next_due_on, '9999-12-31'::date), id)",
    "CREATE INDEX wifi_spot_by_surveyed_on ON wifi_spot (coalesce(surveyed_on, '0001-01-01'::date), id)",
]


class Migration(migrations.Migration):
    dependencies = [("renkei", "0001_initial")]

    # One step: each costs a picture of all models as they were, and none of these needs one.
    operations = [
        ops.RunSQL(
            [
                *EXTENSIONS,
                *FINDING,
                *UNITS,
                *JOURNAL,
                *PEOPLE,
                *ORGANIZATIONS,
                *CALENDAR,
                *DOCUMENTS,
                *ANSWERING,
                *OUTBOX,
                *ACCOUNTS,
                *FEEDS,
                *AGREEMENTS,
                *LECTURES,
                *DRILLS,
                *ENCOUNTERS,
                *OUTREACH,
                *NOTICES,
                *STATISTICS,
                *VOLUNTEERS,
                *ACTIVITIES,
                *RETENTION,
                *WIFI,
                *CAMPAIGNS,
                *COUNCILS,
                *WORKLIST,
                *ORDERS,
            ]
        )
    ]
