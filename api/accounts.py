"""アカウント, to read and to administer; what proves them is in no type, and links go by letter only."""

from datetime import datetime

import strawberry

from api import reading
from api.mutations import mutations
from api.people import Person
from api.reading import Connection, Node
from api.units import Unit
from domain import accounts
from domain.actor import Role
from domain.rights import DataClass


@reading.filters
class AccountFilter:
    unit: strawberry.ID | None = reading.of_unit()
    role: list[Role] | None = reading.among("role")
    locked: bool | None = reading.present("locked_at")
    ended: bool | None = reading.present("ended_at")


@reading.entity(accounts.Account, accounts.visible_to)
@reading.shape(description="アカウント: one person's way in, in one role.")
class Account(Node):
    version: int
    role: Role
    login: str = reading.column(data=DataClass.PERSONAL)
    mail_address: str = reading.column(
        data=DataClass.PERSONAL, description="Where letters about the account go; the person's may be another by now."
    )
    created_at: datetime
    link_until: datetime | None = reading.column(description="Until when a link to choose a password is open.")
    last_entered_at: datetime | None
    locked_at: datetime | None
    ended_at: datetime | None
    has_second_factor: bool = reading.expression(
        "EXISTS (SELECT FROM credential WHERE credential.account_id = {t}.id AND credential.factor IS NOT NULL)"
    )
    person: Person | None = reading.one("person_id")
    unit: Unit | None = reading.one("unit_id")


@reading.shape
class AccountQueries:
    account: Account | None = reading.root_one()
    accounts: Connection[Account] = reading.root_connection(order=reading.desc("created_at"), filters=AccountFilter)


AccountMutations = mutations(
    Account,
    invite_account=accounts.invite,
    assign_account=accounts.assign,
    lock_account=accounts.lock,
    unlock_account=accounts.unlock,
    end_account=accounts.end,
    change_account_address=accounts.change_address,
    send_password_reset=accounts.send_reset,
    remove_second_factor=accounts.remove_factor,
    revoke_account_sessions=accounts.revoke_sessions,
)
