"""Other processes: started, waited for, and how they ended."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

assert sys.platform != "win32"


def was_killed(status: int) -> bool:
    """Whether a process that ended so was ended by somebody, such as the system for want of memory, not by itself."""
    return -status in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)


def was_out_of_time(status: int) -> bool:
    """Whether a process that ended so had computed for longer than `limit_computing` allows."""
    return -status == signal.SIGXCPU


def spawn_group(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program without input, whose output is read from a pipe and whose complaints nobody reads; what it starts
    is ended with it by `end_group`. Raises OSError."""
    return subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End what `spawn_group` started, where it was not seen to end yet."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # on macOS a group of zombies may not be told
            os.killpg(process.pid, signal.SIGKILL)


def spawn_detached(argv: Sequence[str], log: Path, inherited: int) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and its terminal; it inherits one descriptor and writes to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            start_new_session=True,
            pass_fds=(inherited,),
        )


def spawn_piped(
    argv: Sequence[str], environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], BinaryIO, BinaryIO]:
    """Start a process with a pipe to its standard input and one from its output, which hold 64 KiB each, as pipes do
    here. Raises OSError."""
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    return process, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


def _leave_everything(log: Path, kept: int) -> None:
    """Let go of the terminal, of the working directory, and of all descriptors but `kept` and the log's."""
    os.setsid()
    os.chdir("/")
    nothing, out = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND)
    for old, new in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(old, new)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number != kept:
            with contextlib.suppress(OSError):  # that of the listing
                os.close(number)


def fork_detached(log: Path, kept: int) -> int | None:
    """Go on in a second process, too, which outlives this one and its terminal, writes to `log`, and has nothing open
    but that and the descriptor `kept`. The second one's pid here, 0 there; None where only a new program may be
    started: this process has other threads, which the second one would not have, or the system's own libraries do not
    bear a fork."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    left = False
    try:
        _leave_everything(log, kept)
        left = True
    finally:
        if not left:
            os._exit(1)  # whoever called goes on once, not twice
    return 0


def wait_for_end(pid: int, seconds: float) -> bool:
    """Wait until a process is gone, and its files are closed with it; False where it is still there after `seconds`."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except (AttributeError, OSError):  # not Linux, or an old one
        return _poll_for_end(pid, seconds)
    try:
        return bool(select.select([fd], [], [], seconds)[0])
    finally:
        os.close(fd)


def _poll_for_end(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        time.sleep(0.02)
    return False


def program_of(pid: int) -> str:
    """What a process is called, as far as the system tells: `mpv (4711)`."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    except OSError:
        return f"process {pid}"
    return f"{name} ({pid})"


def inheritable(fd: int) -> int:
    """The number under which a child process can open what `fd` is."""
    return fd


def open_inherited(number: int) -> int:
    """The file descriptor for a number that the parent process passed on."""
    return number
