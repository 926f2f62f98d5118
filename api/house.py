"""What every door of one running program shares: its settings as the doors need them, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlsplit

from api.allowance import Allowance, Budgets
from api.fonts import NONE, Fonts
from api.replica import Replica
from domain import feeds
from domain.accounts import Gate
from domain.feeds import Feed
from domain.keys import Keys
from domain.quiet import QuietHours
from domain.together import Together
from domain.values import dataclass

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Provider:
    """The office's own login service (OpenID Connect). `number_claim` names what holds the officer's number; without
    one, officers are known by a verified mail address that is their account's."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    number_claim: str | None = None


class Marks(NamedTuple):
    """By what a mail is known as ours: the sender where a unit has no address of its own, where the public half of the
    key stands by which mails are signed (DKIM selector and domain), and the SHA-256 fingerprints of the S/MIME
    certificates by their addresses. All of it is public."""

    sender: str | None = None
    dkim: tuple[str, str] | None = None
    certificates: Mapping[str, str] = {}


@dataclass(frozen=True)
class House:
    """`clock` is read once per request, at the door; `base_url` has no slash at its end; `is_demo` opens the IDE.

    `budgets` are what one may ask for; in a demonstration, whose people are invented, anybody sees any number of them.
    `quiet` are the hours in which volunteers are let sleep. `replica` is a copy of the database, to read from.
    `fonts` is what the pages bring along to be shown in.
    """

    secret: str = field(repr=False)
    base_url: str
    clock: Callable[[], datetime]
    is_demo: bool = False
    budgets: Budgets = Budgets()
    provider: Provider | None = None
    marks: Marks = Marks()
    quiet: QuietHours | None = None
    replica: Replica | None = None
    fonts: Fonts = NONE
    former: str | None = field(default=None, repr=False)

    @property
    def keys(self) -> Keys:
        """By what links and seals are opened: the key, and `former`, the one before, where that was replaced."""
        return self.gate.keys

    @cached_property
    def allowance(self) -> Allowance:
        """What is left of that for each, at all doors of this process together."""
        return Allowance(self.budgets._replace(shares={}) if self.is_demo else self.budgets)

    @cached_property
    def looks(self) -> Together[str, Feed]:
        """How the doors of this process look at feeds by the digests of their addresses, those that are asked at once
        together."""
        return feeds.looks()

    @property
    def gate(self) -> Gate:
        """How people are let in; only a demonstration lets the police in without a second factor."""
        return Gate(self.secret, is_strict=not self.is_demo, former=self.former)

    @property
    def is_plain(self) -> bool:
        """Whether this is spoken to without TLS on the machine itself, where a browser keeps no secure cookies."""
        own = urlsplit(self.base_url)
        return own.scheme == "http" and own.hostname in LOOPBACK

    @property
    def is_tls(self) -> bool:
        """Whether people come by https; the proxy in front speaks it."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def origins(self) -> frozenset[str]:
        """Whose pages may ask here; a demonstration is at home under either name that its own machine has for it."""
        own = urlsplit(self.base_url)
        if self.is_demo and own.hostname in LOOPBACK:
            return frozenset(f"{own.scheme}://{name}:{own.port}" for name in LOOPBACK)
        return frozenset({self.base_url})
