"""Endpoints of the control channel, on Linux itself."""

import os
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import ControlError
from musfuse.platform import posix

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from posix_child import root_only

from musfuse.platform import posix


def test_the_folder_of_sockets_is_this_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "a/run"))
    assert posix.runtime_folder() == tmp_path / "a/run"
    (tmp_path / "a/run").chmod(0o777)
    posix.runtime_folder()
    assert stat.S_IMODE((tmp_path / "a/run").stat().st_mode) == 0o700
    monkeypatch.delenv("MUSFUSE_RUNTIME_DIR")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert posix.runtime_folder() == tmp_path / "musfuse"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert posix.runtime_folder() == tmp_path / f"musfuse-{os.getuid()}"


@root_only
def test_a_folder_of_sockets_that_somebody_else_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", 65534, 65534)
    with pytest.raises(ControlError, match="belongs to somebody else"):
        posix.runtime_folder()
    (tmp_path / "run").rmdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "run").symlink_to("mine")  # may be led elsewhere later
    with pytest.raises(ControlError, match="belongs to somebody else"):
        posix.runtime_folder()
    (tmp_path / "run").unlink()
    (tmp_path / "run").write_bytes(b"")
    with pytest.raises(ControlError, match="cannot hold the sockets"):
        posix.runtime_folder()


def test_a_socket_is_this_users_alone_and_takes_the_place_of_a_dead_one(tmp_path: Path) -> None:
    path = tmp_path / "s"
    umask = os.umask(0)
    os.umask(umask)
    posix.listen(path).close()
    with pytest.raises(ConnectionRefusedError):
        posix.connect(path, 1)
    with closing(posix.listen(path)) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with closing(posix.connect(path, 5)) as client:
            accepted, _ = server.accept()
            accepted.sendall(b"hello")
            accepted.close()
            assert client.recv(10) == b"hello"
            assert client.gettimeout() == 5
    assert os.umask(umask) == umask
    for wrong in (tmp_path / "missing/s", tmp_path / ("x" * 200)):
        with pytest.raises(ControlError, match="cannot hold a socket"):
            posix.listen(wrong)
        with pytest.raises(OSError):
            posix.connect(wrong, 1)


def test_more_callers_than_are_accepted_at_once_are_queued(tmp_path: Path) -> None:
    with closing(posix.listen(tmp_path / "s")) as server:
        clients = []

        def call() -> None:
            clients.append(posix.connect(tmp_path / "s", 20))

        threads = [threading.Thread(target=call) for _ in range(40)]
        for thread in threads:
            thread.start()
        accepted = [server.accept()[0] for _ in threads]
        for thread in threads:
            thread.join()
        assert len(clients) == 40
        for connection in (*clients, *accepted):
            connection.close()
