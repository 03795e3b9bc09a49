"""What Prometheus reads: this process's requests, and what the database says of the work of all processes."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from postwright.services.health import Work


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
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
        states = GaugeMetricFamily("postwright_publications", "Publications by state.", labels=["state"])
        for state, count in work.states.items():
            states.add_metric([state], count)
        yield states
        lateness = GaugeMetricFamily(
            "postwright_lateness_seconds",
            "Start after the due time, of what was due in the last hour.",
            labels=["quantile"],
        )
        for quantile, seconds in work.lateness.items():
            lateness.add_metric([quantile], seconds)
        yield lateness
        yield GaugeMetricFamily("postwright_due", "Publications that are due and wait for a worker.", value=work.due)
        oldest = work.oldest_due.total_seconds()
        yield GaugeMetricFamily(
            "postwright_oldest_due_seconds", "How long the oldest of them has waited.", value=oldest
        )
        yield GaugeMetricFamily("postwright_workers", "Workers with a recent heartbeat.", value=work.workers)
