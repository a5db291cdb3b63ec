"""System calls of Windows, with the same functions as `posix`."""

import os
import secrets
import signal
import socket
import string
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from musfuse.errors import MountError

if sys.platform == "win32":
    import ctypes
    import msvcrt

_DETACHED_PROCESS = 0x00000008
_CREATE_NEW_PROCESS_GROUP = 0x00000200
_BELOW_NORMAL_PRIORITY_CLASS = 0x00004000


def raise_open_file_limit() -> int:
    """Windows has no such limit on handles; returns a large number."""
    return 1 << 20


def limit_memory(mib: int) -> None:
    """Address-space limits need a job object here; workers are bounded by time instead."""


def lower_priority() -> None:
    """Give way to everything else on this machine."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS)


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called, on the main thread, on Ctrl-C, Ctrl-Break and termination."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: call())


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def spawn_detached(argv: Sequence[str], log: Path, ready_fd: int) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and its console; it inherits `ready_fd` and writes to `log`."""
    os.set_inheritable(ready_fd, True)
    with log.open("ab") as out:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            close_fds=False,
            creationflags=_DETACHED_PROCESS | _CREATE_NEW_PROCESS_GROUP,
        )


class ProcessLock:
    """A lock on a file's first byte, held until released or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take the lock; False where another process holds it."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT)
        if sys.platform == "win32":
            try:
                msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            except OSError:
                os.close(fd)
                return False
        self._fd = fd
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def runtime_folder() -> Path:
    """A folder in the user's own profile, which only this user can read, for control endpoints."""
    base = os.environ.get("MUSFUSE_RUNTIME_DIR") or f"{os.environ.get('LOCALAPPDATA', str(Path.home()))}/musfuse/run"
    path = Path(base)
    path.mkdir(parents=True, exist_ok=True)
    return path


def listen(path: Path) -> socket.socket:
    """A loopback socket; its port and a random token are written to `path`, which only this user can read."""
    server = socket.create_server(("127.0.0.1", 0))
    path.write_text(f"{server.getsockname()[1]} {secrets.token_hex(32)}")
    return server


def connect(path: Path, timeout: float) -> socket.socket:
    """Connect to `listen`'s socket; raises OSError where nobody listens."""
    port, token = path.read_text().split()
    client = socket.create_connection(("127.0.0.1", int(port)), timeout)
    client.sendall(token.encode() + b"\n")
    return client


def is_trusted(connection: socket.socket, path: Path) -> bool:
    """Whether an accepted connection sent the token that only this user can read."""
    expected = path.read_text().split()[1].encode() + b"\n"
    got = b""
    connection.settimeout(5)
    while len(got) < len(expected) and not got.endswith(b"\n"):
        piece = connection.recv(len(expected) - len(got))
        if not piece:
            return False
        got += piece
    return secrets.compare_digest(got, expected)


def check_mountpoint(path: Path, wants_allow_other: bool) -> None:
    """Raise MountError where nothing can be mounted: a letter must be free; a folder must not exist, its parent must."""
    del wants_allow_other
    if str(path) == "*":
        return
    if _is_letter(str(path)):
        if _letter_bit(str(path)) & _letters_in_use():
            raise MountError(f"{path} is taken; name another drive letter, or * for the next free one")
    elif path.exists():
        raise MountError(f"{path}: exists already; WinFsp makes the folder itself, name one that does not exist")
    elif not path.parent.is_dir():
        raise MountError(f"{path.parent}: no such folder; make it first")


def absolute_mountpoint(path: Path) -> Path:
    """A drive letter, `*` and a network share as they are; a folder as an absolute path."""
    text = str(path)
    if text == "*" or text.startswith("\\\\") or _is_letter(text):
        return path
    return Path(os.path.abspath(os.path.expanduser(path)))


def free_drive_letter() -> str:
    """The next free letter from the end of the alphabet, as network drives take them. Raises MountError."""
    used = _letters_in_use()
    for letter in reversed(string.ascii_uppercase[3:]):
        if not _letter_bit(letter) & used:
            return f"{letter}:"
    raise MountError("no drive letter is free; unmount a drive, or name a folder")


def _is_letter(text: str) -> bool:
    return len(text) in (2, 3) and text[0].isalpha() and text[1:] in (":", ":\\")


def _letter_bit(text: str) -> int:
    return 1 << (ord(text[0].upper()) - ord("A"))


def _letters_in_use() -> int:
    """GetLogicalDrives' mask: bit 0 is A."""
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetLogicalDrives())
    return 0


def is_mounted(path: Path) -> bool:
    """Whether something is there."""
    return path.exists()


def clean_dead_mount(path: Path) -> bool:
    """WinFsp removes what a killed process leaves; nothing is to be done."""
    del path
    return False


def unmount(path: Path, lazy: bool) -> None:
    """A mount ends through its own face here, never from outside."""
    del lazy
    raise MountError(f"{path}: no drive of musfuse is mounted there")


def mount_answers(path: Path) -> bool:
    """Whether a mounted drive answers."""
    return path.exists()
