"""The three kinds of secret: bearer tokens for programs, and those in the addresses of feeds and in links of letters.

A bearer token is random, shown once, and kept as its SHA-256. What goes by letter is derived from the installation's
key, so it can be written at the moment of posting and stands in no table; of a feed's address the SHA-256 does, once it
was told (`feeds.FeedAddress`), and alone decides what opens.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import acting, database, records, units
from domain.acting import Acting
from domain.actor import LIAISONS, OUTSIDERS, Actor, Author, Role
from domain.criteria import nothing
from domain.errors import Invalid, Unauthenticated, WrongState
from domain.keys import Keys
from domain.organizations import Contact
from domain.people import Person, outside, when_leaving, when_moving
from domain.records import Owned
from domain.units import Unit, UnitKind
from domain.verbs import routine, verb

LONGEST = timedelta(days=366)
USED = timedelta(hours=1)
"""How exactly it is remembered when a token was last used: reading must not write each time."""


def derive(secret: str, purpose: str, id: UUID, generation: int = 0) -> str:
    """65 URL-safe characters: the id, and a 256-bit HMAC over purpose, id and generation."""
    return f"{_encode(id.bytes)}{_mac(secret, purpose, id, generation)}"


def id_in(token: str) -> UUID | None:
    """The id that a derived token names, or nothing where it has not the form of one. It proves nothing yet."""
    try:
        return UUID(bytes=urlsafe_b64decode(f"{token[:22]}==")) if len(token) == 65 else None
    except (ValueError, BadBase64):
        return None


def is_genuine(token: str, keys: Keys, purpose: str, id: UUID, generation: int = 0) -> bool:
    """Whether the token was derived for this purpose and generation by one of these keys; in constant time."""
    given, right = token.encode(), [derive(key, purpose, id, generation).encode() for key in keys.opening]
    return any([hmac.compare_digest(given, one) for one in right])


def _mac(secret: str, purpose: str, id: UUID, generation: int) -> str:
    said = f"{purpose}:{id}:{generation}".encode()
    return _encode(hmac.digest(secret.encode(), said, "sha256"))


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class TokenScope(StrEnum):
    """READ: every verb is refused; for whatever only fetches. FULL: all that the role may do."""

    READ = "READ"
    FULL = "FULL"


class Token(Owned):
    """A bearer token: who may act through it, in which role, how far, until when. Instants are UTC.

    `last_used_at` is exact to an hour.
    """

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("renkei.Person")
    person_id: UUID
    role = fields.CharEnumField(Role, max_length=20)
    organization_id = fields.UUIDField(null=True)
    scope = fields.CharEnumField(TokenScope, max_length=10, default=TokenScope.FULL)
    label = fields.CharField(max_length=100, default="")
    sha256 = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "token"


def visible_to(actor: Actor) -> QuerySet[Token]:
    """Administrators see the tokens of their prefecture; never the secret itself."""
    return Token.filter(prefecture_id=actor.prefecture_id) if actor.role is Role.ADMIN else nothing(Token)


@verb(Role.ADMIN)
async def issue(
    actor: Actor,
    *,
    person_id: UUID,
    role: Role,
    unit_id: UUID | None = None,
    label: str = "",
    days: int = 90,
    scope: TokenScope = TokenScope.FULL,
) -> tuple[Token, str]:
    """A new token and its secret, which is shown this once. `unit_id` defaults to the person's own unit."""
    must_be_for_another(actor, person_id, role)
    person = await records.see(Person.filter(prefecture_id=actor.prefecture_id), person_id, field="person_id")
    records.must_last(person.retired_on)
    unit = await records.see(units.visible_to(actor), unit_id or person.unit_id, field="unit_id")
    await must_fit(person, role, unit)
    return await mint(actor, person, role, unit, label, ending(actor.now, days), scope)


Witness = Callable[[Author, Token], Awaitable[None]]
WITNESSES: list[Witness] = []


