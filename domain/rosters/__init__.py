"""名簿の取り込み: rosters as offices keep them, taken in whole or not at all."""

from domain.rosters.agreements import take_in_agreements
from domain.rosters.commitments import take_in_commitments
from domain.rosters.contacts import take_in_contacts
from domain.rosters.council_members import take_in_council_members
from domain.rosters.councils import take_in_councils
from domain.rosters.encounters import take_in_encounters
from domain.rosters.lines import Change, Line, Problem, Rejected, Taken, Unread
from domain.rosters.meetings import Vote, take_in_meetings
from domain.rosters.officers import take_in_officers
from domain.rosters.organizations import take_in_organizations, take_in_schools
from domain.rosters.outreach import take_in_outreach
from domain.rosters.places import find_unit
from domain.rosters.units import take_in_units
from domain.rosters.volunteers import take_in_volunteers
from domain.rosters.wifi import take_in_wifi_spots

__all__ = [
    "Change",
    "Line",
    "Problem",
    "Rejected",
    "Taken",
    "Unread",
    "Vote",
    "find_unit",
    "take_in_agreements",
    "take_in_commitments",
    "take_in_contacts",
    "take_in_council_members",
    "take_in_councils",
    "take_in_encounters",
    "take_in_meetings",
    "take_in_officers",
    "take_in_organizations",
    "take_in_outreach",
    "take_in_schools",
    "take_in_units",
    "take_in_volunteers",
    "take_in_wifi_spots",
]
