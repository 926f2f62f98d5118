"""`/metrics`: Prometheus text for whoever keeps the machine, by an administrator's token; numbers only.

What the database knows is the same whichever worker answers; requests are counted by each worker for itself. Where an
installation holds several prefectures, letters are those of the administrator's own; the clock, the journal's seal and
the process are the machine's, and their figures tell of nobody's work.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.callers import bearer
from api.graphql_door import refusal
from api.house import House
from api.replica import OUTCOMES
from api.settings import MOST_MINUTES
from domain import database
from domain.actor import Actor, Role
from domain.errors import NotAllowed, Refused
from domain.outbox.queueing import in_front
from domain.quiet import held_at, hours_of
from jobs.letters import KINDS

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

Requests = Counter[tuple[str, str, int]]
"""How many requests, by method, route and status."""

STATES = ("sent", "given_up", "spared", "later", "retried", "due")
# Changes of a date are gathered for an hour at most; what then still gathers has found nobody who would decide on it.
LETTERS = f"""
    SELECT kind, CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN given_up_at IS NOT NULL THEN 'given_up'
                      WHEN spared_at IS NOT NULL THEN 'spared' WHEN {held_at("$1", "$2", "$3")} THEN 'later'
                      WHEN failing_since IS NOT NULL THEN 'retried'
                      WHEN due_at > $1 OR (gathers AND owed_at > $1 - interval '{MOST_MINUTES} minutes')
                        OR {in_front("one")} IS NOT NULL THEN 'later'
                      ELSE 'due' END AS state,
        count(*) AS count, extract(epoch FROM $1 - min(failing_since))::float8 AS age
    FROM letter one WHERE unit_id IN (SELECT id FROM unit WHERE prefecture_id = $4)
    GROUP BY 1, 2"""  # noqa: S608 - our own words
TURNS = "SELECT job, extract(epoch FROM max(slot_at))::float8 AS at FROM slot GROUP BY 1"
UNSEALED = "SELECT count(*) AS count FROM journal WHERE number IS NULL"


def routes(house: House, requests: Requests) -> list[Route]:
    async def metrics(request: Request) -> Response:
        try:
            actor = await bearer(request, house)
            if actor.role is not Role.ADMIN:
                raise NotAllowed("計測値を読めるのは管理者だけです。")
        except Refused as refused:
            return refusal(refused)
        copied = [_read_there(house.replica.became)] if house.replica else []
        return await _answer([*_counted(requests), *copied, *await _kept(house, actor)])

    return [Route("/metrics", metrics, methods=["GET"])]


async def _answer(metrics: list[Metric]) -> Response:
    # Imported for whoever asks: it takes as long as a quarter of the whole start.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    class Known:
        def collect(self) -> list[Metric]:
            return metrics

    registry = CollectorRegistry()
    registry.register(Known())
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _counted(requests: Requests) -> Iterator[Metric]:
    from prometheus_client.metrics_core import CounterMetricFamily

    family = CounterMetricFamily(
        "renkei_requests", "Requests answered by this worker.", labels=["worker", "method", "route", "status"]
    )
    for (method, route, status), count in sorted(requests.items()):
        family.add_metric([str(os.getpid()), method, route, str(status)], count)
    yield family


def _read_there(became: Counter[str]) -> Metric:
    from prometheus_client.metrics_core import CounterMetricFamily

    about = "Questions for the replica: answered there, or by the primary, for it was behind or failed."
    family = CounterMetricFamily("renkei_replica_questions", about, labels=["worker", "became"])
    for what in OUTCOMES:
        family.add_metric([str(os.getpid()), what], became[what])
    return family


async def _kept(house: House, actor: Actor) -> list[Metric]:
    found = await database.rows(LETTERS, house.clock(), *hours_of(house.quiet), actor.prefecture_id)
    counts = {(one["kind"], one["state"]): one["count"] for one in found}
    kinds = sorted({*KINDS, *(kind for kind, _ in counts)})
    letters = [{"kind": kind, "state": at, "count": counts.get((kind, at), 0)} for kind in kinds for at in STATES]
    failing = [{"age": max((one["age"] for one in found if one["state"] == "retried"), default=0)}]
    turns, unsealed = await database.rows(TURNS), await database.rows(UNSEALED)
    return [
        _gauge("renkei_letters", "Letters by kind and state.", ["kind", "state"], letters, "count"),
        _gauge("renkei_letters_failing_seconds", "Since when the oldest retried letter fails.", [], failing, "age"),
        _gauge("renkei_job_turn_seconds", "Newest turn of each job, as Unix time.", ["job"], turns, "at"),
        _gauge("renkei_journal_unsealed", "Journal entries without a seal.", [], unsealed, "count"),
    ]


def _gauge(name: str, about: str, labels: list[str], rows: list[dict[str, Any]], value: str) -> Metric:
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(name, about, labels=labels)
    for row in rows:
        family.add_metric([str(row[label]) for label in labels], float(row[value]))
    return family
