"""Whether a host is well, and what it says where it is not."""

import shutil
import threading
from pathlib import Path

import pytest
from monitoring.conftest import Watch, watch  # noqa: F401 - a fixture
from musfuse_grpc import face
from patient import until

from musfuse.app import health
from musfuse.app.health import OwnerHealth
from musfuse.app.host import Host
from musfuse.service.requests.monitoring import ShowHealth


def problems(made: OwnerHealth, alive: bool = False) -> dict[str, str]:
    return {check.name: check.problem for check in made.look(ShowHealth(alive)).checks if check.problem}


def test_a_host_at_work_is_well(watch: Watch) -> None:
    host = watch()
    assert problems(OwnerHealth(host)) == problems(OwnerHealth(host), alive=True) == {}


def test_a_thread_that_ended_is_told(watch: Watch) -> None:
    host = watch()
    ended = threading.Thread(target=lambda: None, name="jobs (disk)")
    ended.start()
    ended.join()
    host.jobs.runner._threads["disk"] = ended  # type: ignore[index]
    assert problems(OwnerHealth(host), alive=True) == {"threads": "jobs (disk) ended; restart musfuse"}


def test_a_mount_that_hangs_costs_one_thread(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    host, hang, asked = watch(), threading.Event(), list[str]()
    monkeypatch.setattr(host, "mounts", lambda: ["/mnt/drive"])
    really = shutil.disk_usage

    def usage(place: object) -> object:
        if place == "/mnt/drive":
            asked.append(str(place))
            hang.wait(60)
        return really("/")

    monkeypatch.setattr(health.shutil, "disk_usage", usage)
    made = OwnerHealth(host, seconds=0.05)
    assert "does not answer within" in problems(made)["mount /mnt/drive"]
    assert "still does not answer" in problems(made)["mount /mnt/drive"]
    assert asked == ["/mnt/drive"]
    hang.set()
    made._asked["/mnt/drive"].join()
    assert OwnerHealth(host).look(ShowHealth()).is_well


def test_a_mount_that_is_gone_is_told(watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host: Host = watch()
    monkeypatch.setattr(host, "mounts", lambda: [str(tmp_path / "gone")])
    assert "No such file" in problems(OwnerHealth(host))[f"mount {tmp_path / 'gone'}"]


def test_what_was_asked_for_and_does_not_run_is_told(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """As gRPC that is enabled and not installed, and a cache whose folder cannot be used."""
    monkeypatch.setattr(face, "_NEEDED", ("grpc_that_is_not_there",))
    host = watch(grpc__enabled=True)
    until(lambda: host.unwatched)
    monkeypatch.setattr(type(host.library.stores.chunks), "problem", "chunks: read-only")
    said = "grpc.enabled: grpc_that_is_not_there is not installed; `pip install 'musfuse[grpc]'` brings it"
    assert problems(OwnerHealth(host)) == {"faces": said, "cache": "chunks: read-only"}
    assert problems(OwnerHealth(host), alive=True) == {}
    assert OwnerHealth(host).hung() == "", "nothing is begun anew for it"


def test_a_full_disk_is_told_before_anything_fails(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    host = watch()
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert "only 1000 bytes are free" in health._room_problem(host.library.folder, health.shutil.disk_usage)
