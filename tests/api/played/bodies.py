"""What is played with units, organisations and agreements, each for the mutations that lead on from there."""

from datetime import timedelta
from uuid import UUID

from domain import (
    agreements,
    merging,
    organizations,
)
from domain.agreements import Agreement, AgreementKind, AgreementParty
from domain.calendar import Attendee
from domain.organizations import Contact
from tests import make
from tests.api.played.ground import Ground, Ready, admin, hq


async def below_the_prefecture(on: Ground) -> Ready:
    return admin(on, {"kind": "STATION", "code": "199"}, Unit=on.town.prefecture.id)


async def empty_unit(on: Ground) -> Ready:
    unit = await make.station(on.town.admin, on.town.prefecture, 9)
    return admin(on, Unit=unit.id)


async def to_the_other_station(on: Ground) -> Ready:
    return hq(on, Unit=on.town.other_station.id)


async def body_retired(on: Ground) -> Ready:
    body = await make.company(on.town.officer, "例示旅館株式会社")
    await organizations.retire(on.town.officer, body.id, version=body.version, on=on.town.officer.today)
    return hq(on, Organization=body.id)


async def head_office(on: Ground) -> Ready:
    above = await make.company(on.town.officer, "例示観光株式会社")
    return hq(on, {"parentOrganizationId": f"Organization:{above.id}"})


async def twin(on: Ground) -> Ready:
    kept = await make.company(on.town.officer, "例示観光株式会社")
    return hq(on, {"keptId": f"Organization:{kept.id}"})


async def merging_undone(on: Ground) -> Ready:
    made = await merging.OrganizationMerge.get(id=on.ids["OrganizationMerge"])
    await merging.undo(on.town.hq, made.id, version=made.version)
    return hq(on)


async def another_department(on: Ground) -> Ready:
    return hq(on, {"since": "2026-06-01"}, Unit=on.town.section.id)


async def sharing_ended(on: Ground) -> Ready:
    shown = await organizations.share(on.town.officer, on.ids["Organization"], unit_id=on.town.section.id, reason="例")
    await organizations.end_sharing(on.town.officer, shown.id, version=shown.version)
    return hq(on, OrganizationCoOwner=shown.id)


async def place_closed(on: Ground) -> Ready:
    place = await organizations.add_establishment(
        on.town.officer, organization_id=on.ids["Organization"], name="北分校"
    )
    await organizations.retire_establishment(on.town.officer, place.id, version=place.version, on=on.town.officer.today)
    return hq(on, Establishment=place.id)


async def contact_gone(on: Ground) -> Ready:
    who = on.town.officer
    contact = await make.contact(who, await make.company(who, "例示旅館株式会社"), since=who.today - timedelta(days=9))
    await organizations.retire_contact(who, contact.id, version=contact.version, on=who.today)
    return hq(on, Contact=contact.id)


SIGNATORY = {"signatoryName": "例山 恵", "signatoryTitle": "代表取締役社長"}


async def a_newcomer(on: Ground) -> Ready:
    body = await make.company(on.town.officer, "例示旅館株式会社")
    return hq(on, {"policeUnitId": None}, Organization=body.id)


async def draft_of_two(on: Ground) -> Ready:
    draft = await make.proposed(on.town.officer, "架空電力株式会社", "例示ガス株式会社")
    return hq(on, Agreement=draft.id, AgreementParty=await last_party(draft))


async def last_party(agreement: Agreement) -> UUID:
    parties = AgreementParty.filter(agreement_id=agreement.id, organization_id__isnull=False)
    return (await parties.order_by("-id"))[0].id


async def negotiated(on: Ground) -> Ready:
    draft = await make.proposed(on.town.officer)
    await agreements.negotiate(on.town.officer, draft.id)
    return hq(on, Agreement=draft.id)


async def before_the_approver(on: Ground) -> Ready:
    ready = await negotiated(on)
    await agreements.submit(on.town.officer, ready.ids["Agreement"])
    return ready


async def to_be_signed(on: Ground) -> Ready:
    agreement = await make.awaiting(on.town, await make.proposed(on.town.officer))
    signed = [
        {"partyId": f"AgreementParty:{one.party_id}", "name": one.name, "jobTitle": one.job_title}
        for one in await make.signatures(agreement)
    ]
    return hq(on, {"signedOn": "2026-07-01", "signatures": signed}, Agreement=agreement.id)


