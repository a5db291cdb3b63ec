"""Work that a command begins: the same whether another process owns the library or not."""

import threading
from pathlib import Path

import pytest
import sound

from musfuse.app.connection import Connection
from musfuse.app.sections import default_sections
from musfuse.cli.following import follow
from musfuse.config.load import load_config
from musfuse.errors import ConfigError
from musfuse.jobs import State
from musfuse.origins import LocalOrigin
from musfuse.service.requests.events import Watch
from musfuse.service.requests.jobs import ListJobs, ShowJob
from musfuse.service.requests.owner import BeginIndex, BeginScan, MountAt, ShowStatus
from musfuse.store.jobtable import read_jobs


@pytest.fixture
def state(tmp_path: Path, music: Path) -> Path:
    for n in range(4):
        sound.write(music / f"{n}/{n}.wav", 3000, title=str(n), seed=n)
    return tmp_path / "state"


def connection(state: Path, make: bool = False) -> Connection:
    return Connection(state, lambda: load_config(default_sections(), env={}).config, make=make)


def test_a_scan_without_an_owner_is_a_job_and_nothing_follows(state: Path, music: Path) -> None:
    with connection(state, make=True) as service:
        job = follow(service, service.call(BeginScan((str(music),))).job, quiet=True)
        assert service.call(ShowJob(job.id)) == job  # its own, while it has the library
        assert not service.is_owned
    assert (job.id, job.kind, job.state, job.done, job.result["read"]) == (1, "scan", "done", 4, 4)
    with connection(state) as service:
        index = follow(service, service.call(BeginIndex()).job, quiet=True)
    assert (index.id, index.state, index.result) == (2, "done", {"indexed": 4, "failed": 0, "there": 4})
    with connection(state) as service:
        assert [(job.id, job.kind) for job in service.call(ListJobs())] == [(2, "index"), (1, "scan")]
        assert service.call(ShowStatus()).tree.files == 4


def test_what_happens_meanwhile_can_be_followed(state: Path, music: Path) -> None:
    with connection(state, make=True) as service:
        service.call(BeginScan((str(music),)))
        with service.follow(Watch(kinds=("job_changed",))) as events:
            again = service.call(BeginScan()).job
            for event in events:
                if event.data["job"] == again and event.data["state"] == "done":
                    break


def test_a_library_that_is_of_no_use_leaves_nothing(state: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no sources yet"), connection(state, make=True) as service:
        service.call(BeginScan())
    assert not state.exists()
    with pytest.raises(ConfigError, match="no such folder"), connection(state, make=True) as service:
        service.call(BeginScan((str(tmp_path / "nowhere"),)))
    assert not state.exists()


def test_who_leaves_cancels_what_runs_and_keeps_what_is_there(
    state: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, real = threading.Semaphore(0), LocalOrigin.list

    def watched(origin: LocalOrigin, path: str):  # type: ignore[no-untyped-def]
        begun.release()
        if path:
            gone.wait(60)
        return real(origin, path)

    monkeypatch.setattr(LocalOrigin, "list", watched)
    gone = threading.Event()
    with pytest.raises(KeyboardInterrupt), connection(state, make=True) as service:
        service.call(BeginScan((str(music),)))
        assert begun.acquire(timeout=60)
        threading.Timer(0.2, gone.set).start()
        raise KeyboardInterrupt
    (scan,) = read_jobs(state / "jobs.db")
    assert scan.state is State.CANCELLED
    assert (state / "catalog.db").exists()


def test_only_an_owner_mounts(state: Path, music: Path) -> None:
    with connection(state, make=True) as service:
        service.call(BeginScan((str(music),)))
    with pytest.raises(ConfigError, match="only a process that owns the library"), connection(state) as service:
        service.call(MountAt(Path("/mnt")))