def when_own_is_made(witness: Witness) -> Witness:
    """Register who hears of a token that somebody has made for themself."""
    WITNESSES.append(witness)
    return witness


@verb(*Role)
async def issue_own(
    actor: Actor, *, label: str = "", days: int = 90, scope: TokenScope = TokenScope.READ
) -> tuple[Token, str]:
    """A token for the actor's own programs, in the role and unit that they act in, and its secret, shown this once."""
    person, unit = await Person.get(id=actor.person_id), await Unit.get(id=actor.unit_id)
    records.must_last(person.retired_on)
    token, secret = await mint(actor, person, actor.role, unit, label, ending(actor.now, days), scope)
    for witness in WITNESSES:
        await witness(actor, token)
    return token, secret


def own(actor: Actor) -> QuerySet[Token]:
    """The tokens by which the actor's programs come in, in this role."""
    return Token.filter(person_id=actor.person_id, role=actor.role, prefecture_id=actor.prefecture_id)


@verb(*Role)
async def revoke_own(actor: Actor, token_id: UUID) -> Token:
    """End one of the actor's own tokens now."""
    return await _revoked(actor, await records.find(own(actor), token_id))


def ending(now: datetime, days: int) -> datetime:
    """The instant so many days ahead. Raises Invalid for none and for more than a year."""
    if not 1 <= days <= LONGEST.days:
        raise Invalid("有効日数は1日から366日までにしてください。", field="days")
    return now + timedelta(days=days)


async def mint(
    actor: Author,
    person: Person,
    role: Role,
    unit: Unit,
    label: str,
    expires_at: datetime,
    scope: TokenScope = TokenScope.FULL,
) -> tuple[Token, str]:
    """Write the token; what it may open has been settled by the caller."""
    secret = f"rk_{secrets.token_urlsafe(32)}"
    token = await records.create(
        actor,
        Token,
        "token-issued",
        prefecture_id=unit.prefecture_id,
        unit_id=unit.id,
        person_id=person.id,
        role=role,
        organization_id=await organization_of(person, role),
        scope=scope,
        label=label,
        sha256=digest(secret),
        expires_at=expires_at,
    )
    return token, secret


POSTED: Mapping[Role, Collection[UnitKind]] = {
    Role.STATION_LIAISON: (UnitKind.STATION,),
    Role.HQ_LIAISON: (UnitKind.PREFECTURE, UnitKind.HEADQUARTERS),
    Role.STATISTICIAN: (UnitKind.PREFECTURE, UnitKind.HEADQUARTERS),
    Role.NATIONAL: (UnitKind.NATIONAL,),
}
"""Where a role may be held, for those that see more than their own unit; a token never opens another's house."""


def must_be_for_another(actor: Actor, person_id: UUID, role: Role) -> None:
    """Raises WrongState for an administrator who gives themself another role: whoever administers sees nobody's file,
    and it takes two to change that. Only whoever stands at the machine is past this already."""
    if person_id == actor.person_id and role is not actor.role and not actor.is_at_the_machine:
        raise WrongState("自分に別の役割を与えることはできません。ほかの管理者に依頼してください。")


async def must_fit(person: Person, role: Role, unit: Unit) -> None:
    """Raises Invalid where this person cannot act in this role, or the role not from this unit."""
    if person.is_officer is (role in OUTSIDERS):
        raise Invalid("この人にはこの役割を与えられません。職員か部外の人かを確かめてください。", field="role")
    if unit.kind not in POSTED.get(role, UnitKind):
        raise Invalid("この役割はその所属では働けません。役割に合った所属を選んでください。", field="unit_id")
    if role in (Role.PARTNER, Role.SCHOOL) and await organization_of(person, role) is None:
        raise Invalid("この人は団体の担当者として登録されていません。", field="person_id")


