"""What `/metrics` says, family by family: an age in seconds, no sample where nothing ever was."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from lamppost import __version__
from lamppost.delivery.reads import get_delivery_status
from lamppost.generation.reads import get_generations
from lamppost.pulse.reads import get_heartbeat_age, list_job_counts
from lamppost.status.figures import ProbeFigures, list_probe_figures
from lamppost.status.reads import get_service_status, list_open_hssis
from lamppost.status.report import State
from postmaster.audit.sealing import get_unsealed

Labelled = Iterable[tuple[tuple[str, ...], float]]


class Figures(Collector):
    """Everything at one moment, read when the text is written."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        yield _gauge("build_info", "The version that answers.", ("version",), [((__version__,), 1)])
        yield from self._worker()
        yield from self._outbox()
        yield from self._audit()
        probes = list_probe_figures(self._session, now=self._now)
        yield from self._probes(probes)
        yield from self._delays(probes)
        yield from self._service()

    def _worker(self) -> Iterator[Metric]:
        age = get_heartbeat_age(self._session, now=self._now)
        said = [] if age is None else [((), age.total_seconds())]
        yield _gauge("worker_heartbeat_age_seconds", "Since the worker was last seen.", (), said)
        runs = CounterMetricFamily(
            "lamppost_job_runs", "Runs of the worker's jobs by outcome.", labels=("job", "outcome")
        )
        for job in list_job_counts(self._session):
            for outcome in ("done", "failed", "missed"):
                runs.add_metric((job.job, outcome), getattr(job, outcome))
        yield runs

    def _outbox(self) -> Iterator[Metric]:
        status = get_delivery_status(self._session, now=self._now)
        counts = [((state.value,), float(count)) for state, count in status.counts.items()]
        yield _gauge("outbox_messages", "Messages owed, by state.", ("state",), counts)
        oldest = status.oldest_owed_at
        age = 0.0 if oldest is None else (self._now - oldest).total_seconds()
        yield _gauge(
            "outbox_oldest_age_seconds", "Age of the oldest unsent message.", (), [((), age)]
        )

    def _audit(self) -> Iterator[Metric]:
        count, oldest = get_unsealed(self._session)
        age = 0.0 if oldest is None else (self._now - oldest).total_seconds()
        yield _gauge("audit_unsealed_entries", "Audit entries not sealed yet.", (), [((), count)])
        yield _gauge("audit_unsealed_age_seconds", "Age of the oldest of them.", (), [((), age)])

    def _probes(self, probes: list[ProbeFigures]) -> Iterator[Metric]:
        yield _gauge(
            "probe_state",
            "1 for the state a probe is in.",
            ("probe", "component", "network", "state"),
            [
                ((one.name, one.component or "", one.network, state.value), one.state is state)
                for one in probes
                for state in State
            ],
        )
        yield _gauge(
            "probe_last_reading_age_seconds",
            "Since a probe's last reading.",
            ("probe",),
            [
                ((one.name,), (self._now - one.last_at).total_seconds())
                for one in probes
                if one.last_at is not None
            ],
        )
        yield _gauge(
            "probe_readings",
            "Readings of the hour in progress and the one before, by outcome.",
            ("probe", "outcome"),
            [
                ((one.name, outcome), getattr(one, outcome))
                for one in probes
                for outcome in ("ok", "failed", "unknown")
            ],
        )

    def _delays(self, probes: list[ProbeFigures]) -> Iterator[Metric]:
        yield _gauge(
            "probe_delay_seconds",
            "How long the last messages took, at most 100 of them.",
            ("probe", "quantile"),
            [
                ((one.name, quantile), value)
                for one in probes
                for quantile, value in (("0.5", one.p50), ("0.95", one.p95))
                if value is not None
            ],
        )
        yield _gauge(
            "probe_pending_messages",
            "Messages of a probe still on their way.",
            ("probe",),
            [((one.name,), one.pending) for one in probes if one.kind == "relay_delay"],
        )

    def _service(self) -> Iterator[Metric]:
        status = get_service_status(self._session, now=self._now)
        yield _gauge(
            "component_state",
            "1 for the state a component is shown in.",
            ("component", "state"),
            [
                ((one.slug, state.value), one.state is state)
                for one in status.components
                for state in State
            ],
        )
        yield _gauge(
            "service_state",
            "1 for the state the whole page is shown in.",
            ("state",),
            [((state.value,), status.state is state) for state in State],
        )
        open_now = [hssi.severity for hssi in list_open_hssis(self._session)]
        yield _gauge(
            "hssis_open",
            "Published incidents that are open, by severity.",
            ("severity",),
            [((str(level),), open_now.count(level)) for level in range(1, 6)],
        )
        generations = get_generations(self._session)
        yield _gauge(
            "generation",
            "How often an area of the site has changed.",
            ("area",),
            [((area,), number) for area, number in generations.items()],
        )


def _gauge(name: str, words: str, labels: tuple[str, ...], samples: Labelled) -> Metric:
    family = GaugeMetricFamily(f"lamppost_{name}", words, labels=labels)
    for values, figure in samples:
        family.add_metric(values, float(figure))
    return family
