"""The journal to read: who changed what and when, for those who see the row that was changed.

The journal itself knows no concept; here each kind of row has its scope, which is the concept's own. What the desk
works with is the liaison officers' to read; who let whom in, the administrators' of the prefecture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import (
    accounts,
    activities,
    agreements,
    answering,
    calendar,
    campaigns,
    councils,
    documents,
    drills,
    encounters,
    feeds,
    incoming,
    information,
    lectures,
    meetings,
    merging,
    notices,
    organizations,
    outreach,
    people,
    retention,
    thresholds,
    tokens,
    units,
    volunteers,
    wifi,
)
from domain.actor import LIAISONS, Actor, Role
from domain.criteria import each
from domain.journal import Entry
from domain.records import Record

Scopes = Mapping[type[Record], Callable[[Actor], QuerySet[Any]]]
SCOPES: Scopes = {
    units.Unit: units.visible_to,
    people.Person: people.visible_to,
    people.Post: people.posts_visible_to,
    organizations.Organization: organizations.visible_to,
    organizations.CoOwner: organizations.co_owners_visible_to,
    organizations.Establishment: organizations.establishments_visible_to,
    organizations.Contact: organizations.contacts_visible_to,
    calendar.Appointment: calendar.visible_to,
    calendar.Attendee: calendar.attendees_visible_to,
    documents.Document: documents.visible_to,
    feeds.Subscription: feeds.visible_to,
    agreements.Agreement: agreements.visible_to,
    agreements.AgreementParty: agreements.parties_visible_to,
    agreements.SigningCeremony: agreements.ceremonies_visible_to,
    agreements.AgreementFile: agreements.files_visible_to,
    agreements.PartyNaming: agreements.namings_visible_to,
    agreements.AgreementAmendment: agreements.amendments_visible_to,
    agreements.AgreementCommitment: agreements.commitments_visible_to,
    agreements.AgreementFulfilment: agreements.fulfilments_visible_to,
    agreements.ResearchOutput: agreements.outputs_visible_to,
    agreements.AgreementExtension: agreements.extensions_visible_to,
    volunteers.VolunteerGroup: volunteers.groups_visible_to,
    volunteers.Volunteer: volunteers.visible_to,
    volunteers.Commission: volunteers.commissions_visible_to,
    volunteers.Reappointment: volunteers.reappointments_visible_to,
    volunteers.GuardianConsent: volunteers.consents_visible_to,
    activities.Activity: activities.visible_to,
    activities.ActivityParticipation: activities.participations_visible_to,
    lectures.Lecture: lectures.visible_to,
    lectures.Assignment: lectures.assignments_visible_to,
    lectures.HeadCount: lectures.head_counts_visible_to,
    drills.Drill: drills.visible_to,
    drills.Participation: drills.participations_visible_to,
    drills.Improvement: drills.improvements_visible_to,
    thresholds.Thresholds: thresholds.thresholds_visible_to,
    councils.Council: councils.visible_to,
    councils.CouncilMembership: councils.memberships_visible_to,
    information.CouncilInformation: information.visible_to,
    meetings.CouncilMeeting: meetings.visible_to,
    meetings.CouncilAttendance: meetings.attendances_visible_to,
    meetings.CouncilResolution: meetings.resolutions_visible_to,
    wifi.WifiSpot: wifi.visible_to,
    wifi.WifiSurvey: wifi.surveys_visible_to,
    wifi.WifiAdvice: wifi.advices_visible_to,
    campaigns.Campaign: campaigns.visible_to,
    campaigns.CampaignContact: campaigns.asked_visible_to,
    campaigns.ContactProposal: campaigns.proposals_visible_to,
    encounters.Encounter: encounters.visible_to,
    encounters.EncounterAttendance: encounters.attendances_visible_to,
    encounters.EncounterCheck: encounters.checks_visible_to,
    encounters.EncounterReview: encounters.reviews_visible_to,
    outreach.OutreachEvent: outreach.visible_to,
    outreach.OutreachHost: outreach.hosts_visible_to,
    outreach.OutreachMaterial: outreach.materials_visible_to,
    notices.Notice: notices.visible_to,
    notices.NoticeRecipient: notices.recipients_visible_to,
    notices.NoticeRule: notices.rules_visible_to,
    merging.OrganizationMerge: merging.visible_to,
    answering.AnswerAddress: answering.visible_to,
    incoming.IncomingMail: incoming.visible_to,
    retention.ErasureList: retention.visible_to,
    retention.ErasureItem: retention.items_visible_to,
    retention.LegalHold: retention.holds_visible_to,
}


KEYS: Scopes = {accounts.Account: accounts.visible_to, tokens.Token: tokens.visible_to}
"""Ways in. What proves somebody (password, second factor, the secret itself) is in no journal."""

READ: Mapping[Role, Scopes] = dict.fromkeys(LIAISONS, SCOPES) | {Role.ADMIN: KEYS}


def visible_to(actor: Actor) -> QuerySet[Entry]:
    """Liaison officers see what was done to the rows that they see, administrators who opened and ended which way in;
    nobody else sees who did what."""
    scopes = READ.get(actor.role)
    if scopes is None:
        return Entry.filter(id__in=())
    own = [Q(each(Entry, "row_id", scope(actor).values("id")), kind=of.__name__) for of, scope in scopes.items()]
    return Entry.filter(Q(*own, join_type="OR"))
