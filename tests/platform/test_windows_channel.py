"""Endpoints of the control channel, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from musfuse.errors import ControlError

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from windows_here import here, windows  # noqa: F401 - fixtures


def test_only_who_can_read_the_token_is_trusted(windows: Any, tmp_path: Path) -> None:
    """Any user's program may connect to a port."""
    path = tmp_path / "drive.sock"
    with closing(windows.listen(path)) as server:
        port = server.getsockname()[1]
        assert server.getsockname()[0] == "127.0.0.1"
        assert path.stat().st_mode & 0o077 == 0

        def trusted(client: socket.socket) -> bool:
            with closing(client), closing(server.accept()[0]) as accepted:
                client.shutdown(socket.SHUT_WR)
                return bool(windows.is_trusted(accepted, path))

        assert trusted(windows.connect(path, 5))
        token = path.read_text().split()[1]
        for said in (b"", b"\n", b"0" * 64 + b"\n", token[:-1].encode() + b"\n\n", b"\xff" * 65):
            client = socket.create_connection(("127.0.0.1", port), 5)
            client.sendall(said)
            assert not trusted(client)
        path.write_text("no token")
        client = socket.create_connection(("127.0.0.1", port), 5)
        client.sendall(token.encode() + b"\n")
        assert not trusted(client)
    with pytest.raises(ControlError, match="cannot hold an endpoint"):
        windows.listen(tmp_path / "missing/s")
    with pytest.raises(OSError):
        windows.connect(tmp_path / "missing", 1)


def test_endpoints_lie_in_the_users_profile(windows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUSFUSE_RUNTIME_DIR")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "profile"))
    made = windows.runtime_folder()
    assert str(made) == f"{tmp_path}/profile\\musfuse\\run"
    assert made.is_dir()
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "file"))
    with pytest.raises(ControlError, match="name another folder in MUSFUSE_RUNTIME_DIR"):
        windows.runtime_folder()
