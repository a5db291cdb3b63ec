"""Who answers a request: this process, the library's owner, or nobody; who asks cannot tell."""

import sqlite3
import threading
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import sound

from musfuse.app.connection import Connection
from musfuse.app.host import Host
from musfuse.app.library import Library, open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.control import Server
from musfuse.control.client import UntakenError
from musfuse.control.protocol import endpoint
from musfuse.drive.mounts import Mounter
from musfuse.errors import ConfigError, ControlError, StoreError
from musfuse.platform import system
from musfuse.service.requests.events import Watch
from musfuse.service.requests.library import ListReport
from musfuse.service.requests.owner import BeginScan, MountAt, ShowStatus
from musfuse.service.requests.sources import AddSources, ListSources


def no_mounter() -> Mounter:
    raise AssertionError("a mounter was asked for without a mount")


@pytest.fixture
def state(tmp_path: Path, music: Path) -> Path:
    """A library of one track and a file that is not shown, that nobody owns."""
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    (music / "broken.flac").write_bytes(b"fLaC")
    library = open_library(tmp_path / "state", Config(), sources=[music])
    library.scan_all(library.scanner())
    library.close()
    return tmp_path / "state"


@pytest.fixture
def owned(state: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The same, with an owner."""
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)  # only a main thread hears signals
    with ExitStack() as stack:
        library = open_library(state, Config(), stack)
        host, ready = Host(library, no_mounter, stays=True), threading.Event()
        thread = threading.Thread(target=lambda: host.run((), lambda _: ready.set()))
        thread.start()
        stack.callback(thread.join)
        stack.callback(host.stop)
        assert ready.wait(60)
        host.ready.wait()
        yield library


def connection(state: Path, make: bool = False) -> Connection:
    return Connection(state, Config, make=make)


def asked(place: Path) -> tuple[str, str]:
    return str(place), str(place)


def answers(service: Connection) -> tuple[object, ...]:
    report = [(Path(line.path).name, line.reason) for line in service.rows(ListReport())]
    return service.call(ListSources()), report, service.call(ShowStatus()).tree.files


def test_the_answers_are_the_same_with_an_owner_and_without(state: Path, request: pytest.FixtureRequest) -> None:
    with connection(state) as service:
        before = answers(service)
        assert not service.is_owned
    request.getfixturevalue("owned")
    with connection(state) as service:
        assert service.is_owned
        assert answers(service) == before
    assert before[2] == 1
    assert [name for name, _ in before[1]] == ["broken.flac"]  # type: ignore[attr-defined]


def test_who_only_reads_owns_nothing_and_changes_nothing(state: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in state.iterdir() if path.suffix in (".db", ".lock")}
    with connection(state) as first, connection(state) as second:
        assert first.call(ListSources()) == second.call(ListSources())
        library = open_library(state, Config())  # nobody stands in its way
        library.close()
    assert {name: (state / name).stat().st_mtime_ns for name in before}.keys() == before.keys()


def test_a_change_is_made_by_the_owner_where_there_is_one(owned: Library, state: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    with connection(state) as service:
        service.call(AddSources((asked(tmp_path / "more"),)))
    assert [row.root for row in owned.sources.rows()][-1] == str(tmp_path / "more")


def test_a_change_without_an_owner_owns_the_library_for_that_long(state: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    with connection(state) as service:
        service.call(AddSources((asked(tmp_path / "more"),)))
        with connection(state) as other:
            assert [told.location for told in other.call(ListSources())][-1] == str(tmp_path / "more")
    library = open_library(state, Config())
    assert len(library.sources.rows()) == 2
    library.close()


def test_a_library_is_made_only_where_that_is_asked_for_and_stays_only_where_it_is_of_use(
    tmp_path: Path, music: Path
) -> None:
    new = tmp_path / "new"
    with pytest.raises(ConfigError, match="no library"), connection(new) as service:
        service.call(AddSources((asked(music),)))
    assert not new.exists()
    with pytest.raises(ConfigError), connection(new, make=True) as service:
        service.call(AddSources((asked(tmp_path / "none"),)))
    assert not new.exists()
    with connection(new, make=True) as service:
        service.call(AddSources((asked(music),)))
    assert new.exists()


def test_what_cannot_be_read_here_is_asked_of_the_owner(owned: Library, state: Path) -> None:
    """As where the owner is another version, whose catalog only it knows."""
    with closing(sqlite3.connect(state / "catalog.db")) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version={version + 1}")
    with connection(state) as service:
        assert len(service.call(ListSources())) == 1
        assert len(list(service.rows(ListReport()))) == 1


def test_without_an_owner_what_cannot_be_read_is_an_error(state: Path) -> None:
    with closing(sqlite3.connect(state / "catalog.db")) as db:
        db.execute("PRAGMA user_version=999")
    with pytest.raises(StoreError, match="newer musfuse"), connection(state) as service:
        service.call(ListSources())


def test_nothing_happens_in_a_library_that_nobody_has(state: Path) -> None:
    with (
        connection(state) as service,
        pytest.raises(ControlError, match="no process has this library"),
        service.follow(Watch()),
    ):
        pass


def test_what_happens_is_followed_until_the_owner_ends(owned: Library, state: Path) -> None:
    with connection(state) as service, service.follow(Watch(kinds=("job_changed",))) as events:
        job = service.call(BeginScan()).job
        for event in events:
            if event.data["job"] == job and event.data["state"] == "done":
                break


def test_what_an_owner_that_ends_did_not_take_up_is_asked_anew(state: Path, tmp_path: Path) -> None:
    ending, lock = Server(endpoint(state), {}), system.ProcessLock(StateFolder(state).lock)
    assert lock.acquire()
    (tmp_path / "more").mkdir()
    with connection(state) as service:
        assert service.is_owned
        ending.close()
        release = threading.Timer(0.1, lock.release)  # as its process ends
        release.start()
        service.call(AddSources((asked(tmp_path / "more"),)))
        assert not service.is_owned
        assert len(service.call(ListSources())) == 2
    release.join()


def test_what_only_an_owner_does_is_not_said_to_be_done_where_it_ends(state: Path, tmp_path: Path) -> None:
    ending = Server(endpoint(state), {})
    with connection(state) as status, connection(state) as mounting:
        assert status.is_owned
        assert mounting.is_owned
        ending.close()
        assert status.call(ShowStatus()).pid is None
        with pytest.raises(UntakenError):
            mounting.call(MountAt(tmp_path))
