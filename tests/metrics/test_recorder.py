"""What is counted, by how many threads ever, and how much of it a page holds."""

import threading
import tracemalloc
from collections.abc import Mapping

import pytest

from musfuse.metrics import Family, Recorder, Sample
from musfuse.metrics.recorder import MOST_SERIES


def values(recorder: Recorder, name: str) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for family in recorder.families():
        if family.name == name:
            found |= {(sample.suffix, *sample.labels.values()): sample.value for sample in family.samples}
    return found


def test_threads_lose_no_count() -> None:
    recorder = Recorder()
    counter, times = recorder.counter("reads", "Reads."), recorder.histogram("read_seconds", "Reads.")

    def count() -> None:
        for _ in range(20_000):
            counter.add()
            times.observe(0.002)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value == 80_000
    assert values(recorder, "read_seconds")["_count",] == 80_000


@pytest.mark.parametrize(
    ("seconds", "first"),
    [(0, "0.0001"), (0.0001, "0.0001"), (0.00011, "0.0005"), (0.9, "1.0"), (1.0, "1.0"), (2, "+Inf")],
)
def test_a_duration_is_in_the_buckets_that_it_is_no_longer_than(seconds: float, first: str) -> None:
    recorder = Recorder()
    recorder.histogram("read_seconds", "Reads.", op="read").observe(seconds)
    buckets = {key[2]: value for key, value in values(recorder, "read_seconds").items() if key[0] == "_bucket"}
    assert next(bound for bound, value in buckets.items() if value) == first
    assert list(buckets.values()) == sorted(buckets.values())
    assert values(recorder, "read_seconds")["_sum", "read"] == seconds


def test_who_asks_twice_gets_the_same() -> None:
    recorder = Recorder()
    recorder.counter("ops", "Calls.", op="read", face="fuse").add()
    recorder.counter("ops", "Calls.", face="fuse", op="read").add()
    recorder.counter("ops", "Calls.", op="open", face="fuse")
    assert values(recorder, "ops") == {("", "fuse", "read"): 2, ("", "fuse", "open"): 0}
    with pytest.raises(TypeError, match="a counter, not a histogram"):
        recorder.histogram("ops", "Calls.", op="read", face="fuse")


def test_a_page_is_bounded_and_says_what_it_leaves_out() -> None:
    recorder = Recorder()
    for n in range(MOST_SERIES + 10):
        recorder.counter("hostile", "As many as somebody likes.", source=str(n)).add()
    recorder.histogram("late", "No room is left for it.").observe(1)
    families = recorder.families()
    assert sum(len(family.samples) for family in families) == MOST_SERIES
    assert [family.name for family in families] == ["hostile", "musfuse_metrics_left_out"]
    assert families[-1].samples[0].value == 1 + 12  # of MOST_SERIES one is the figure itself


def test_collectors_are_asked_each_time() -> None:
    recorder, now = Recorder(), [1.0]
    labels: Mapping[str, str] = {"origin": "a"}
    recorder.collect(lambda: [Family("health", "gauge", "Whether.", (Sample(now[0], labels),))])
    assert values(recorder, "health") == {("", "a"): 1}
    now[0] = 0
    assert values(recorder, "health") == {("", "a"): 0}


def test_counting_keeps_nothing() -> None:
    recorder = Recorder()
    counter, times = recorder.counter("reads", "Reads."), recorder.histogram("read_seconds", "Reads.")
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for n in range(10_000):
        counter.add()
        times.observe(n / 1000)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 1024
