"""購読: calendar feeds for a person or a station, behind a secret address that its owner is told by letter.

The address is derived from the installation's key, the subscription and its generation (`tokens.derive`): rotating
raises the generation, so the old address ends at once. A feed shows its owner's dates from 90 days back to 365
ahead, and a cancelled one for 30 days more; never what they have declined, nor who else is asked.

What it was made of when it was last written stands in `FeedState`, so that nobody looks at the dates to find that
nothing has changed. The database itself raises `stirs` for whatever may show in a feed (triggers of the migrations), as
the last act of the transaction that changes it; time alone changes a feed only where `fresh_until` says so.
"""

from domain.feeds.contents import Contents, contents, dates_in
from domain.feeds.kept import Dated, KeptEntry, Shown, Writer
from domain.feeds.state import ENDED_STAYS, Feed, look, looks, note_fetch, written
from domain.feeds.subscription import (
    KEPT_ENDED,
    PURPOSE,
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
    "KEPT_ENDED",
    "PURPOSE",
    "Contents",
    "Dated",
    "Feed",
    "FeedEntry",
    "FeedState",
    "KeptEntry",
    "Shown",
    "Subscription",
    "Writer",
    "called",
    "contents",
    "dates_in",
    "look",
    "looks",
    "news",
    "note_fetch",
    "own",
    "revoke",
    "rotate",
    "send_own",
    "subscribe",
    "subscribe_unit",
    "sync",
    "tell",
    "visible_to",
    "written",
]
