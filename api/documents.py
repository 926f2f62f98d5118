"""配布資料: the papers of dates, to read, number, release and withdraw; their bytes go by `document_files`."""

from datetime import date, datetime
from enum import Enum

import strawberry

from api import reading
from api.calendar import Appointment
from api.enums import offer
from api.mutations import mutations
from api.reading import Connection, Node
from api.units import Unit
from domain import documents
from domain.documents import DocumentKind, DocumentStatus
from domain.rights import DataClass

offer(DocumentKind, DocumentStatus)


@strawberry.enum
class DocumentOrder(Enum):
    CREATED_AT_DESC = reading.desc("created_at")
    CREATED_AT_ASC = reading.asc("created_at")


@reading.filters
class DocumentFilter:
    status: list[DocumentStatus] | None = reading.among("status")
    kind: list[DocumentKind] | None = reading.among("kind")
    unit: strawberry.ID | None = reading.of_unit()
    appointment: strawberry.ID | None = reading.refers("appointment_id", "Appointment")
    retention_until_before: date | None = reading.below("retention_until", "date", data=DataClass.INTERNAL)


@reading.entity(documents.Document, documents.visible_to)
@reading.shape(description="配布資料: a file of a date, to be fetched at /documents/{id}.")
class Document(Node):
    version: int = reading.column(data=DataClass.INTERNAL)
    status: DocumentStatus
    allowed_transitions: list[DocumentStatus] = reading.computed("status", documents.MOVES)
    kind: DocumentKind
    name: str = reading.column(description="The file's name.")
    size: int = reading.column(description="In bytes.")
    sha256: str
    number: str = reading.column(description="文書番号")
    retention_years: int | None = reading.column(data=DataClass.INTERNAL, description="保存期間")
    retention_until: date | None = reading.column(data=DataClass.INTERNAL, description="The last day it is kept.")
    released_at: datetime | None
    withdrawn_at: datetime | None = reading.column(data=DataClass.INTERNAL)
    appointment: Appointment | None = reading.one("appointment_id")
    unit: Unit | None = reading.one("unit_id")


@reading.shape
class DocumentQueries:
    document: Document | None = reading.root_one()
    documents: Connection[Document] = reading.root_connection(orders=DocumentOrder, filters=DocumentFilter)


DocumentMutations = mutations(
    Document,
    correct_document=documents.correct,
    release_document=documents.release,
    withdraw_document=documents.withdraw,
)
