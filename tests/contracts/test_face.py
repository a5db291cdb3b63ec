"""What every face must hold: run against mounts through FUSE and through the simulated WinFsp, and one that only tests
know."""

import errno
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import sound
from conftest import fuse_works
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from faces.shown import ShownByFuse, ShownByWinFsp
from musfuse_fuse.mount import FuseFace
from musfuse_winfsp.mount import WinFspFace
from toyface import ToyFace
from winfsp.conftest import simulation  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.errors import FaceError
from musfuse.service.face import Face, Reach, RunningFaces
from musfuse.service.mounting import MountFace

FACES = ("fuse", "winfsp", "toy")
SONG = "Ann/Lib/01 - One.flac"


@dataclass
class Bench:
    """A library, and how one kind of face is made and used. `vanish` ends a face from its other side."""

    library: Library
    make: Callable[[], Face]
    impossible: Callable[[], Face]
    names: Callable[[], list[str]]
    read: Callable[[str], bytes]
    hold: Callable[[str], AbstractContextManager[object]]
    vanish: Callable[[], object] | None

    @property
    def reach(self) -> Reach:
        return Reach(self.library.drive, self.library.handlers)


@pytest.fixture(params=FACES)
def bench(request: pytest.FixtureRequest, music: Path, tmp_path: Path) -> Iterator[Bench]:
    tags = {"artist": "Ann", "album": "Lib"}
    sound.write(music / "1.wav", 50_000, **tags, title="One", tracknumber="1")
    sound.write(music / "2.flac", 40_000, **tags, title="Two", tracknumber="2")
    if request.param == "winfsp":
        _, _, lib = request.getfixturevalue("simulation")
        shown = lambda: ShownByWinFsp(next(iter(lib.volumes.values())).kernel)  # noqa: E731
        made = _mounts(lambda: WinFspFace("Music"), Path("M:"), Path("\\\\a\\b\\c"), shown)
        made["vanish"] = None
    elif request.param == "fuse":
        if not fuse_works():
            pytest.skip("no FUSE here: /dev/fuse or fusermount3 is missing")
        mnt = tmp_path / "mnt"
        mnt.mkdir()
        made = _mounts(lambda: FuseFace("mfusepy", 10, False), mnt, tmp_path / "none", lambda: ShownByFuse(mnt))
        made["vanish"] = lambda: subprocess.run(["fusermount3", "-u", mnt], check=True)
    else:
        made = _toy(tmp_path)
    with ExitStack() as closing:
        bench = Bench(request.getfixturevalue("make_library")(), **made)  # type: ignore[arg-type]
        faces: list[Face] = []
        make = bench.make

        def kept() -> Face:
            faces.append(make())
            closing.callback(faces[-1].stop, force=True)
            return faces[-1]

        bench.make = kept
        yield bench


def _mounts(mounter: Callable[[], object], place: Path, wrong: Path, shown: Callable[[], object]) -> dict[str, object]:
    return {
        "make": lambda: MountFace(mounter(), place),  # type: ignore[arg-type]
        "impossible": lambda: MountFace(mounter(), wrong),  # type: ignore[arg-type]
        "names": lambda: sorted(shown().entries("Ann/Lib")),  # type: ignore[attr-defined]
        "read": lambda path: _whole(shown().open(path)),  # type: ignore[attr-defined]
        "hold": lambda path: shown().open(path),  # type: ignore[attr-defined]
    }


def _whole(opened: AbstractContextManager[tuple[int, Callable[[int, int], bytes]]]) -> bytes:
    with opened as (size, read):
        return read(0, size)


