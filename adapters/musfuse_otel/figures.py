"""Figures as OpenTelemetry's SDK has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from musfuse import __version__
from musfuse.service.requests.monitoring import FigureTold, SampleTold

_SCOPE = InstrumentationScope("musfuse", __version__)
_CUMULATIVE = AggregationTemporality.CUMULATIVE


def as_metrics(figures: Iterable[FigureTold], resource: Resource, began_ns: int, now_ns: int) -> MetricsData:
    """Figures that were counted since a time, in ns since 1970, as of now."""
    metrics = [_metric(figure, began_ns, now_ns) for figure in figures]
    return MetricsData([ResourceMetrics(resource, [ScopeMetrics(_SCOPE, metrics, "")], "")])


def _metric(figure: FigureTold, began_ns: int, now_ns: int) -> Metric:
    if figure.kind == "histogram":
        points = list(_histograms(figure.samples, began_ns, now_ns))
        return Metric(figure.name, figure.help, "s", Histogram(points, _CUMULATIVE))
    numbers = [NumberDataPoint(one.labels, began_ns, now_ns, one.value) for one in figure.samples]
    if figure.kind == "counter":
        return Metric(figure.name, figure.help, "1", Sum(numbers, _CUMULATIVE, is_monotonic=True))
    return Metric(figure.name, figure.help, "1", Gauge(numbers))


def _histograms(samples: Iterable[SampleTold], began_ns: int, now_ns: int) -> Iterator[HistogramDataPoint]:
    """A point for each set of labels."""
    grouped = dict[tuple[tuple[str, str], ...], list[SampleTold]]()
    for sample in samples:
        labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        grouped.setdefault(labels, []).append(sample)
    for labels, own in grouped.items():
        yield _histogram(dict(labels), own, began_ns, now_ns)


def _histogram(
    labels: Mapping[str, str], samples: Sequence[SampleTold], began_ns: int, now_ns: int
) -> HistogramDataPoint:
    """Buckets here count what is in those before them, too; there they do not."""
    buckets = [(sample.labels["le"], int(sample.value)) for sample in samples if sample.suffix == "_bucket"]
    before = [0, *(value for _, value in buckets)]
    total = next(sample.value for sample in samples if sample.suffix == "_sum")
    return HistogramDataPoint(
        attributes=labels, start_time_unix_nano=began_ns, time_unix_nano=now_ns, count=buckets[-1][1], sum=total,
        bucket_counts=[value - less for (_, value), less in zip(buckets, before, strict=False)],
        explicit_bounds=[float(bound) for bound, _ in buckets[:-1]], min=float("nan"), max=float("nan"),
    )  # fmt: skip
