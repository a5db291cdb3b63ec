"""What a host answers about itself, as requests that a face asks."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse import __version__
from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.config import Config
from musfuse.drive import Drive
from musfuse.drive.mounts import Mounter
from musfuse.errors import FaceError, MountError
from musfuse.platform import system
from musfuse.service.port import Service
from musfuse.service.requests.owner import MountAt, ShowFilling, ShowStatus, UnmountFrom


class Mounted:
    def __init__(self, mountpoint: Path) -> None:
        self.mountpoint, self.ended = mountpoint, threading.Event()

    def withheld(self) -> list[str]:
        return [f"{self.mountpoint}: held"]

    def unmount(self, force: bool = False) -> None:
        if not force and (self.mountpoint / "busy").exists():
            raise MountError(f"{self.mountpoint}: in use")
        self.ended.set()


class Folders:
    """Mounts by nothing more than taking note of it."""

    name = "folders"

    def check(self, mountpoint: Path, options: object = ()) -> None:
        if not mountpoint.is_dir():
            raise MountError(f"{mountpoint}: no such folder")

    def mount(self, drive: Drive, mountpoint: Path, options: object = ()) -> Mounted:
        self.check(mountpoint)
        return Mounted(mountpoint)


@pytest.fixture
def host(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)  # only a main thread hears signals
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    (tmp_path / "mnt").mkdir()
    mounter: Mounter = Folders()
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", Config(), closing, sources=[music])
        made, ready = Host(library, lambda: mounter, stays=True), threading.Event()
        thread = threading.Thread(target=lambda: made.run((), lambda _: ready.set()))
        thread.start()
        closing.callback(thread.join)
        closing.callback(made.stop)
        assert ready.wait(60)
        yield made


@pytest.fixture
def service(host: Host) -> Service:
    return host._service()


def test_status_tells_what_there_is(host: Host, service: Service, music: Path) -> None:
    filling = service.call(ShowFilling())
    host.jobs.runner.wait(filling.job)
    status = service.call(ShowStatus())
    assert (status.version, status.pid, status.stays) == (__version__, os.getpid(), True)
    assert (status.sources, status.mounts, status.empty, status.unscanned) == ((str(music),), (), (), ())
    assert (status.tree.files, status.tree.folders, status.open_files) == (1, 2, 0)
    assert status.scan is not None
    assert (status.scan.state, status.scan.done) == ("done", 1)
    opened = host.library.drive.open("Ann/Lib/One.flac")
    assert service.call(ShowStatus()).open_files == 1
    host.library.drive.close(opened.handle)


def test_a_drive_is_mounted_with_more_sources_and_unmounted(host: Host, service: Service, tmp_path: Path) -> None:
    sound.write(tmp_path / "more/2.flac", artist="Ann", album="Lib", title="Two")
    mounted = service.call(MountAt(tmp_path / "mnt", (), (str(tmp_path / "more"),)))
    assert mounted.mountpoint == str(tmp_path / "mnt")
    host.jobs.runner.wait(host.jobs.runner.asked("scan"))
    status = service.call(ShowStatus())
    assert (status.mounts, status.faces, status.tree.files) == ((mounted.mountpoint,), (mounted.mountpoint,), 2)
    assert status.withheld == (f"{tmp_path / 'mnt'}: held",)
    (tmp_path / "mnt/busy").touch()
    with pytest.raises(MountError, match="in use"):
        service.call(UnmountFrom(tmp_path / "mnt"))
    unmounted = service.call(UnmountFrom(tmp_path / "mnt", force=True))
    assert (unmounted.pid, unmounted.last) == (os.getpid(), False)  # it stays
    assert service.call(ShowStatus()).mounts == ()


def test_what_cannot_be_mounted_is_an_answer(service: Service, tmp_path: Path) -> None:
    with pytest.raises(MountError, match="no such folder"):
        service.call(MountAt(tmp_path / "none"))
    with pytest.raises(FaceError, match="not shown there"):
        service.call(UnmountFrom(tmp_path / "none"))
