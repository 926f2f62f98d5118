"""広報啓発: seminars, campaigns, stands and what is handed out, with whom, for whom, and whom it reached.

`event` is what one is and who sees it, `hosting` which bodies have a part in it; `planning`, `inviting` and `reporting`
are what is done with it, in the order of life, `telling` what those who are asked are told, `listing` what leaves as
a list.
"""

from domain.outreach.event import (
    AUDIENCE_LABELS,
    HELD,
    KIND_LABELS,
    LABELS,
    MOVES,
    ROLE_LABELS,
    THEME_LABELS,
    OutreachAudience,
    OutreachEvent,
    OutreachHost,
    OutreachHostRole,
    OutreachKind,
    OutreachMaterial,
    OutreachStatus,
    OutreachTheme,
    hosts_visible_to,
    materials_visible_to,
    visible_to,
)
from domain.outreach.hosting import CoHosting, add_host, enter_hosts, remove_host
from domain.outreach.inviting import invite, uninvite
from domain.outreach.listing import ListedEvent, listed
from domain.outreach.planning import cancel, checked, correct, plan, reschedule
from domain.outreach.reporting import (
    WRITTEN,
    HandedOut,
    OutreachResults,
    check,
    correct_report,
    counted,
    hand_out,
    hold,
    must_be_counted,
    record,
    report,
    send_back,
)

__all__ = [
    "AUDIENCE_LABELS",
    "HELD",
    "KIND_LABELS",
    "LABELS",
    "MOVES",
    "ROLE_LABELS",
    "THEME_LABELS",
    "WRITTEN",
    "CoHosting",
    "HandedOut",
    "ListedEvent",
    "OutreachAudience",
    "OutreachEvent",
    "OutreachHost",
    "OutreachHostRole",
    "OutreachKind",
    "OutreachMaterial",
    "OutreachResults",
    "OutreachStatus",
    "OutreachTheme",
    "add_host",
    "cancel",
    "check",
    "checked",
    "correct",
    "correct_report",
    "counted",
    "enter_hosts",
    "hand_out",
    "hold",
    "hosts_visible_to",
    "invite",
    "listed",
    "materials_visible_to",
    "must_be_counted",
    "plan",
    "record",
    "remove_host",
    "report",
    "reschedule",
    "send_back",
    "uninvite",
    "visible_to",
]
