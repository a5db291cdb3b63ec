"""The three pages over HTTP, for honest scrapers and for others."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus
from tests_support import needs_program

from monitoring.conftest import Watch, run_watched, url
from musfuse.app.host import Host
from musfuse.platform import system

LOCAL = {"metrics__listen": "127.0.0.1:0"}


def ask(host: Host, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(urlsplit(url(host)).netloc, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], body


@pytest.fixture
def host(watch: Watch) -> Host:
    return watch(**LOCAL)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """One for all who only ask."""
    folder = tmp_path_factory.mktemp("standing")
    (folder / "music").mkdir()
    with ExitStack() as closing, pytest.MonkeyPatch.context() as patch:
        run = closing.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))  # a short path
        patch.setattr(system, "on_terminate", lambda stop: None)
        patch.setenv("MUSFUSE_RUNTIME_DIR", run)
        yield run_watched(folder / "state", folder / "music", closing, **LOCAL)


def test_figures_come_in_both_formats(host: Host) -> None:
    opened = host.library.drive.open("Ann/Lib/T1.flac")
    assert host.library.drive.read_at(opened.handle, 0, 4) == b"fLaC"
    host.library.drive.close(opened.handle)
    status, kind, text = ask(host, "/metrics")
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = {(s.name, s.labels.get("op")): s.value for f in parse_prometheus(text) for s in f.samples}
    assert found["musfuse_fuse_ops_total", "read"] == found["musfuse_fuse_latency_seconds_count", "read"] == 1
    assert found["musfuse_files", None] == 2
    status, kind, text = ask(host, "/metrics", Accept="application/openmetrics-text; version=1.0.0,text/plain;q=0.5")
    assert (status, kind.partition(";")[0]) == (200, "application/openmetrics-text")
    assert any(family.name == "musfuse_fuse_ops" for family in parse_openmetrics(text))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_a_status_and_the_reasons(standing: Host, path: str) -> None:
    status, kind, text = ask(standing, path)
    told = json.loads(text)
    assert (status, kind, told["ok"]) == (200, "application/json", True)
    assert set(told["checks"].values()) == {"ok"}


def test_who_is_not_well_answers_503(host: Host) -> None:
    host.library.catalog.database._complaint.failed(OSError(28, "No space left on device"))
    status, _, text = ask(host, "/readyz")
    assert (status, json.loads(text)["ok"]) == (503, False)
    assert "No space left" in json.loads(text)["checks"]["databases"]
    assert ask(host, "/healthz")[0] == 200


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/", "GET", {}, 404),
        ("/metrics/../healthz", "GET", {}, 404),
        ("/metrics?name=x", "GET", {}, 200),
        ("/metrics", "HEAD", {}, 200),
        ("/metrics", "POST", {}, 501),
        ("/metrics", "DELETE", {}, 501),
        ("/metrics", "GET", {"Host": "rebound.example"}, 403),
        ("/metrics", "GET", {"Host": "rebound.example:9550"}, 403),
        ("/metrics", "GET", {"Host": "127.0.0.1.example"}, 403),
        ("/metrics", "GET", {"Host": "localhost:9550"}, 200),
        ("/metrics", "GET", {"Host": "[::1]:9550"}, 200),
        ("/metrics", "GET", {"X-Long": "a" * 70_000}, 431),
    ],
)
def test_every_endpoint_answers_as_it_should(
    standing: Host, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    found, _, text = ask(standing, path, method, **headers)
    assert found == status
    assert (not text) == (method == "HEAD")


def test_who_says_nothing_keeps_nobody_out_for_good(host: Host) -> None:
    place = urlsplit(url(host))
    with ExitStack() as closing:
        for _ in range(40):
            closing.callback(socket.create_connection((place.hostname, place.port)).close)
        time.sleep(0.2)
    end = time.monotonic() + 30
    while True:  # those that were hung up on let others in
        try:
            assert ask(host, "/healthz")[0] == 200
            break
        except (ConnectionError, http.client.HTTPException):
            assert time.monotonic() < end


def test_real_prometheus_scrapes_it(host: Host, tmp_path: Path) -> None:
    prometheus = needs_program("prometheus")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    target = urlsplit(url(host)).netloc
    (tmp_path / "prometheus.yml").write_text(
        f"scrape_configs: [{{job_name: musfuse, scrape_interval: 1s, static_configs: [{{targets: ['{target}']}}]}}]"
    )
    command = [prometheus, f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/db"]
    server = subprocess.Popen(
        [*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end, value = time.monotonic() + 60, None
        while value is None:
            assert time.monotonic() < end
            try:
                asked = f"http://127.0.0.1:{port}/api/v1/query?query=musfuse_files"
                with urllib.request.urlopen(asked, timeout=5) as answer:
                    found = json.load(answer)["data"]["result"]
                value = found[0]["value"][1] if found else None
            except OSError:
                pass
            time.sleep(0.1)
        assert value == "2"
    finally:
        server.terminate()
        server.wait()


def test_promtool_finds_nothing_to_say(standing: Host) -> None:
    promtool = needs_program("promtool")
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=ask(standing, "/metrics")[2], capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert shutil.which("promtool")


WITHOUT_DESCRIPTORS = """
import os, resource, socket, threading, time
from musfuse_metrics.listener import Listener
server = Listener(socket.AF_INET, ("127.0.0.1", 0))
serving = threading.Thread(target=server.serve)
serving.start()
client = socket.socket()
client.settimeout(60)
free = os.dup(0)
os.close(free)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
client.connect(("127.0.0.1", server.port))
began = time.process_time()
time.sleep(0.3)
spent = time.process_time() - began
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
client.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
print(client.recv(100).split(b"\\r")[0].decode(), spent < 0.1)
server.close()
serving.join()
"""


def test_who_comes_where_there_are_no_descriptors_is_answered_later() -> None:
    """And nothing turns in circles meanwhile."""
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", WITHOUT_DESCRIPTORS], capture_output=True, text=True, env=env)
    assert (done.stdout, done.stderr) == ("HTTP/1.0 404 Not Found True\n", "")
