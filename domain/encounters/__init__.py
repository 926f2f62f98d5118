"""接触記録: every visit, call, meeting, mail and guidance, with who took part, what came of it and what is to be done.

`encounter` is what one is and who sees it, `attending` who took part, `checklist` what was asked at a visit;
`planning`, `inviting`, `reporting`, `checking` and `following` are what is done with them, in the order of life,
`touching` what other departments do, `listing` what leaves as a list.
"""

from domain.encounters.attending import (
    EncounterAttendance,
    EncounterMember,
    EncounterSide,
    attend,
    attendances_visible_to,
    find_members,
)
from domain.encounters.checking import WRITTEN, ReportRead, check, check_many, find_own, reviews_visible_to
from domain.encounters.checklist import (
    ITEM_LABELS,
    EncounterAnswer,
    EncounterCheck,
    EncounterCheckItem,
    ItemChecked,
    checks_visible_to,
)
from domain.encounters.encounter import (
    BUSINESS_LABELS,
    HELD,
    KIND_LABELS,
    LABELS,
    MOVES,
    THEME_LABELS,
    Encounter,
    EncounterKind,
    EncounterReview,
    EncounterStatus,
    EncounterTheme,
    GuidedBusiness,
    visible_to,
)
from domain.encounters.following import NextStep, assign_next_step, settle_next_step, steps_visible_to
from domain.encounters.inviting import invite, uninvite
from domain.encounters.listing import ListedEncounter, listed
from domain.encounters.planning import EARLIEST, cancel, correct, correct_checked, plan
from domain.encounters.reporting import note, report, send_back
from domain.encounters.touching import ELSEWHERE, is_elsewhere, traces_visible_to

__all__ = [
    "BUSINESS_LABELS",
    "EARLIEST",
    "ELSEWHERE",
    "HELD",
    "ITEM_LABELS",
    "KIND_LABELS",
    "LABELS",
    "MOVES",
    "THEME_LABELS",
    "WRITTEN",
    "Encounter",
    "EncounterAnswer",
    "EncounterAttendance",
    "EncounterCheck",
    "EncounterCheckItem",
    "EncounterKind",
    "EncounterMember",
    "EncounterReview",
    "EncounterSide",
    "EncounterStatus",
    "EncounterTheme",
    "GuidedBusiness",
    "ItemChecked",
    "ListedEncounter",
    "NextStep",
    "ReportRead",
    "assign_next_step",
    "attend",
    "attendances_visible_to",
    "cancel",
    "check",
    "check_many",
    "checks_visible_to",
    "correct",
    "correct_checked",
    "find_members",
    "is_elsewhere",
    "listed",
    "note",
    "plan",
    "report",
    "reviews_visible_to",
    "send_back",
    "settle_next_step",
    "steps_visible_to",
    "traces_visible_to",
    "uninvite",
    "visible_to",
    "find_own",
    "invite",
]