async def organization_of(person: Person, role: Role) -> UUID | None:
    """The body for which a contact acts; nothing in the other roles."""
    if role not in (Role.PARTNER, Role.SCHOOL):
        return None
    contact = await Contact.filter(person_id=person.id, until=None).order_by("-since", "id").first()
    return contact.organization_id if contact else None


@verb(Role.ADMIN)
async def revoke(actor: Actor, token_id: UUID) -> Token:
    """End a token now."""
    return await _revoked(actor, await records.find(visible_to(actor), token_id))


def at_the_machine(actor: Actor) -> QuerySet[Token]:
    """What whoever keeps the machine sees: the tokens of the prefecture, and 警察庁's, which stands above it."""
    return Token.filter(Q(prefecture_id=actor.prefecture_id) | Q(role=Role.NATIONAL))


@routine
async def revoke_at_the_machine(_: datetime, actor: Actor, token_id: UUID) -> Token:
    """End any of those now; behind a prefecture's wall 警察庁's would not be found."""
    return await _revoked(actor, await records.find(at_the_machine(actor), token_id))


async def _revoked(actor: Actor, token: Token) -> Token:
    return await records.change(actor, token, "token-revoked", revoked_at=token.revoked_at or actor.now)


@when_leaving
async def end_with_the_post(author: Author, person: Person, at: datetime, to: UUID | None) -> None:
    """Whoever leaves acts through no token from then on, but through those for the unit that they go to."""
    living = Token.filter(outside(to), person_id=person.id, revoked_at=None, expires_at__gt=at)
    for token in await living.select_for_update():
        ends = {"revoked_at": at} if at <= author.now else {"expires_at": at}
        await records.change(author, token, "token-ended", **ends)


@when_moving
async def move_with_the_body(author: Author, person: Person, unit_id: UUID) -> None:
    """A contact whose body comes under another unit turns to that one from then on."""
    for token in await Token.filter(person_id=person.id, revoked_at=None, role__in=OUTSIDERS).select_for_update():
        await records.change(author, token, "token-moved", unit_id=unit_id)


BEARING = """
    SELECT role, person_id, unit_id, prefecture_id, organization_id,
           id AS key_id, scope = 'READ' AS is_read_only, last_used_at AS used_at
    FROM token WHERE sha256 = {sha256} AND revoked_at IS NULL AND expires_at > {now}"""


async def bearer_of(secret: str, now: datetime) -> Acting:
    """Who acts through this token at this instant, in one statement, and once an hour a second one that notes the use.

    Raises Unauthenticated, whatever is wrong.
    """
    found = await acting.find(BEARING, digest(secret), now)
    if found is None:
        raise Unauthenticated("アクセストークンが正しくないか、期限が切れています。管理者に発行を依頼してください。")
    if not was_just_used(found, now):
        with database.if_it_takes_changes():
            await Token.filter(sha256=digest(secret)).update(last_used_at=now)
        found = replace(found, used_at=now)
    return found


def was_just_used(found: Acting, now: datetime) -> bool:
    """Whether the use that was noted last is exact enough."""
    return found.used_at is not None and now - found.used_at < USED


async def actor_of(secret: str, now: datetime) -> Actor:
    """Who acts through this token. Raises Unauthenticated."""
    return (await bearer_of(secret, now)).actor


POSTS = """
    SELECT role, unit_id FROM token
    WHERE person_id = $1 AND role = ANY($3::text[]) AND revoked_at IS NULL AND expires_at > $2
    UNION
    SELECT role, unit_id FROM account
    WHERE person_id = $1 AND role = ANY($3::text[]) AND locked_at IS NULL AND (ended_at IS NULL OR ended_at > $2)"""


async def liaison_posts(person_id: UUID, now: datetime) -> list[tuple[Role, UUID]]:
    """In which roles of a liaison officer, and for which units, somebody may come in now, by account or token."""
    posts = await database.rows(POSTS, person_id, now, list(LIAISONS))
    return [(Role(post["role"]), post["unit_id"]) for post in posts]


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