def _toy(folder: Path) -> dict[str, object]:
    path = folder / "toy.sock"

    @contextmanager
    def connected(file: str = "") -> Iterator[Callable[[str, str], object]]:
        with ExitStack() as closing:
            connection = closing.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(str(path))
            lines = closing.enter_context(connection.makefile())

            def ask(what: str, of: str) -> object:
                connection.sendall(json.dumps([what, of]).encode() + b"\n")
                answer = json.loads(lines.readline())
                if isinstance(answer, dict):
                    raise OSError(answer["errno"], answer["error"])
                return answer

            if file:
                ask("read", file)
            yield ask
            with suppress(OSError):  # it may be gone
                connection.shutdown(socket.SHUT_WR)
                lines.read()  # to its end, when the face knows that nobody is there any more

    def asked(what: str, of: str) -> object:
        with connected() as ask:
            return ask(what, of)

    (folder / "taken").write_text("")
    return {
        "make": lambda: ToyFace(path),
        "impossible": lambda: ToyFace(folder / "taken"),
        "names": lambda: sorted(name for name, _ in asked("list", "Ann/Lib")),  # type: ignore[attr-defined]
        "read": lambda file: bytes.fromhex(str(asked("read", file))),
        "hold": connected,
        "vanish": lambda: asked("end", ""),
    }


def test_it_shows_the_drive_once_it_started(bench: Bench) -> None:
    face = bench.make()
    face.check()
    assert not face.ended.is_set()
    face.start(bench.reach)
    assert not face.ended.is_set()
    assert bench.names() == ["01 - One.flac", "02 - Two.flac"]
    drive = bench.library.drive
    opened = drive.open(SONG)
    assert bench.read(SONG) == drive.read_at(opened.handle, 0, opened.size)
    drive.close(opened.handle)
    with pytest.raises(OSError) as caught:
        bench.read("Ann/Lib/none")
    assert caught.value.errno == errno.ENOENT


def test_what_it_shows_changes_with_the_library(bench: Bench, music: Path) -> None:
    bench.make().start(bench.reach)
    assert len(bench.names()) == 2
    sound.write(music / "3.flac", 9000, artist="Ann", album="Lib", title="Three", tracknumber="3")
    bench.library.scan_all(bench.library.scanner())
    assert bench.names()[2:] == ["03 - Three.flac"]


def test_it_is_gone_once_it_stopped_and_can_be_started_anew(bench: Bench) -> None:
    for _ in range(3):
        face = bench.make()
        face.start(bench.reach)
        assert bench.names()
        face.stop()
        assert face.ended.is_set()
        face.stop()
        face.stop(force=True)
        with pytest.raises((OSError, StopIteration)):
            bench.read(SONG)
    assert bench.library.drive.open_handles == 0


def test_who_uses_it_keeps_it_unless_it_is_forced(bench: Bench) -> None:
    face = bench.make()
    face.start(bench.reach)
    with bench.hold(SONG):
        with pytest.raises(FaceError) as refused:
            face.stop()
        assert face.name.removeprefix("toy:") in str(refused.value)
        assert not face.ended.is_set()
        assert len(bench.names()) == 2
    held = bench.hold(SONG)
    held.__enter__()
    face.stop(force=True)
    with suppress(OSError, AssertionError):  # the simulated kernel asserts that a volume which is gone gets no call
        held.__exit__(None, None, None)
    assert face.ended.wait(20)


def test_what_cannot_start_says_so_before_and_leaves_nothing(bench: Bench) -> None:
    for act in (lambda face: face.check(), lambda face: face.start(bench.reach)):
        face = bench.impossible()
        with pytest.raises(FaceError) as refused:
            act(face)
        assert len(str(refused.value)) > 10
        face.stop()
    bench.make().start(bench.reach)
    assert bench.names()


def test_a_host_sees_where_it_is_and_that_it_went(bench: Bench) -> None:
    running = RunningFaces(bench.reach)
    face = bench.make()
    name = running.start(face)
    assert running.active() == [name] == [face.name]
    with pytest.raises(FaceError, match="already"):
        running.start(bench.make())
    if bench.vanish:
        bench.vanish()
        assert face.ended.wait(20)
    else:
        running.stop(name)
    assert running.active() == []
    with pytest.raises(FaceError, match="not shown"):
        running.stop(name)
