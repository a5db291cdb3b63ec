"""System calls of Linux, macOS and the BSDs. `windows` has the same functions."""

import contextlib
import fcntl
import os
import resource
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path


def raise_open_file_limit() -> int:
    """Raise the soft limit on open files to the hard one; returns the limit now in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def limit_memory(mib: int) -> None:
    """Bound this process's address space, so that a hostile file cannot take the machine's memory."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))


def lower_priority() -> None:
    """Give way to everything else on this machine."""
    with contextlib.suppress(OSError):
        os.nice(10)


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called, on the main thread, when the process is asked to end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: call())


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def spawn_detached(argv: Sequence[str], log: Path, ready_fd: int) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and its terminal; it inherits `ready_fd` and writes to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            start_new_session=True,
            pass_fds=(ready_fd,),
        )


class ProcessLock:
    """An advisory lock on a file, held until released or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take the lock; False where another process holds it."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
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
    """A folder only this user can open, for control sockets; made where it is missing."""
    base = os.environ.get("MUSFUSE_RUNTIME_DIR")
    if not base:
        system = os.environ.get("XDG_RUNTIME_DIR")
        base = f"{system}/musfuse" if system and Path(system).is_dir() else _private_temporary()
    path = Path(base)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = path.stat()
    if facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        path.chmod(0o700)
    return path


def _private_temporary() -> str:
    return f"{tempfile.gettempdir()}/musfuse-{os.getuid()}"


def listen(path: Path) -> socket.socket:
    """A listening stream socket at `path` that only this user can open."""
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        server.bind(str(path))
    finally:
        os.umask(previous)
    server.listen(16)
    return server


def connect(path: Path, timeout: float) -> socket.socket:
    """Connect to `listen`'s socket; raises OSError where nobody listens."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout)
    try:
        client.connect(str(path))
    except OSError:
        client.close()
        raise
    return client


def is_trusted(connection: socket.socket, path: Path) -> bool:
    """Whether an accepted connection comes from this user: the socket's own permissions have seen to it."""
    del connection, path
    return True
