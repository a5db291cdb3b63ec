"""System calls of Windows: here over a substitute of what the module calls (`kernel32.py`), on Windows over the system."""

import ntpath
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from musfuse.errors import ControlError, MountError, StoreError

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from kernel32 import System, load


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, System]]:
    return load(monkeypatch)


@pytest.fixture
def windows(here: tuple[Any, System]) -> Any:
    return here[0]


def test_bytes_are_read_and_written_where_they_belong(windows: Any, tmp_path: Path) -> None:
    far = (5 << 30) - 3  # behind what 32 bits tell
    fd = windows.open_for_update(str(tmp_path / "f"))
    windows.write_at(fd, b"end", far)
    windows.write_at(fd, b"begin", 0)
    os.close(fd)
    assert (tmp_path / "f").stat().st_size == far + 3
    fd = windows.open_shared(str(tmp_path / "f"))
    assert windows.read_at(fd, 10, far) == b"end"
    assert windows.read_at(fd, 7, 0) == b"begin\0\0"
    assert windows.read_at(fd, 7, 5 << 30) == b""
    assert windows.read_at(fd, 0, 0) == b""
    with pytest.raises(OSError):
        windows.write_at(fd, b"x", 0)  # it was opened for reading
    os.close(fd)
    with pytest.raises(OSError):
        windows.read_at(fd, 1, 0)


def test_what_cannot_be_opened_says_why(windows: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        windows.open_shared(str(tmp_path / "missing"))
    for opened in (windows.open_shared, windows.open_for_update):
        with pytest.raises(OSError):
            opened(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_read_from_a_pipe_waits_only_while_nothing_can_come(windows: Any) -> None:
    ours, theirs = os.pipe()
    assert not windows.input_waits(ours, 0)
    writer = threading.Timer(0.01, os.write, (theirs, b"1"))
    writer.start()
    assert windows.input_waits(ours, 30)
    writer.join()
    os.read(ours, 1)
    os.close(theirs)
    assert windows.input_waits(ours, 0)  # its end
    os.close(ours)


def test_the_end_of_a_process_is_waited_for(windows: Any) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        before = len(os.listdir("/dev/fd"))
        assert windows.wait_for_end(process.pid, 0) is False
        process.kill()
        assert windows.wait_for_end(process.pid, 30) is True
        process.wait()
        assert windows.wait_for_end(process.pid, 0) is True  # there is none
        assert len(os.listdir("/dev/fd")) == before


def test_a_process_that_may_not_be_asked_is_not_taken_for_gone(here: tuple[Any, System]) -> None:
    windows, system = here

    def denied(*_: object) -> None:
        system.error = 5

    system.kernel32.OpenProcess = denied
    assert windows.wait_for_end(os.getpid(), 0) is False


def test_a_lock_is_held_until_it_is_released(windows: Any, tmp_path: Path) -> None:
    lock, other = windows.ProcessLock(tmp_path / "lock"), windows.ProcessLock(tmp_path / "lock")
    assert lock.acquire()
    assert not other.acquire()
    lock.release()
    lock.release()
    assert other.acquire()
    other.release()
    with pytest.raises(StoreError, match="name another folder with --library"):
        windows.ProcessLock(tmp_path / "missing/lock").acquire()


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


def test_drive_letters(here: tuple[Any, System]) -> None:
    windows, system = here
    system.letters = {"A", "C", "Z", "X"}
    assert windows.free_drive_letter() == "Y:"
    for taken in ("C:", "c:\\", "X:"):
        assert windows.is_mounted(Path(taken))
        with pytest.raises(MountError, match="is taken"):
            windows.check_mountpoint(Path(taken), False)
    for free in ("Y:", "y:\\", "*"):
        windows.check_mountpoint(Path(free), False)
    assert not windows.is_mounted(Path("Y:"))
    system.letters = set("DEFGHIJKLMNOPQRSTUVWXYZ")
    with pytest.raises(MountError, match="no drive letter is free"):
        windows.free_drive_letter()  # A and B are for floppy disks, C is the system's


def test_a_mountpoint_is_a_letter_a_share_or_a_folder_to_be_made(windows: Any, tmp_path: Path) -> None:
    for text, made in (("m:", "M:"), ("m:\\", "M:"), ("*", "*"), ("\\\\musfuse\\music", "\\\\musfuse\\music")):
        assert str(windows.absolute_mountpoint(Path(text))) == made
    assert windows.absolute_mountpoint(Path("music")) == Path.cwd() / "music"
    for odd in ("é:", "1:", "mm:", "m"):
        assert windows.absolute_mountpoint(Path(odd)) == Path.cwd() / odd
    windows.check_mountpoint(tmp_path / "new", False)
    for path, said in ((tmp_path, "exists already"), (tmp_path / "a/b", "is no folder; make it first")):
        with pytest.raises(MountError, match=said):
            windows.check_mountpoint(path, False)
    assert windows.is_mounted(tmp_path)
    assert windows.mount_answers(tmp_path)
    with pytest.raises(ControlError, match="no drive of musfuse"):
        windows.unmount(Path("M:"), False)


@pytest.mark.parametrize(
    ("cores", "wanted", "waiting"), [(1, 64, 2), (8, 64, 6), (64, 64, 14), (8, 3, 3), (8, 0, 1), (None, 64, 2)]
)
def test_some_of_the_threads_of_a_face_go_on(
    windows: Any, monkeypatch: pytest.MonkeyPatch, cores: int | None, wanted: int, waiting: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert windows.waiting_calls(wanted) == waiting


def test_it_ends_when_the_console_closes_or_the_user_logs_off(here: tuple[Any, System]) -> None:
    windows, system = here
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)}
    ends: list[str] = []
    try:
        windows.on_terminate(lambda: ends.append("end"))
        (handler,) = system.handlers
        assert [event for event in range(7) if handler(event)] == [2, 5, 6]
        assert len(ends) == 3
        signal.raise_signal(signal.SIGTERM)
        assert len(ends) == 4
    finally:
        for number, known in before.items():
            signal.signal(number, known)


def test_who_ended_a_process(windows: Any) -> None:
    """1 is what TerminateProcess of the task manager gives; the others are the system's, for want of memory."""
    assert [windows.was_killed(status) for status in (1, 0xC0000017, 0xC000012D, 0, 0xC0000005)] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert windows.absolute_path("//server/share/x/..") == "//server/share"


def test_network_drives_do_not_tell_of_all_changes(here: tuple[Any, System], monkeypatch: pytest.MonkeyPatch) -> None:
    windows, system = here
    monkeypatch.setattr(windows.os.path, "abspath", ntpath.abspath)
    monkeypatch.setattr(windows.os.path, "splitdrive", ntpath.splitdrive)
    system.remote = {"N"}
    assert windows.untold_changes("C:\\Music") == ""
    assert windows.untold_changes("N:\\Music").startswith("the network drive of N:")
    assert windows.untold_changes("\\\\nas\\music\\a")
    assert not windows.has_inotify()
    windows.on_hangup(lambda: None)
