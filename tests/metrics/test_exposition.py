"""Pages as Prometheus' own client library reads them."""

import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

from musfuse.metrics import Family, Recorder, Sample
from musfuse.metrics.exposition import as_openmetrics, as_prometheus

Read = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(families: Iterable[object]) -> Read:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples  # type: ignore[attr-defined]
    }


def recorder() -> Recorder:
    made = Recorder()
    made.counter("musfuse_fuse_ops", "Calls.", op="read").add()
    made.histogram("musfuse_fuse_latency_seconds", "How long.", op="read").observe(0.003)
    made.collect(lambda: [Family("musfuse_uptime_seconds", "gauge", "Since.", (Sample(1.5),))])
    return made


def test_both_formats_say_the_same() -> None:
    families = recorder().families()
    prometheus = read(parse_prometheus(as_prometheus(families)))
    assert prometheus == read(parse_openmetrics(as_openmetrics(families)))
    assert prometheus["musfuse_fuse_ops_total", (("op", "read"),)] == 1
    assert prometheus["musfuse_fuse_latency_seconds_bucket", (("le", "0.005"), ("op", "read"))] == 1
    assert prometheus["musfuse_fuse_latency_seconds_count", (("op", "read"),)] == 1
    assert prometheus["musfuse_uptime_seconds", ()] == 1.5


@given(st.text(), st.text())
def test_hostile_labels_stay_in_their_place(value: str, text: str) -> None:
    families = [Family("musfuse_origin_health", "gauge", text, (Sample(1, {"origin": value}),))]
    shown = value.encode("utf-8", "replace").decode()
    assert read(parse_prometheus(as_prometheus(families))) == {("musfuse_origin_health", (("origin", shown),)): 1}
    assert len(as_prometheus(families).split("\n")) == 4


@pytest.mark.parametrize("value", [math.inf, -math.inf, 0.1, 1e300, -3])
def test_any_number_is_read_back(value: float) -> None:
    families = [Family("musfuse_x", "gauge", "X.", (Sample(value),))]
    assert read(parse_prometheus(as_prometheus(families))) == {("musfuse_x", ()): value}
    assert read(parse_openmetrics(as_openmetrics(families))) == {("musfuse_x", ()): value}


def test_no_number_is_said_to_be_none() -> None:
    families = [Family("musfuse_x", "gauge", "X.", (Sample(math.nan),))]
    assert math.isnan(read(parse_prometheus(as_prometheus(families)))["musfuse_x", ()])


@pytest.mark.parametrize(("name", "label"), [("a b", "x"), ("", "x"), ("a", "x:y"), ("a", "1")])
def test_names_that_prometheus_refuses_are_no_page(name: str, label: str) -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        as_prometheus([Family(name, "gauge", "X.", (Sample(1, {label: "v"}),))])
