"""団体・事業者: partners, schools and other bodies, their establishments and their contacts.

`kinds` is what they may be, `organization` what they are and who sees them, `describing` what is known of one and which
two are the same, `duplicates` which may be; `registering`, `establishments`, `contacts`, `sharing`, `leaving` and
`transferring` are what is done with them, `listing` what leaves as a list.
"""

from domain.organizations.contacts import (
    add_contact,
    confirm_contact,
    correct_contact,
    find_present_contact,
    find_present_contacts,
    reached,
    verified,
)
from domain.organizations.describing import BLANK, Facts, assessed, described, identity
from domain.organizations.duplicates import Duplicate, DuplicateReason, find_duplicates
from domain.organizations.establishments import add_establishment, correct_establishment
from domain.organizations.industries import (
    INDUSTRIES_OF_KINDS,
    INDUSTRY_LABELS,
    INDUSTRY_WORDS,
    Industry,
    industry_of,
)
from domain.organizations.kinds import (
    CI_SECTOR_LABELS,
    CONTACT_ROLE_LABELS,
    IN_PLACE_LABELS,
    ORGANIZATION_KIND_LABELS,
    SIZE_LABELS,
    CiSector,
    ContactRole,
    InPlace,
    OrganizationKind,
    OrganizationSize,
)
from domain.organizations.leaving import (
    reinstate,
    reinstate_contact,
    reinstate_establishment,
    retire,
    retire_contact,
    retire_establishment,
)
from domain.organizations.listing import (
    ListedContact,
    ListedOrganization,
    listed,
    listed_contacts,
    listed_schools,
    shown_of,
)
from domain.organizations.organization import (
    Contact,
    CoOwner,
    Establishment,
    Organization,
    co_owners_visible_to,
    contacts_visible_to,
    establishments_visible_to,
    gone,
    kept_by,
    must_keep,
    visible_to,
    when_confirmed,
    when_parted,
)
from domain.organizations.registering import ELSEWHERE, correct, place_below, register
from domain.organizations.sharing import end_sharing, share
from domain.organizations.transferring import carry, take_along, transfer

__all__ = [
    "INDUSTRIES_OF_KINDS",
    "INDUSTRY_LABELS",
    "INDUSTRY_WORDS",
    "Industry",
    "industry_of",
    "BLANK",
    "CI_SECTOR_LABELS",
    "CONTACT_ROLE_LABELS",
    "ELSEWHERE",
    "IN_PLACE_LABELS",
    "ORGANIZATION_KIND_LABELS",
    "SIZE_LABELS",
    "CiSector",
    "CoOwner",
    "Contact",
    "ContactRole",
    "Duplicate",
    "DuplicateReason",
    "Establishment",
    "Facts",
    "InPlace",
    "ListedContact",
    "ListedOrganization",
    "Organization",
    "OrganizationKind",
    "OrganizationSize",
    "add_contact",
    "add_establishment",
    "assessed",
    "carry",
    "co_owners_visible_to",
    "confirm_contact",
    "contacts_visible_to",
    "correct",
    "correct_contact",
    "correct_establishment",
    "described",
    "end_sharing",
    "establishments_visible_to",
    "find_duplicates",
    "find_present_contact",
    "find_present_contacts",
    "gone",
    "identity",
    "kept_by",
    "listed",
    "listed_contacts",
    "listed_schools",
    "must_keep",
    "place_below",
    "reached",
    "register",
    "reinstate",
    "reinstate_contact",
    "reinstate_establishment",
    "retire",
    "retire_contact",
    "retire_establishment",
    "share",
    "shown_of",
    "take_along",
    "transfer",
    "verified",
    "visible_to",
    "when_confirmed",
    "when_parted",
]
