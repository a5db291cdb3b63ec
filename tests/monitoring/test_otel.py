"""Figures go to a collector, as OpenTelemetry's own format reads them."""

import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from musfuse_otel import face
from musfuse_otel.face import OtelFace
from musfuse_otel.options import OtelOptions
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from patient import until

from monitoring.conftest import Watch, watch  # noqa: F401 - a fixture
from musfuse.errors import FaceError


class Collector(ThreadingHTTPServer):
    """Keeps what it gets."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[ExportMetricsServiceRequest] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.server.got.append(ExportMetricsServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def test_a_collector_gets_them(watch: Watch, collector: Collector, tmp_path: Path) -> None:
    port = collector.server_address[1]
    host = watch(otel__endpoint=f"http://127.0.0.1:{port}/v1/metrics", otel__interval_seconds=1)
    drive = host.library.drive
    opened = drive.open("Ann/Lib/T1.flac")
    for offset in range(3):
        drive.read_at(opened.handle, offset, 4)
    drive.close(opened.handle)

    def found() -> dict[str, object]:
        if not collector.got:
            return {}
        (resource,) = collector.got[-1].resource_metrics
        (scope,) = resource.scope_metrics
        return {metric.name: metric for metric in scope.metrics}

    def reads(name: str) -> list[object]:
        metric = found().get(name)
        kind = "sum" if name.endswith("ops") else "histogram"
        points = getattr(metric, kind).data_points if metric is not None else ()
        return [point for point in points if any(a.value.string_value == "read" for a in point.attributes)]

    until(lambda: reads("musfuse_fuse_ops") and reads("musfuse_fuse_ops")[0].as_double == 3)  # type: ignore[attr-defined]
    told = {a.key: a.value.string_value for a in collector.got[-1].resource_metrics[0].resource.attributes}
    assert (told["service.name"], told["service.instance.id"]) == ("musfuse", str(tmp_path / "state"))
    (latency,) = reads("musfuse_fuse_latency_seconds")
    assert latency.count == sum(latency.bucket_counts) == 3  # type: ignore[attr-defined]
    assert len(latency.bucket_counts) == len(latency.explicit_bounds) + 1  # type: ignore[attr-defined]
    assert latency.sum > 0  # type: ignore[attr-defined]
    assert found()["musfuse_files"].gauge.data_points[0].as_double == 2  # type: ignore[attr-defined]


def test_where_it_is_not_installed_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(face, "_NEEDED", ("no_such_module_here.sdk",))
    with pytest.raises(FaceError, match=r"musfuse\[otel\]"):
        OtelFace(OtelOptions("http://127.0.0.1:1/"), tmp_path).check()


def test_one_that_ends_by_itself_is_told_of_and_begun_anew(
    watch: Watch, collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(face, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(face, "_LONGEST_PAUSE", 0.0)  # each ran for long
    port = collector.server_address[1]
    host = watch(otel__endpoint=f"http://127.0.0.1:{port}/v1/metrics")
    (sends,) = host.faces.running(OtelFace)
    for count in (1, 2):
        until(lambda: sends._sending.pid and collector.got)
        assert sends._sending.pid is not None
        collector.got.clear()
        os.kill(sends._sending.pid, signal.SIGKILL)
        until(lambda count=count: caplog.text.count("ended by itself (-9); it is begun anew in 0 s") == count)
    until(lambda: collector.got)
