"""A host ends once what is open on its drives is closed, or at once; nothing is opened meanwhile."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from patient import until

from app.hosting import run_host
from musfuse.app.ending import Ending
from musfuse.app.host import Host
from musfuse.drive import Drive
from musfuse.errors import FaceError, LeavingError
from musfuse.platform import system

SIGNALS: list[Callable[[], None]] = []
PATH = "Ann/Lib/One.flac"


@pytest.fixture
def reading(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A host with one file that is open, by its handle; and what waits until its end is asked for."""
    monkeypatch.setattr(system, "on_terminate", SIGNALS.append)
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    with ExitStack() as closing:
        host = run_host(tmp_path / "state", music, closing, index__background=False, follow__enabled=False)
        host.jobs.runner.wait(host.jobs.runner.asked("scan"), 60)
        yield host, host.library.drive, host.library.drive.open(PATH).handle


def is_over(host: Host) -> bool:
    return all(thread.name != "control" for thread in threading.enumerate())


def test_what_is_open_is_read_to_its_end(reading: tuple[Host, Drive, int]) -> None:
    host, drive, handle = reading
    host.stop(60)
    until(lambda: refuses(drive))
    with pytest.raises(FaceError, match="about to end"):
        host.mount(Path("/nowhere"))
    host.stop(60)  # said again, it goes on waiting
    assert not is_over(host)
    assert drive.read_at(handle, 0, 4) == b"fLaC"
    drive.close(handle)
    until(lambda: is_over(host), 30)


@pytest.mark.expects_errors
def test_what_stays_open_is_not_waited_for_longer_than_was_said(
    reading: tuple[Host, Drive, int], caplog: pytest.LogCaptureFixture
) -> None:
    host, _, _ = reading
    host.stop(0.05)
    until(lambda: is_over(host), 30)
    assert "1 file still open" in caplog.text


@pytest.mark.expects_errors
def test_who_is_told_twice_hurries(reading: tuple[Host, Drive, int]) -> None:
    host, drive, _ = reading
    host.stop(600)
    until(lambda: refuses(drive))
    host._ending.told()
    until(lambda: is_over(host), 30)


def test_a_signal_is_answered_gracefully(reading: tuple[Host, Drive, int]) -> None:
    host, drive, handle = reading
    SIGNALS[-1]()
    until(lambda: refuses(drive))
    drive.close(handle)
    until(lambda: is_over(host), 30)


def test_where_nothing_is_open_nothing_is_waited_for() -> None:
    ending = Ending()
    ending.gracefully(600)
    assert ending.drain([]) == 0


def refuses(drive: Drive) -> bool:
    try:
        drive.close(drive.open(PATH).handle)
    except LeavingError:
        return True
    return False
