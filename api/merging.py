"""団体の統合: two registered organisations become one, to do, to undo, and to look back on."""

from datetime import datetime

import strawberry

from api import reading, referring
from api.context import Info
from api.mutations import mutations
from api.organizations import NOTICE, Organization
from api.people import Person
from api.reading import Connection, Node
from domain import merging
from domain.rights import DataClass


@reading.filters
class OrganizationMergeFilter:
    kept: strawberry.ID | None = reading.refers("kept_id", "Organization")
    gone: strawberry.ID | None = reading.refers("gone_id", "Organization")
    undone: bool | None = reading.present("undone_at")


@reading.entity(merging.OrganizationMerge, merging.visible_to)
@reading.shape(description="団体の統合: one organisation has gone up in another, until that is undone.")
class OrganizationMerge(Node):
    version: int
    reason: str = reading.column(description=NOTICE)
    merged_at: datetime = reading.column("created_at", description="Until 30 days later it may be undone.")
    moved_count: int = reading.expression("jsonb_array_length({t}.moved)", description="How many references moved.")
    undone_at: datetime | None
    left_behind: list[str] = reading.column(
        data=DataClass.INTERNAL, description="What was not put back, for it was changed since; each with its number."
    )
    kept: Organization | None = reading.one("kept_id")
    gone: Organization | None = reading.one("gone_id")
    merged_by: Person | None = reading.one("merged_by_id")


@reading.made(description="Two contacts of one organisation who may be the same person.")
class SameContacts:
    contact_id: strawberry.ID
    other_id: strawberry.ID


async def _same_contacts(info: Info, organization_id: strawberry.ID) -> list[SameContacts]:
    body = referring.key("organization_id", organization_id)
    found = await merging.find_same_contacts(info.context.actor, body)
    ids = [[strawberry.ID(reading.encode("Contact", id)) for id in pair] for pair in found]
    return [SameContacts(contact_id=one, other_id=other) for one, other in ids]


@reading.shape
class MergeQueries:
    organization_merges: Connection[OrganizationMerge] = reading.root_connection(
        order=reading.desc("created_at"), filters=OrganizationMergeFilter
    )
    possible_same_contacts: list[SameContacts] = strawberry.field(
        resolver=_same_contacts,
        metadata=reading.answered(100, merging.find_same_contacts),
        description="Of one organisation, as after a merging: which contacts have one name, or one mail address.",
    )


MergeMutations = mutations(
    OrganizationMerge,
    merge_organizations=merging.merge,
    undo_organization_merge=merging.undo,
)
