"""Endpoints of the control channel on Windows: pipes of one user, whose name stands in a folder of that user."""

import os
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import ControlError

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

from musfuse.platform.windows import channel


def test_a_message_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    with closing(channel.listen(path)) as server, channel.connect(path, 5) as client:
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"ping")
            assert accepted.recv(10) == b"ping"
            accepted.sendall(b"pong")
            assert client.recv(10) == b"pong"
            assert not channel.hung_up(accepted)
            client.close()
            assert channel.hung_up(accepted)
            assert accepted.recv(10) == b""


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        channel.connect(tmp_path / "missing.sock", 1)
    path = tmp_path / "stale.sock"
    channel.listen(path).close()
    with pytest.raises(FileNotFoundError):
        channel.connect(path, 1)
    for text in ("", "12345 token", "\\\\.\\pipe\\other", "\\\\.\\pipe\\musfuse-..\\x", "\u00e9" * 400):
        path.write_text(text, "utf-8")
        with pytest.raises(ValueError):
            channel.connect(path, 1)
    channel.remove_endpoint(path)
    channel.remove_endpoint(path)
    assert not path.exists()
    with pytest.raises(ControlError, match="cannot hold an endpoint"):
        channel.listen(tmp_path / "missing" / "s")


def test_an_endpoint_that_somebody_has_open_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    with closing(channel.listen(path)), path.open("rb"):
        channel.remove_endpoint(path)  # raises nothing
    channel.remove_endpoint(path)
    assert not path.exists()


def test_names_are_never_the_same(tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    names = set()
    for _ in range(3):
        channel.listen(path).close()
        names.add(path.read_text())
    assert len(names) == 3
    assert os.listdir(tmp_path) == ["drive.sock"]


def test_the_folder_of_endpoints_is_this_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "a" / "run"))
    assert channel.runtime_folder() == tmp_path / "a" / "run" == channel.runtime_folder()
    monkeypatch.delenv("MUSFUSE_RUNTIME_DIR")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "profile"))
    assert channel.runtime_folder() == tmp_path / "profile" / "musfuse" / "run"
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "file"))
    with pytest.raises(ControlError, match="name another folder in MUSFUSE_RUNTIME_DIR"):
        channel.runtime_folder()
    monkeypatch.setattr(channel.acl, "is_ours", lambda path: False)
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(ControlError, match="belongs to somebody else"):
        channel.runtime_folder()


def test_clients_that_say_nothing_keep_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "drive.sock"
    with closing(channel.listen(path)) as server:
        idle = [channel.connect(path, 5)]
        served = [server.accept()[0]]
        for _ in range(40):
            idle.append(channel.connect(path, 5))
            served.append(server.accept()[0])
        idle[-1].sendall(b"x")
        assert served[-1].recv(1) == b"x"
        for connection in (*idle, *served):
            connection.close()


def test_many_at_once(tmp_path: Path) -> None:
    """Each is queued until it is accepted."""
    path, got = tmp_path / "drive.sock", list[bytes]()
    with closing(channel.listen(path)) as server:

        def ask(number: int) -> None:
            with channel.connect(path, 20) as client:
                client.sendall(bytes([number]))
                got.append(client.recv(1))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for _ in threads:
            with server.accept()[0] as accepted:
                accepted.sendall(accepted.recv(1))
        for thread in threads:
            thread.join()
    assert sorted(got) == [bytes([number]) for number in range(20)]
