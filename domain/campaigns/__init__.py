"""疎通確認: whether the contacts are still there and reached as we know, asked of many at once.

`campaign` is what is asked of whom and who sees it, `drafting` how one is prepared, sent and ended, `answering` what
the contacts say themselves, `calling` what officers hear on the telephone, `proposing` what is to change (`proposals`
lists it), `rates` how many were reached, `results` what became of each, `stale` who has to be asked after the transfers
of spring.
"""

from domain.campaigns.answering import (
    PURPOSE,
    Asked,
    Changes,
    Known,
    confirm_by_link,
    find_asked,
    in_words,
    known_of,
    propose_by_link,
    why_closed,
)
from domain.campaigns.calling import LOST, LOST_AT, ContactCallResult, note_call
from domain.campaigns.campaign import (
    CHANNEL_LABELS,
    LABELS,
    MOVES,
    REPLY_LABELS,
    UNREACHED,
    Campaign,
    CampaignChannel,
    CampaignContact,
    CampaignReply,
    CampaignStatus,
    asked_visible_to,
    is_unreached,
    visible_to,
)
from domain.campaigns.drafting import cancel, close, correct, draft, extend, preview, send
from domain.campaigns.proposals import ListedProposal, listed_proposals, proposals_shown
from domain.campaigns.proposing import (
    PROPOSAL_LABELS,
    ContactProposal,
    ProposalStatus,
    accept,
    proposals_visible_to,
    reject,
)
from domain.campaigns.rates import RateBy, ReachRate, reach_rates
from domain.campaigns.results import CampaignResults, ListedAsked, results
from domain.campaigns.stale import StaleContact, StaleCount, shown_of, stale_counts, stale_listed

__all__ = [
    "CHANNEL_LABELS",
    "LABELS",
    "LOST",
    "LOST_AT",
    "MOVES",
    "PROPOSAL_LABELS",
    "PURPOSE",
    "REPLY_LABELS",
    "UNREACHED",
    "Asked",
    "ListedProposal",
    "listed_proposals",
    "proposals_shown",
    "Campaign",
    "CampaignChannel",
    "CampaignContact",
    "CampaignReply",
    "CampaignResults",
    "CampaignStatus",
    "Changes",
    "ContactCallResult",
    "ContactProposal",
    "Known",
    "ListedAsked",
    "ProposalStatus",
    "RateBy",
    "ReachRate",
    "StaleContact",
    "StaleCount",
    "accept",
    "asked_visible_to",
    "cancel",
    "close",
    "confirm_by_link",
    "correct",
    "draft",
    "extend",
    "find_asked",
    "in_words",
    "is_unreached",
    "known_of",
    "note_call",
    "preview",
    "proposals_visible_to",
    "propose_by_link",
    "reach_rates",
    "reject",
    "results",
    "send",
    "shown_of",
    "stale_counts",
    "stale_listed",
    "visible_to",
    "why_closed",
]
