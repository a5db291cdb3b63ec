"""Counters and histograms that many threads add to without a lock, and what is found out when somebody asks.

To count is one `next` of an itertools.count, a single step of the interpreter: no thread's addition is lost, and none
waits. The sum of a histogram may lose an addition where two threads make one at the same moment; its counts do not.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, count
from typing import Literal, NamedTuple, TypeVar

Kind = Literal["counter", "gauge", "histogram"]

MOST_SERIES = 500
"""Lines of a page. A figure for each of many things (sources, say) ends here, and what is left out is counted."""
SECONDS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0)
"""Upper bounds of what is told apart of durations, in seconds."""


class Sample(NamedTuple):
    """A value of a family; `suffix` is `_bucket`, `_sum` or `_count` in a histogram, else empty."""

    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Values of one name, which a counter's has no `_total` at its end."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


class Counter:
    """Counts up by one."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = count()

    def add(self) -> None:
        """Count one more."""
        next(self._count)

    @property
    def value(self) -> int:
        """How many were counted."""
        return _value(self._count)


class Histogram:
    """Counts durations by how long they are; `bounds` in seconds, in order."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self._bounds, self._counts, self._sum = bounds, [count() for _ in range(len(bounds) + 1)], 0.0

    def observe(self, seconds: float) -> None:
        """Count one more."""
        next(self._counts[bisect_left(self._bounds, seconds)])
        self._sum += seconds

    def samples(self, labels: Mapping[str, str]) -> Iterator[Sample]:
        """As Prometheus has them: each bucket counts what is in those before it, too."""
        total = 0
        for bound, total in zip((*map(str, self._bounds), "+Inf"), accumulate(map(_value, self._counts)), strict=True):
            yield Sample(total, {**labels, "le": bound}, "_bucket")
        yield Sample(self._sum, labels, "_sum")
        yield Sample(total, labels, "_count")


M = TypeVar("M", Counter, Histogram)
Series = dict[tuple[tuple[str, str], ...], M]


@dataclass(slots=True)
class _Group:
    name: str
    kind: Kind
    help: str
    series: "dict[tuple[tuple[str, str], ...], Counter | Histogram]"


class Recorder:
    """All figures of a process. Counters and histograms are asked for once and kept by who counts; `collect` has
    figures found out whenever they are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[str, _Group] = {}
        self._collectors: list[Callable[[], Iterable[Family]]] = []

    def counter(self, name: str, text: str, **labels: str) -> Counter:
        """The counter of this name and these labels; `text` says what it counts."""
        return self._series(_Group(name, "counter", text, {}), labels, Counter)

    def histogram(self, name: str, text: str, **labels: str) -> Histogram:
        """The histogram of this name and these labels."""
        return self._series(_Group(name, "histogram", text, {}), labels, Histogram)

    def collect(self, families: Callable[[], Iterable[Family]]) -> None:
        """Ask for more families with each page."""
        with self._lock:
            self._collectors.append(families)

    def families(self) -> list[Family]:
        """Everything, as of now: MOST_SERIES values at most, and last of all how many there are more."""
        with self._lock:
            groups = [(group, dict(group.series)) for group in self._groups.values()]
            collectors = list(self._collectors)
        found = [_family(group, series) for group, series in groups]
        for collector in collectors:
            found.extend(collector())
        return list(_bounded(found))

    def total(self, name: str) -> int:
        """What the counters of a name have counted together, 0 where there are none."""
        with self._lock:
            group = self._groups.get(name)
            series = list(group.series.values()) if group else []
        return sum(one.value for one in series if isinstance(one, Counter))

    def _series(self, group: _Group, labels: Mapping[str, str], make: type[M]) -> M:
        key = tuple(sorted(labels.items()))
        with self._lock:
            known = self._groups.setdefault(group.name, group)
            made = known.series.get(key)
            if made is None:
                made = make()
                if len(known.series) < MOST_SERIES:
                    known.series[key] = made
        if not isinstance(made, make):
            raise TypeError(f"{group.name}: a {known.kind}, not a {group.kind}")
        return made


def _value(counted: "count[int]") -> int:
    """What `next` would give. Only its text tells without counting: copies of it went with Python 3.14."""
    return int(repr(counted)[len("count(") : -1])


def _family(group: _Group, series: "Mapping[tuple[tuple[str, str], ...], Counter | Histogram]") -> Family:
    samples = list[Sample]()
    for labels, one in series.items():
        samples += one.samples(dict(labels)) if isinstance(one, Histogram) else [Sample(one.value, dict(labels))]
    return Family(group.name, group.kind, group.help, tuple(samples))


def _bounded(families: Iterable[Family]) -> Iterator[Family]:
    left, more = MOST_SERIES - 1, 0
    for family in families:
        whole = len(family.samples) <= left or family.kind != "histogram"  # half a histogram is none
        taken = family.samples[:left] if whole else ()
        left, more = left - len(taken), more + len(family.samples) - len(taken)
        if taken:
            yield Family(family.name, family.kind, family.help, taken)
    yield Family(
        "musfuse_metrics_left_out", "gauge", f"Series beyond the {MOST_SERIES} of a page.", (Sample(more),)
    )  # fmt: skip
