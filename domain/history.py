"""The journal to read: who changed what and when, for those who see the row that was changed.

The journal itself knows no concept; here each kind of row has its scope, which is the concept's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain import (
    activities,
    agreements,
    calendar,
    drills,
    feeds,
    lectures,
    organizations,
    people,
    retention,
    units,
    volunteers,
)
from domain.actor import LIAISONS, Actor
from domain.journal import Entry
from domain.records import Record

SCOPES: Mapping[type[Record], Callable[[Actor], QuerySet[Any]]] = {
    units.Unit: units.visible_to,
    people.Person: people.visible_to,
    people.Post: people.posts_visible_to,
    organizations.Organization: organizations.visible_to,
    organizations.Establishment: organizations.establishments_visible_to,
    organizations.Contact: organizations.contacts_visible_to,
    calendar.Appointment: calendar.visible_to,
    calendar.Attendee: calendar.attendees_visible_to,
    feeds.Subscription: feeds.visible_to,
    agreements.Agreement: agreements.visible_to,
    agreements.AgreementParty: agreements.parties_visible_to,
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
    retention.ErasureList: retention.visible_to,
    retention.ErasureItem: retention.items_visible_to,
    retention.LegalHold: retention.holds_visible_to,
}


def visible_to(actor: Actor) -> QuerySet[Entry]:
    """Liaison officers see what was done to the rows that they see; nobody else sees who did what."""
    if actor.role not in LIAISONS:
        return Entry.filter(id__in=())
    own = [Q(kind=model.__name__, row_id__in=Subquery(scope(actor).values("id"))) for model, scope in SCOPES.items()]
    return Entry.filter(Q(*own, join_type="OR"))
