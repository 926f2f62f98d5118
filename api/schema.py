"""The whole schema, put together from the concepts: what may be asked, and the reader that answers it."""

from api import reading
from api.accounts import AccountMutations, AccountQueries
from api.activities import ActivityMutations, ActivityParticipationMutations, ActivityQueries
from api.agreements import (
    AgreementMutations,
    AgreementQueries,
    AmendmentMutations,
    CeremonyMutations,
    CommitmentMutations,
    FileMutations,
    FulfilmentMutations,
    NamingMutations,
    OutputMutations,
    PartyMutations,
)
from api.answering import AnswerAddressMutations, AnswerAddressQueries
from api.audience import AudienceQueries
from api.budget import BUDGET
from api.calendar import AttendeeMutations, CalendarQueries
from api.campaigns import CampaignContactMutations, CampaignMutations, CampaignQueries, ProposalMutations
from api.councils import CouncilMembershipMutations, CouncilMutations, CouncilQueries
from api.desk_books import BookQueries
from api.documents import DocumentMutations, DocumentQueries
from api.drills import DrillMutations, DrillQueries, ImprovementMutations, ParticipationMutations
from api.encounters import EncounterMutations, EncounterQueries, EncounterReviewMutations
from api.incoming import IncomingMutations, IncomingQueries
from api.information import CouncilInformationMutations, InformationQueries
from api.lectures import AssignmentMutations, LectureMutations, LectureQueries
from api.me import MeQueries
from api.meetings import CouncilMeetingMutations, CouncilResolutionMutations, MeetingQueries
from api.merging import MergeMutations, MergeQueries
from api.mutations import together
from api.notices import NoticeMutations, NoticeQueries, NoticeRecipientMutations, NoticeRuleMutations
from api.organizations import (
    ContactMutations,
    CoOwnerMutations,
    EstablishmentMutations,
    OrganizationMutations,
    OrganizationQueries,
)
from api.outreach import OutreachMutations, OutreachQueries
from api.people import OfficerMutations, PeopleQueries, ReminderMutations
from api.retention import ErasureMutations, HoldMutations, RetentionQueries
from api.statistics import StatisticsMutations, StatisticsQueries
from api.subscriptions import SubscriptionMutations, SubscriptionQueries
from api.thresholds import ThresholdMutations, ThresholdQueries
from api.tokens import TokenMutations, TokenQueries
from api.units import UnitMutations, UnitQueries
from api.volunteers import (
    ConsentMutations,
    GroupMutations,
    ReappointmentMutations,
    VolunteerMutations,
    VolunteerQueries,
)
from api.wifi import WifiAdviceMutations, WifiQueries, WifiSpotMutations, WifiSurveyMutations
from api.worklist import WorklistQueries


@reading.shape
class Query(
    UnitQueries,
    PeopleQueries,
    OrganizationQueries,
    MergeQueries,
    AudienceQueries,
    CampaignQueries,
    CalendarQueries,
    AgreementQueries,
    VolunteerQueries,
    ActivityQueries,
    LectureQueries,
    DrillQueries,
    DocumentQueries,
    EncounterQueries,
    OutreachQueries,
    NoticeQueries,
    StatisticsQueries,
    SubscriptionQueries,
    AnswerAddressQueries,
    IncomingQueries,
    TokenQueries,
    AccountQueries,
    BookQueries,
    RetentionQueries,
    CouncilQueries,
    MeetingQueries,
    InformationQueries,
    WifiQueries,
    WorklistQueries,
    ThresholdQueries,
    MeQueries,
):
    node: reading.Node | None = reading.root_node()


Mutation = together(
    UnitMutations,
    ReminderMutations,
    OfficerMutations,
    OrganizationMutations,
    CoOwnerMutations,
    MergeMutations,
    EstablishmentMutations,
    ContactMutations,
    AgreementMutations,
    PartyMutations,
    AmendmentMutations,
    CommitmentMutations,
    FulfilmentMutations,
    CeremonyMutations,
    FileMutations,
    NamingMutations,
    OutputMutations,
    GroupMutations,
    VolunteerMutations,
    ReappointmentMutations,
    ConsentMutations,
    ActivityMutations,
    ActivityParticipationMutations,
    LectureMutations,
    AssignmentMutations,
    DrillMutations,
    ParticipationMutations,
    ImprovementMutations,
    DocumentMutations,
    EncounterMutations,
    EncounterReviewMutations,
    OutreachMutations,
    NoticeMutations,
    NoticeRecipientMutations,
    NoticeRuleMutations,
    AttendeeMutations,
    AnswerAddressMutations,
    IncomingMutations,
    StatisticsMutations,
    SubscriptionMutations,
    TokenMutations,
    ErasureMutations,
    HoldMutations,
    CouncilMutations,
    CouncilMembershipMutations,
    CouncilMeetingMutations,
    CouncilResolutionMutations,
    CouncilInformationMutations,
    WifiSpotMutations,
    WifiSurveyMutations,
    WifiAdviceMutations,
    CampaignMutations,
    CampaignContactMutations,
    ProposalMutations,
    AccountMutations,
    ThresholdMutations,
)


schema = reading.schema(Query, Mutation, extensions=BUDGET)
