"""Files as offices have them become clean rows with their place: read, recognise, check, report.

`parse(kind, read_table(path, name))` gives records and problems, `lines` what the domain's rosters take, and `placed`
puts the domain's own refusals where they belong in the file. Nothing here touches the database.
"""

from typing import Any

from api.intake.agreements import AGREEMENTS
from api.intake.commitments import COMMITMENTS
from api.intake.contacts import CONTACTS
from api.intake.council_members import COUNCIL_MEMBERS
from api.intake.councils import COUNCILS
from api.intake.encounters import ENCOUNTERS
from api.intake.kind import Field, Intake, Kind, Problem, Taken
from api.intake.lines import lines, placed
from api.intake.meetings import COUNCIL_MEETINGS
from api.intake.officers import OFFICERS
from api.intake.organizations import ORGANIZATIONS
from api.intake.outreach import OUTREACH
from api.intake.parse import parse
from api.intake.reading import read_table
from api.intake.report import changes_report, report
from api.intake.schools import SCHOOLS
from api.intake.table import Table
from api.intake.template import template, template_csv
from api.intake.units import UNITS
from api.intake.volunteers import VOLUNTEERS
from api.intake.wifi import WIFI_SPOTS

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        *(UNITS, OFFICERS, ORGANIZATIONS, CONTACTS, SCHOOLS, VOLUNTEERS, WIFI_SPOTS, ENCOUNTERS),
        *(OUTREACH, COUNCILS, COUNCIL_MEMBERS, COUNCIL_MEETINGS, AGREEMENTS, COMMITMENTS),
    )
}

__all__ = [
    "AGREEMENTS",
    "COMMITMENTS",
    "CONTACTS",
    "COUNCILS",
    "COUNCIL_MEETINGS",
    "COUNCIL_MEMBERS",
    "ENCOUNTERS",
    "KINDS",
    "OFFICERS",
    "ORGANIZATIONS",
    "OUTREACH",
    "SCHOOLS",
    "UNITS",
    "VOLUNTEERS",
    "WIFI_SPOTS",
    "Field",
    "Intake",
    "Kind",
    "Problem",
    "Table",
    "Taken",
    "changes_report",
    "lines",
    "parse",
    "placed",
    "read_table",
    "report",
    "template",
    "template_csv",
]