async def in_force(on: Ground) -> Ready:
    agreement = await make.in_force(on.town, "架空電力株式会社", "例示ガス株式会社")
    body = await make.company(on.town.officer, "例示旅館株式会社")
    ids = {"Agreement": agreement.id, "AgreementParty": await last_party(agreement), "Organization": body.id}
    return Ready(on.hq, on.ids | ids)


async def in_force_for_a_newcomer(on: Ground) -> Ready:
    ready = await in_force(on)
    return hq(on, {"policeUnitId": None}, **ready.ids)


async def to_be_planned(on: Ground) -> Ready:
    return hq(on, Agreement=(await make.proposed(on.town.officer, "例示旅館株式会社")).id)


async def signing_planned(on: Ground) -> Ready:
    body = await make.company(on.town.officer, "例示旅館株式会社")
    draft = await agreements.propose(
        on.town.officer, kind=AgreementKind.MEMORANDUM, title="覚書", organization_ids=[body.id]
    )
    ceremony = await make.ceremony(on.town.officer, draft)
    contact = await make.contact(on.town.officer, body, mail_address="ryokan@partner.example")
    officer = await make.officer(on.town.admin, on.town.station, mail_address="nozomi@police.example")
    return hq(on, SigningCeremony=ceremony.id, Contact=contact.id, Officer=officer.id)


async def signing_invited(on: Ground) -> Ready:
    ready = await signing_planned(on)
    ids = ready.ids
    await agreements.invite_to_signing(on.town.officer, ids["SigningCeremony"], contact_ids=[ids["Contact"]])
    contact = await Contact.get(id=ids["Contact"])
    return hq(on, SigningCeremony=ids["SigningCeremony"], Attendee=(await Attendee.get(person_id=contact.person_id)).id)


async def signing_over(on: Ground) -> Ready:
    agreement = await make.awaiting(on.town, await make.proposed(on.town.officer, "例示旅館株式会社"))
    ceremony = await make.ceremony(on.town.officer, agreement)
    signed = {"signed_on": on.town.officer.today, "signatures": await make.signatures(agreement)}
    await agreements.sign(on.town.officer, agreement.id, **signed)
    later = make.at(on.hq, ceremony.starts_at + timedelta(hours=2))
    return Ready(later, on.ids | {"SigningCeremony": ceremony.id})


async def party_in_force(on: Ground) -> Ready:
    ready = await in_force(on)
    return Ready(ready.actor, ready.ids, {"agreedOn": "2026-07-01"})


async def in_force_until_march(on: Ground) -> Ready:
    ready = await in_force(on)
    return Ready(ready.actor, ready.ids, {"until": "2028-03-31", "decidedOn": "2026-07-01"})


async def signed_document(on: Ground) -> Ready:
    ready = await in_force(on)
    return Ready(ready.actor, ready.ids, {"retentionYears": 5})


async def joint_research(on: Ground) -> Ready:
    given = {"startsOn": "2026-07-01", "endsOn": "2028-03-31", "producedOn": "2026-07-01"}
    return hq(on, given, Agreement=(await make.research(on.town)).id)


async def named_in_all_it_says(on: Ground) -> Ready:
    us, name = on.town.officer, "例示旅館ほか"
    draft = await make.proposed(us, "例示旅館株式会社", "例示観光株式会社")
    said = {"kind": AgreementKind.JOINT_RESEARCH, "title": name, "purpose": name, "version": draft.version}
    await agreements.correct(us, draft.id, **said)  # type: ignore[arg-type]
    naming = await make.named(us, draft)
    signed = {"signed_on": us.today, "signatures": await make.signatures(draft), "place": name, "number": name}
    await agreements.sign(us, (await make.awaiting(on.town, draft)).id, **signed)  # type: ignore[arg-type]
    await agreements.plan_research(us, draft.id, theme=name, starts_on=us.today)
    return hq(on, {"on": "2026-07-01"}, PartyNaming=naming.id)


async def renewing_itself(on: Ground) -> Ready:
    agreement = await make.in_force(on.town, terms={"auto_renews_months": 12, "notice_days": 60})
    return hq(on, {"on": "2026-07-01"}, Agreement=agreement.id)


async def notice_given(on: Ground) -> Ready:
    ready = await renewing_itself(on)
    await agreements.give_notice(on.town.officer, ready.ids["Agreement"], reason="先方の申出")
    return hq(on, Agreement=ready.ids["Agreement"])


async def renewal_discussed(on: Ground) -> Ready:
    ready = await in_force(on)
    await agreements.discuss_renewal(on.town.officer, ready.ids["Agreement"])
    return Ready(ready.actor, ready.ids, {"effectiveOn": "2027-04-01", "expiresOn": "2028-03-31"})
