"""What /metrics says, in the words of OpenMetrics. Loaded only where METRICS_TOKEN is set.

Requests are counted by each web process; under gunicorn, which has its processes share a folder, whichever is
asked speaks for all of them. All else is read from the database, where every worker writes it.
"""

from collections.abc import Iterator
from datetime import datetime
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from web.services.background.gauges import Gauges
from web.services.common.tallies import Counted

__all__ = ["CONTENT_TYPE_LATEST", "Requests", "everything"]

SLOW = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # seconds
TIMED = {
    Counted.DRAWN: ("unmentoring_draw_seconds", "Rounds drawn by a worker, and for how long."),
    Counted.ROUND_SENT: ("unmentoring_round_sending_seconds", "Rounds sent by a worker, and for how long."),
}


class Requests:
    """Every request of an application, by route, never by path: paths hold tokens."""

    def __init__(self, app: Flask) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "unmentoring_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "unmentoring_request_seconds", "How long an answer took.", ["route"], buckets=SLOW,
            registry=self.registry,
        )  # fmt: skip
        app.before_request(self._begin)
        app.after_request(self._end)

    def _begin(self) -> None:
        g.counted_from = perf_counter()

    def _end(self, response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        self._count.labels(request.method, route, response.status_code).inc()
        if "counted_from" in g:
            self._seconds.labels(route).observe(perf_counter() - g.counted_from)
        return response


def everything(requests: Requests, figures: Gauges | None, queue_depth: int | None, now: datetime) -> bytes:
    """The whole answer. `figures` is None while the database is away, `queue_depth` while the queue is."""
    together = CollectorRegistry()
    together.register(_Gathered(figures, queue_depth, now))
    try:
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    except ValueError:  # one process alone
        together.register(requests.registry)
    said: bytes = generate_latest(together)  # type: ignore[no-untyped-call]
    return said


class _Gathered(Collector):
    def __init__(self, figures: Gauges | None, queue_depth: int | None, now: datetime) -> None:
        self._figures, self._depth, self._now = figures, queue_depth, now

    def collect(self) -> Iterator[Metric]:
        yield _gauge("unmentoring_database_up", "Does the database answer?", float(self._figures is not None))
        yield _gauge("unmentoring_queue_up", "Does the queue answer?", float(self._depth is not None))
        if self._depth is not None:
            yield _gauge("unmentoring_queue_depth", "Wake-ups that no worker has taken yet.", self._depth)
        if self._figures is not None:
            yield from self._messages(self._figures)
            yield from self._workers(self._figures)
            yield from _timed(self._figures)

    def _messages(self, figures: Gauges) -> Iterator[Metric]:
        there = GaugeMetricFamily(
            "unmentoring_outbox_messages", "Messages of which more is to come.", labels=["state"]
        )
        age = GaugeMetricFamily(
            "unmentoring_outbox_oldest_seconds", "For how long the oldest of them is due.", labels=["state"]
        )
        for one in figures.unsettled:
            there.add_metric([one.state], one.count)
            age.add_metric([one.state], max((self._now - one.oldest).total_seconds(), 0))
        sent = CounterMetricFamily(
            "unmentoring_messages",
            "Messages dealt with, by what became of them.",
            labels=["provider", "outcome"],
        )
        for tally in figures.tallies:
            if tally.what == Counted.SENT:
                sent.add_metric(tally.label.split(" ", 1), tally.times)
        troubled = GaugeMetricFamily(
            "unmentoring_provider_troubled",
            "Providers that take nothing, or little, now.",
            labels=["provider"],
        )
        for provider in figures.troubled:
            troubled.add_metric([provider], 1)
        yield from (there, age, sent, troubled)

    def _workers(self, figures: Gauges) -> Iterator[Metric]:
        swept = GaugeMetricFamily(
            "unmentoring_worker_swept_timestamp_seconds", "When a worker swept last.", labels=["worker"]
        )
        took = GaugeMetricFamily(
            "unmentoring_worker_sweep_seconds", "How long its last sweep took.", labels=["worker"]
        )
        for one in figures.workers:
            swept.add_metric([one.worker], one.swept_at.timestamp())
            took.add_metric([one.worker], one.sweep_seconds)
        yield from (swept, took)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)


def _timed(figures: Gauges) -> Iterator[Metric]:
    by_what = {tally.what: tally for tally in figures.tallies}
    for what, (name, says) in TIMED.items():
        tally = by_what.get(what)
        yield SummaryMetricFamily(
            name, says, count_value=tally.times if tally else 0, sum_value=tally.seconds if tally else 0.0
        )
