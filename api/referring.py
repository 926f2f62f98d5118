"""What an id in an input may point to, and what is said of one that points to something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from strawberry.utils.str_converters import to_camel_case

from api import reading
from domain.errors import NotFound

PEOPLE = ("Person", "Officer")
REFERS = {
    "parent": ("Unit",),
    "parent_organization": ("Organization",),
    "to_drill": ("Drill",),
    "kept": ("Organization",),
    "gone": ("Organization",),
    "merge": ("OrganizationMerge",),
    "co_owner": ("OrganizationCoOwner",),
    "excluded": ("Organization",),
    "only_unit": ("Unit",),
    "police_unit": ("Unit",),
    "school": ("Organization",),
    "person": PEOPLE,
    "officer": PEOPLE,
    "responsible": PEOPLE,
    "owner": PEOPLE,
    "assignment": ("LecturerAssignment",),
    "party": ("AgreementParty",),
    "file": ("AgreementFile",),
    "ceremony": ("SigningCeremony",),
    "naming": ("PartyNaming",),
    "amendment": ("AgreementAmendment",),
    "output": ("ResearchOutput",),
    "commitment": ("AgreementCommitment",),
    "fulfilment": ("AgreementFulfilment",),
    "participation": ("DrillParticipation", "ActivityParticipation"),
    "subscription": ("CalendarFeed",),
    "token": ("AccessToken",),
    "group": ("VolunteerGroup",),
    "university": ("Organization",),
    "consent": ("GuardianConsent",),
    "leaving_out": ("Volunteer",),
    "activity": ("VolunteerActivity",),
    "list": ("ErasureList",),
    "hold": ("LegalHold",),
    "membership": ("CouncilMembership",),
    "recipient": ("NoticeRecipient",),
    "replaces": ("Notice",),
    "holder": ("CouncilMembership",),
    "meeting": ("CouncilMeeting",),
    "resolution": ("CouncilResolution",),
    "information": ("CouncilInformation",),
    "spot": ("WifiSpot",),
    "survey": ("WifiSurvey",),
    "advice": ("WifiAdvice",),
    "asked": ("CampaignContact",),
    "proposal": ("ContactProposal",),
}
"""What a parameter named `…_id` may point to, where that is not its own name."""

READ_AT: Mapping[str, tuple[str, ...]] = {
    "AccessToken": ("accessTokens",),
    "Account": ("accounts",),
    "ActivityParticipation": ("activityParticipations",),
    "Agreement": ("agreements",),
    "AgreementAmendment": ("agreements.amendments",),
    "AgreementCommitment": ("agreements.commitments",),
    "ResearchOutput": ("agreements.outputs",),
    "AgreementFile": ("agreements.files",),
    "AgreementFulfilment": ("agreements.commitments.fulfilments",),
    "AgreementParty": ("agreements.parties",),
    "AnswerAddress": ("answerAddresses",),
    "Attendee": ("appointments.attendees",),
    "CalendarFeed": ("calendarFeeds",),
    "Campaign": ("campaigns",),
    "CampaignContact": ("campaigns.contacts",),
    "Contact": ("contacts",),
    "ContactProposal": ("contactProposals",),
    "Council": ("councils",),
    "CouncilMembership": ("councilMemberships",),
    "CouncilMeeting": ("councilMeetings",),
    "CouncilInformation": ("councilInformations",),
    "CouncilResolution": ("councilMeetings.resolutions",),
    "Document": ("documents",),
    "Drill": ("drills",),
    "DrillParticipation": ("drillParticipations",),
    "Encounter": ("encounters",),
    "ErasureList": ("erasureLists",),
    "Establishment": ("organizations.establishments",),
    "GuardianConsent": ("volunteers.consents",),
    "Improvement": ("improvements",),
    "IncomingMail": ("incomingMails",),
    "Lecture": ("lectures",),
    "LecturerAssignment": ("lectures.assignments",),
    "LegalHold": ("legalHolds",),
    "Notice": ("notices",),
    "NoticeRecipient": ("notices.recipients",),
    "Officer": ("officers",),
    "Organization": ("organizations",),
    "OrganizationCoOwner": ("organizations.coOwners",),
    "OrganizationMerge": ("organizationMerges",),
    "PartyNaming": ("agreements.namings",),
    "Person": ("contacts.person", "volunteers.person"),
    "OutreachEvent": ("outreachEvents",),
    "OutreachHost": ("outreachEvents.hosts",),
    "SigningCeremony": ("agreements.ceremonies",),
    "Unit": ("units",),
    "Volunteer": ("volunteers",),
    "VolunteerActivity": ("volunteerActivities",),
    "VolunteerGroup": ("volunteerGroups",),
    "WifiAdvice": ("wifiSpots.advices",),
    "WifiSpot": ("wifiSpots",),
    "WifiSurvey": ("wifiSpots.surveys",),
}
"""Where the ids of each kind are read: a list at the root, and the field of its rows that leads there."""


def kinds_of(name: str) -> tuple[str, ...]:
    """What a parameter may point to: `lecture_id` to a Lecture, `organization_ids` to Organizations."""
    stem = re.sub(r"_ids?$", "", name)
    return REFERS.get(stem, ("".join(word.capitalize() for word in stem.split("_")),))


def key(name: str, global_id: str) -> UUID:
    """The row that a parameter means. Raises NotFound where the id tells itself that it cannot be one; that a row of
    the right kind is missing is for the verb to say."""
    kinds, meant = kinds_of(name), reading.split(global_id)
    if meant is None or meant[0] not in kinds:
        raise NotFound(_other_kind(name, kinds, meant and meant[0]), field=name)
    return meant[1]


def _other_kind(name: str, kinds: tuple[str, ...], given: str | None) -> str:
    places = "、".join(_called(place) for kind in kinds for place in READ_AT[kind])
    instead = f"（いま指定されたのは {given} の id です）" if given else ""
    return f"{to_camel_case(name)} には {' か '.join(kinds)} の id を指定してください{instead}。{places} で読めます。"


def _called(place: str) -> str:
    """A way to an id: 「contacts の person { id }」."""
    root, _, inner = place.partition(".")
    return f"{root} の {inner} {{ id }}" if inner else f"{root} の id"
