"""What Prometheus reads: this process's requests, and what the database says of the work of all processes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import inf

import prometheus_client
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from postwright.domain.publication import ACTIVE
from postwright.services.health import Work
from postwright.storage.health import EXACT, Depth, Lateness


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = prometheus_client.Counter(
            "postwright_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "postwright_http_request_seconds", "Time until a reply was sent.", ("method",), registry=self._registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method).observe(seconds)

    def text(self, work: Work) -> bytes:
        """Everything in Prometheus's text format."""
        now = CollectorRegistry()
        now.register(_WorkCollector(work))
        return generate_latest(self._registry) + generate_latest(now)


class _WorkCollector(Collector):
    """Turns one look at the database into gauges."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def collect(self) -> Iterator[Metric]:
        work = self._work
        yield from _depths(work.depths)
        yield _lateness(work.lateness)
        yield GaugeMetricFamily("postwright_due", "Publications that are due and wait for a worker.", value=work.due)
        oldest = work.oldest_due.total_seconds()
        yield GaugeMetricFamily(
            "postwright_oldest_due_seconds", "How long the oldest of them has waited.", value=oldest
        )
        yield GaugeMetricFamily("postwright_workers", "Workers with a recent heartbeat.", value=work.workers)


def _depths(depths: Sequence[Depth]) -> Iterator[Metric]:
    states: Counter[str] = Counter()
    about = f"by state; from {EXACT} on as the database estimates."
    queue = GaugeMetricFamily(
        "postwright_queue_depth", f"Publications still to go out, by platform and {about}", labels=["platform", "state"]
    )
    for one in depths:
        states[one.state] += one.publications
        if one.state in ACTIVE:
            queue.add_metric([one.platform, one.state], one.publications)
    total = GaugeMetricFamily("postwright_publications", f"Publications {about}", labels=["state"])
    for state, number in states.items():
        total.add_metric([state], number)
    yield total
    yield queue


def _lateness(counted: Lateness) -> Metric:
    bounds = ["+Inf" if bound == inf else str(bound) for bound in counted.buckets]
    return HistogramMetricFamily(
        "postwright_lateness_seconds",
        "Start after the due time, of every publication that ever started, counted a few seconds later.",
        buckets=list(zip(bounds, accumulate(counted.buckets.values()), strict=True)),
        sum_value=counted.seconds,
    )
