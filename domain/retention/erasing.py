"""消去: what is known of somebody goes, from every table of the register and from the journal; what counts stays.

The rows themselves stay, without a name: participations, hours and terms are the figures of past quarters. A letter to
somebody else that names them goes too. Free texts of other rows are for an officer to correct (`mentions`), and who has
signed an agreement stays part of it (the register says why).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain import database, people, records, sealing
from domain.actor import TOKYO, Author, Bearer
from domain.criteria import any_of
from domain.people import Person
from domain.register import HOLDINGS, of_persons, rows_of
from domain.retention.due import due_persons, still_due
from domain.retention.lists import ErasureItem, ErasureList, ErasureStatus, named
from domain.retention.texts import EMPTIED, flat, sweep
from domain.table import models
from domain.verbs import broken, routine

ERASED = "（消去済み）"
"""What stands where a family name was: a row without any could not be shown."""

broken("person_erased", "この人の情報は保存期間の満了により消去されています。新しく登録してください。")

FORGOTTEN = f"UPDATE journal SET {EMPTIED} WHERE salt <> '' AND row_id = ANY($1::uuid[])"  # noqa: S608 our own words
# Letters to others of the prefecture that name them go too, but for a name that somebody living has as well; what is
# still to leave ends, for what it would tell is gone.
NAMING = """
    UPDATE letter SET to_name = '', to_address = '', facts = '{}', last_error = NULL,
        given_up_at = CASE WHEN sent_at IS NULL AND spared_at IS NULL THEN coalesce(given_up_at, $2) END
    FROM unit
    WHERE unit.id = letter.unit_id AND to_address <> '' AND (person_id = ANY($1::uuid[]) OR EXISTS (
        SELECT FROM person gone
        WHERE gone.id = ANY($1::uuid[]) AND gone.prefecture_id = unit.prefecture_id AND gone.given_name <> ''
          AND strpos(facts::text, gone.family_name || ' ' || gone.given_name) > 0
          AND NOT EXISTS (
            SELECT FROM person living
            WHERE living.prefecture_id = gone.prefecture_id AND living.id <> ALL($1::uuid[])
              AND living.family_name = gone.family_name AND living.given_name = gone.given_name)))"""
NOBODY = "UPDATE person SET erased_at = $2 WHERE id = ANY($1::uuid[])"
KEYS = "DELETE FROM idempotency_key WHERE row_id = ANY($1::uuid[])"


@routine
async def carry_out(now: datetime) -> int:
    """Erase what stands on the approved lists; how many persons. Whoever is held, or came back, is left as they are."""
    count = 0
    for one in await ErasureList.filter(status=ErasureStatus.APPROVED).order_by("id").select_for_update():
        count += await _carry_out(Bearer(now), one)
    return count


async def _carry_out(clock: Bearer, approved: ErasureList) -> int:
    lines = await ErasureItem.filter(list_id=approved.id).order_by("id")
    today = clock.now.astimezone(TOKYO).date()
    due = await due_persons(approved.prefecture_id, today)
    gone = still_due(due, [line.person_id for line in lines if line.person_id])
    for line in lines:
        if line.person_id is None:
            await sweep(approved.prefecture_id, line.rule, line.due_on)
    await erase(clock, gone, approved.id)
    for line in lines:
        if line.person_id is None or line.person_id in set(gone):
            await records.change(clock, line, "erasure-done", erased_at=clock.now)
    done = {"status": ErasureStatus.CARRIED_OUT, "carried_out_at": clock.now}
    await records.change(clock, approved, "erasure-carried-out", **done)
    await records.note(clock, approved, "journal-forgotten", **{sealing.TOLD: await sealing.count_erased()})
    return len(gone)


async def erase(clock: Author, person_ids: Collection[UUID], list_id: UUID | None) -> list[Person]:
    """Erase what is known of these persons, in the caller's transaction; whoever is erased already is left out.

    The journal keeps that and when it was done, and by which list.
    """
    going = await named(person_ids)
    if not going:
        return []
    for person in going:
        await people.leave(clock, person, clock.now.astimezone(TOKYO).date())
    ids = [person.id for person in going]
    theirs = flat(await rows_of(ids))
    await database.execute(NAMING, ids, clock.now)
    for table, holding in HOLDINGS.items():
        if holding.person:
            await _empty(table, ids)
    await database.execute(KEYS, theirs)
    await database.execute(FORGOTTEN, theirs)
    await database.execute(NOBODY, ids, clock.now)
    told = {"erased_at": clock.now, "list": list_id, sealing.TOLD: await sealing.count_erased()}
    for person in await Person.filter(any_of(Person, "id", ids)).order_by("id"):
        await records.note(clock, person, "person-erased", **told)
    return going


async def _empty(table: str, ids: Sequence[UUID]) -> None:
    holding = HOLDINGS[table]
    if holding.removed:
        await database.execute(f"DELETE FROM {table} WHERE {of_persons(table)}", list(ids))  # noqa: S608 our own names
    elif holding.emptied:
        values = ", ".join(f"{column} = {_nothing(table, column)}" for column in holding.emptied)
        change = f"UPDATE {table} SET {values} WHERE {of_persons(table)}"  # noqa: S608 our own names
        await database.execute(change, list(ids))


def _nothing(table: str, column: str) -> str:
    """What a column holds that holds nothing, as SQL."""
    if (table, column) == ("person", "family_name"):
        return f"'{ERASED}'"
    kept = next(model for model in models().values() if model._meta.db_table == table)._meta.fields_map[column]
    if kept.null:
        return "NULL"
    return "'{}'" if isinstance(kept, fields.JSONField) else "''"
