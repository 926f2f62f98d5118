"""Answer HTTP: GraphQL, feeds, invitations, health. The database must have been migrated."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import partial

from starlette.types import ASGIApp

from api import fonts, replica, settings
from api.arguments import between, must_be_installed
from api.database import at_hand
from api.fonts import Fonts
from api.house import House, Provider
from api.marks import marks_of
from api.replica import Replica
from api.serving import listen, serve, serve_in_many
from api.settings import Settings
from domain.values import dataclass

OF_THE_DEVICE = (
    "ページの文字は、見る人の端末にある字体で出します。"
    "自分のサーバーから配るには、renkei fonts で書き出し、RENKEI_FONTS に指定してください。"
)


@dataclass(frozen=True)
class Doors:
    """What a worker needs to know to make its application; it is sent to other processes."""

    house: House
    database_url: str = field(repr=False)
    replica_url: str | None = field(default=None, repr=False)

    def __call__(self) -> ASGIApp:
        from api.app import make_app
        from api.logs import structured

        structured()
        copy = Replica(self.replica_url) if self.replica_url else None
        return make_app(replace(self.house, replica=copy), self.database_url)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス（既定: 127.0.0.1）")
    parser.add_argument("--port", type=between(0, 65535), default=8000, help="待ち受けるポート（既定: 8000）")
    parser.add_argument("--workers", type=between(1, 64), default=1, help="プロセスの数（既定: 1）")


def run(options: argparse.Namespace) -> int:
    given = settings.read()
    house = _house(given)
    with at_hand(given, lasting=True) as url:
        if given.replica_url and (doubts := asyncio.run(replica.doubts(url, given.replica_url))):
            print(doubts, file=sys.stderr)
        doors = Doors(house, url, given.replica_url)
        with listen(options.host, options.port) as listening:
            port: int = listening.getsockname()[1]
            say = partial(_say, options.host, port, house.fonts)
            if options.workers == 1:
                serve(doors, listening, say)
            else:
                serve_in_many(doors, listening, options.workers, say)
    return 0


def _house(given: Settings) -> House:
    return House(
        given.needed_secret(),
        given.needed_base_url(),
        _now,
        provider=_provider(given),
        marks=marks_of(given),
        quiet=given.quiet,
        fonts=fonts.read(given.fonts) if given.fonts else fonts.NONE,
        former=given.secret_key_before,
    )


def _provider(given: Settings) -> Provider | None:
    """The office's login service, where one is set. Stopped where what it needs has not been installed."""
    if given.oidc_issuer is None or given.oidc_client_id is None or given.oidc_client_secret is None:
        return None
    must_be_installed("RENKEI_OIDC_ISSUER", "oidc", "joserfc", "httpx")
    return Provider(given.oidc_issuer, given.oidc_client_id, given.oidc_client_secret, given.oidc_number_claim)


def _say(host: str, port: int, brought: Fonts) -> None:
    print(f"http://{host}:{port} で待ち受けます。終えるには Ctrl+C を押してください。", flush=True)
    print(f"ページの字体: {brought.name}" if brought.faces else OF_THE_DEVICE, flush=True)


def _now() -> datetime:
    return datetime.now(UTC)
