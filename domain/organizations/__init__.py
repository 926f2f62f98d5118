"""団体・事業者: partners, schools and other bodies, their establishments and their contacts.

`organization` is what they are and who sees them, `describing` what is known of one and which two are the same;
`registering`, `establishments`, `contacts`, `leaving` and `transferring` are what is done with them.
"""

from domain.organizations.contacts import add_contact, correct_contact, find_present_contact
from domain.organizations.describing import BLANK, Facts, described, identity
from domain.organizations.establishments import add_establishment, correct_establishment
from domain.organizations.leaving import (
    reinstate,
    reinstate_contact,
    reinstate_establishment,
    retire,
    retire_contact,
    retire_establishment,
)
from domain.organizations.organization import (
    Contact,
    ContactRole,
    Establishment,
    Organization,
    OrganizationKind,
    contacts_visible_to,
    establishments_visible_to,
    gone,
    visible_to,
)
from domain.organizations.registering import ELSEWHERE, correct, register
from domain.organizations.transferring import take_along, transfer

__all__ = [
    "BLANK",
    "ELSEWHERE",
    "Contact",
    "ContactRole",
    "Establishment",
    "Facts",
    "Organization",
    "OrganizationKind",
    "add_contact",
    "add_establishment",
    "contacts_visible_to",
    "correct",
    "correct_contact",
    "correct_establishment",
    "described",
    "establishments_visible_to",
    "find_present_contact",
    "gone",
    "identity",
    "register",
    "reinstate",
    "reinstate_contact",
    "reinstate_establishment",
    "retire",
    "retire_contact",
    "retire_establishment",
    "take_along",
    "transfer",
    "visible_to",
]
