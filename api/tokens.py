"""Access tokens for programs, to read and to revoke; a new one's secret is shown once, by the command line."""

from datetime import datetime

from api import reading
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import tokens
from domain.actor import Role


@reading.filters
class AccessTokenFilter:
    role: list[Role] | None = reading.among("role")
    revoked: bool | None = reading.present("revoked_at")


@reading.entity(tokens.Token, tokens.visible_to)
@reading.shape(description="アクセストークン: without its secret.")
class AccessToken(Node):
    version: int
    role: Role
    scope: tokens.TokenScope
    label: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = reading.column(description="Exact to an hour.")
    revoked_at: datetime | None
    person: Person | None = reading.one("person_id")
    unit: Unit | None = reading.one("unit_id")


@reading.shape
class TokenQueries:
    access_tokens: Connection[AccessToken] = reading.root_connection(
        order=reading.desc("created_at"), filters=AccessTokenFilter
    )


TokenMutations = mutations(AccessToken, revoke_access_token=tokens.revoke)
