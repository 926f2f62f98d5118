"""`/dav/`: a subscription as a read-only CalDAV calendar (RFC 4791), for programs that fetch only what has changed.

A program logs in with any name and, as the password, what stands between `/cal/` and `/calendar.ics` in the address of
the feed. It finds one principal, one calendar and in it one object for each date, the same entries as in the feed. The
sync-token (RFC 6578) and the getctag count the changes of the whole (`domain.feeds.synced`); as long as nothing has
changed, whoever asks for them is answered from one row.
"""

from api.caldav.door import routes
from api.caldav.properties import CALENDAR, CS, ROOT, C, D

__all__ = ["CALENDAR", "CS", "ROOT", "C", "D", "routes"]
