"""The face of the metrics: it runs beside what a host lives for, and stops nothing."""

import http.client
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from musfuse_metrics.face import MetricsFace

from monitoring.conftest import Watch, url
from musfuse.errors import FaceError
from musfuse.service.requests.owner import ShowStatus


def test_an_address_in_use_is_said_and_the_host_goes_on(watch: Watch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(FaceError, match=f"{place} cannot be listened at"):
            MetricsFace(place).check()
        host = watch(metrics__listen=place)
    assert host.faces.active() == []
    assert any(place in said for said in host._service().call(ShowStatus()).unwritten or ())


def test_a_host_does_not_live_for_it(watch: Watch) -> None:
    host = watch(metrics__listen="127.0.0.1:0")
    assert url(host).startswith("http://127.0.0.1:")
    host.stays = False
    assert host.is_idle()


def test_it_ends_with_its_host(watch: Watch) -> None:
    host = watch(metrics__listen="[::1]:0")
    place = urlsplit(url(host))
    assert place.hostname == "::1"
    host.stop()
    host.faces.running(MetricsFace)[0].ended.wait(30)
    with pytest.raises(OSError):
        http.client.HTTPConnection(place.netloc, timeout=5).connect()


def test_without_an_address_there_is_none(watch: Watch) -> None:
    host = watch()
    assert host.faces.active() == []
    assert host.library.drives.recorder is None


def test_it_loads_no_server_of_pythons_and_no_tables_of_names() -> None:
    code = (
        "import sys; from musfuse_metrics.face import MetricsFace; MetricsFace('localhost:0').check();"
        " print(sorted({'socketserver', 'http', 'ssl', 'encodings.idna', 'stringprep'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
