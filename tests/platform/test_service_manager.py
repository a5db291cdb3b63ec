"""systemd, played by a socket."""

import os
import socket
from pathlib import Path

import pytest

from musfuse.platform.service_manager import ServiceManager

pytestmark = pytest.mark.skipif(os.name == "nt", reason="systemd is Linux's")


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(tmp_path / "notify"))
    made.settimeout(10)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    return made


def heard(manager: socket.socket) -> dict[str, str]:
    return dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())


def test_what_it_is_told(manager: socket.socket) -> None:
    with manager:
        told = ServiceManager.of_this_process()
        assert "NOTIFY_SOCKET" not in os.environ
        assert told.watchdog_seconds == 3
        told.ready("shows\n/music")
        assert heard(manager) == {"READY": "1", "MAINPID": str(os.getpid()), "STATUS": "shows /music"}
        told.reloading()
        assert set(heard(manager)) == {"RELOADING", "MONOTONIC_USEC"}
        told.alive()
        assert heard(manager) == {"WATCHDOG": "1"}
        told.stopping()
        assert heard(manager) == {"STOPPING": "1"}


def test_an_abstract_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"musfuse-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind("\0" + name)
        made.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        ServiceManager.of_this_process().status("up")
        assert heard(made) == {"STATUS": "up"}


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"), [("", "", 0), ("x", "", 0), ("1000000", "1", 0), ("1000000", "ours", 1)]
)
def test_the_watchdog_of_another_process_is_not_fed(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, seconds: float
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "ours" else pid)
    with manager:
        assert ServiceManager.of_this_process().watchdog_seconds == seconds


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all"])
def test_where_nobody_waits_nothing_fails(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    ServiceManager.of_this_process().ready("up")
