"""購読: calendar feeds for a person or a station, behind a secret address that its owner is told by letter.

An address opens once it has been told (`hand_out`), and is known by its SHA-256 alone; replacing it ends it at once and
gives the feed its next generation, of which another is told (`FeedAddress`). A feed shows its owner's dates from 90
days back to 365 ahead, and a cancelled one for 30 days more; never what they have declined, nor who else is asked.

What it was made of when it was last written stands in `FeedState`, so that nobody looks at the dates to find that
nothing has changed. The database itself raises `stirs` for whatever may show in a feed (triggers of the migrations), as
the last act of the transaction that changes it; time alone changes a feed only where `fresh_until` says so.
"""

from domain.feeds.address import ENDED_STAYS, FeedAddress, hand_out, secret_in, settle, tidy
from domain.feeds.ahead import keep_entries, let_entries_go
from domain.feeds.contents import Contents, contents, dates_in
from domain.feeds.kept import Dated, KeptEntry, Shown, Writer
from domain.feeds.state import Feed, look, looks, note_fetch, written
from domain.feeds.subscription import (
    FeedState,
    Subscription,
    called,
    own,
    revoke,
    rotate,
    send_own,
    subscribe,
    subscribe_unit,
    tell,
    visible_to,
)
from domain.feeds.synced import BEGIN_ANEW, EPOCH, FeedEntry, news, sync

__all__ = [
    "BEGIN_ANEW",
    "ENDED_STAYS",
    "EPOCH",
    "Contents",
    "Dated",
    "Feed",
    "FeedAddress",
    "FeedEntry",
    "FeedState",
    "KeptEntry",
    "Shown",
    "Subscription",
    "Writer",
    "called",
    "contents",
    "dates_in",
    "hand_out",
    "keep_entries",
    "let_entries_go",
    "look",
    "looks",
    "news",
    "note_fetch",
    "own",
    "revoke",
    "rotate",
    "secret_in",
    "send_own",
    "settle",
    "subscribe",
    "subscribe_unit",
    "sync",
    "tell",
    "tidy",
    "visible_to",
    "written",
]
