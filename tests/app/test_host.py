"""The process that owns a library, with faces and without."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from toyface import ToyFace

from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.config import Config
from musfuse.control import Client, find_owner
from musfuse.drive.mounts import Mounter
from musfuse.errors import FaceError
from musfuse.platform import system
from musfuse.service.face import Face

Hosted = Callable[..., tuple[Host, threading.Thread]]


def no_mounter() -> Mounter:
    raise AssertionError("a mounter was asked for without a mount")


@pytest.fixture
def hosted(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    """Runs a host on a thread until the test ends."""
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)  # only a main thread hears signals
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    with ExitStack() as closing:

        def host(*faces: Face, stays: bool = False) -> tuple[Host, threading.Thread]:
            library = open_library(tmp_path / "state", Config(), closing, sources=[music])
            made, ready = Host(library, no_mounter, stays=stays), threading.Event()
            thread = threading.Thread(target=lambda: made.run(faces, lambda _: ready.set()))
            thread.start()
            closing.callback(thread.join)
            closing.callback(made.stop)
            assert ready.wait(60)
            return made, thread

        yield host


def owner(tmp_path: Path) -> Client:
    client = find_owner(tmp_path / "state")
    assert client is not None
    return client


def test_a_library_is_owned_without_any_face(hosted: Hosted, tmp_path: Path) -> None:
    host, thread = hosted(stays=True)
    with owner(tmp_path) as client:
        status = client.call("status")
        assert (status["mounts"], status["faces"], status["stays"], status["pid"]) == ([], [], True, os.getpid())
        client.call("scan", sources=[])
        assert not host.is_idle()
        assert client.call("stop") == {"pid": os.getpid(), "open_files": 0}
    thread.join(60)
    assert not thread.is_alive()
    assert find_owner(tmp_path / "state") is None


def test_faces_run_in_a_host_whatever_they_are(hosted: Hosted, tmp_path: Path) -> None:
    faces = [ToyFace(tmp_path / "a.sock"), ToyFace(tmp_path / "b.sock")]
    host, thread = hosted(*faces)
    with owner(tmp_path) as client:
        status = client.call("status")
        assert (status["mounts"], status["faces"]) == ([], [face.name for face in faces])
        host.faces.stop(faces[1].name)
        assert client.call("status")["faces"] == [faces[0].name]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / "a.sock"))
        connection.sendall(b'["end", ""]\n')
        thread.join(60)
    assert not thread.is_alive()  # the last one is gone, and nobody said that it stays


def test_a_face_that_cannot_start_takes_the_others_down(hosted: Hosted, tmp_path: Path, music: Path) -> None:
    (tmp_path / "taken").write_text("")
    first, second = ToyFace(tmp_path / "a.sock"), ToyFace(tmp_path / "taken")
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", Config(), closing, sources=[music])
        host = Host(library, no_mounter, stays=True)
        with pytest.raises(FaceError, match="taken"):
            host.run([first, second], lambda _: None)
    assert first.ended.is_set()
    assert not (tmp_path / "a.sock").exists()
    assert find_owner(tmp_path / "state") is None
