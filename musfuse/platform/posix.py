"""System calls of Linux, macOS and the BSDs. `windows` has the same functions."""

import contextlib
import errno
import fcntl
import math
import os
import re
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from musfuse.errors import ControlError, MountError, StoreError
from musfuse.platform.occupants import occupants, told

assert sys.platform != "win32"

_NO_ATIME: int = getattr(os, "O_NOATIME", 0)
_PATH: int = getattr(os, "O_PATH", 0)
_STACK = 1 << 20
_DRIVE_SPACE, _THREAD_SPACE, _HANDLE_SPACE = 300 << 20, 5 << 19, 5 << 18
"""Bytes of address space, measured with 200 readers: what the process of a drive takes with all its libraries, what a
thread of libfuse takes with its stack, its buffer and what it works on, and what an open file holds."""
_FEWEST = 16
"""Threads and open files that there may be at least."""
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
_UNTOLD = frozenset(
    [
        *("9p", "afs", "ceph", "cifs", "coda", "drvfs", "fuse", "fuseblk", "glusterfs", "lustre", "ncpfs", "nfs"),
        *("nfs4", "orangefs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
    ]
)
"""File systems that others change behind the back of this machine's kernel."""
_READ_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a named pipe put in place of a file must not hang


def raise_open_file_limit() -> int:
    """Raise the soft limit on open files to the hard one; returns the limit now in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_memory(mib: int) -> None:
    """Bound this process's address space, so that a hostile file cannot take the machine's memory."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))


def limit_data(mib: int) -> None:
    """Bound what this process may allocate: what Linux counts as data, so that libraries may still be loaded."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (mib << 20, mib << 20))


def limit_computing(seconds: int) -> None:
    """End this process once it has computed for so many seconds from now on, or for a second more; a later call counts
    anew."""
    soft = int(time.process_time()) + 1 + seconds
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def address_space() -> int | None:
    """Bytes of address space that this process may have (`ulimit -v`), None where there is no limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def address_space_needed(threads: int) -> int:
    """Bytes of address space that a drive with so many threads may take; half of its room is for open files."""
    return _DRIVE_SPACE + 2 * threads * _THREAD_SPACE


def spare_address_space() -> None:
    """Where address space is limited, have threads take little of it: smaller stacks (libfuse's too, and none for
    OpenBLAS), two of the regions that glibc's malloc reserves, of 64 MiB each, instead of eight a core, and large
    blocks given back at once instead of kept in pieces."""
    if address_space() is None:
        return
    threading.stack_size(_STACK)
    os.environ.setdefault("FUSE_THREAD_STACK", str(_STACK))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 128 << 10)


def face_threads(wanted: int) -> int:
    """How many threads a face may run, of those that are wanted: fewer where address space is limited."""
    return _affordable(wanted, _THREAD_SPACE)


def open_handles(wanted: int) -> int:
    """How many files of a drive may be open, of those that are wanted: fewer where address space is limited."""
    return _affordable(wanted, _HANDLE_SPACE)


def _affordable(wanted: int, each: int) -> int:
    limit = address_space()
    return wanted if limit is None else max(_FEWEST, min(wanted, (limit - _DRIVE_SPACE) // 2 // each))


def was_killed(status: int) -> bool:
    """Whether a process that ended so was ended by somebody, such as the system for want of memory, not by itself."""
    return -status in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)


def was_out_of_time(status: int) -> bool:
    """Whether a process that ended so had computed for longer than `limit_computing` allows."""
    return -status == signal.SIGXCPU


def lower_priority() -> None:
    """Give way to everything else on this machine."""
    with contextlib.suppress(OSError):
        os.nice(10)


def is_privileged() -> bool:
    """Whether this is root."""
    return os.geteuid() == 0


def waiting_calls(limit: int) -> int:
    """How many calls of a face may wait for indexes: as many as configured, FUSE runs enough threads; a quarter of them
    is for others where there are fewer."""
    return limit if address_space() is None else min(limit, face_threads(limit) * 3 // 4)


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called, on the main thread, when the process is asked to end, or its terminal is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: call())


def on_hangup(call: Callable[[], None]) -> None:
    """Have `call` called, on the main thread, on SIGHUP, where that does not tell that the terminal was closed."""
    at_end, had_terminal = signal.getsignal(signal.SIGHUP), _has_terminal()

    def hear(number: int, frame: types.FrameType | None) -> None:
        if had_terminal and not _has_terminal():
            if callable(at_end):
                at_end(number, frame)
        else:
            call()

    signal.signal(signal.SIGHUP, hear)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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


def inheritable(fd: int) -> int:
    """The number under which a child process can open what `fd` is."""
    return fd


def open_inherited(number: int) -> int:
    """The file descriptor for a number that the parent process passed on."""
    return number


def open_shared(path: str) -> int:
    """Open for reading without standing in anybody's way, or moving the access time where that is allowed."""
    return _open_untouched(path, _READ_FLAGS)


def is_link(facts: os.stat_result) -> bool:
    """Whether what `os.lstat` told these facts of leads to another place."""
    return stat.S_ISLNK(facts.st_mode)


def place_of(fd: int) -> str:
    """Where an open file or folder lies, links resolved; empty where the system does not tell."""
    try:
        place = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""
    return place if place.startswith("/") else ""  # it is on a file system that was unmounted, or is none of names


def others_can_read(status: os.stat_result) -> bool:
    """Whether the mode of a file lets others than its owner read it: its group, or everybody."""
    return bool(status.st_mode & (stat.S_IRGRP | stat.S_IROTH))


@contextlib.contextmanager
def opened_folder(path: str) -> Iterator[tuple[list[str], str, Callable[[str], os.stat_result]]]:
    """A folder that is open within the block: the names in it, in no order, where it lies, as `place_of` has it, and
    what tells facts of an entry, of a link itself. All three are of the folder that was opened, whatever takes its
    place meanwhile; its access time does not move where that is allowed. Raises OSError."""
    fd = _open_untouched(path, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        yield os.listdir(fd), place_of(fd), lambda name: os.lstat(name, dir_fd=fd)
    finally:
        os.close(fd)


def placed_facts(path: str) -> tuple[os.stat_result, str]:
    """Facts of what a path leads to, links followed, and where that lies, as `place_of` has it. Nothing is done to what
    lies there. Raises OSError."""
    if not _PATH:
        return os.stat(path), ""
    fd = os.open(path, _PATH | os.O_CLOEXEC)
    try:
        return os.fstat(fd), place_of(fd)
    finally:
        os.close(fd)


def version_tag(facts: os.stat_result) -> str:
    """What tells versions of one size and mtime apart (model.Stamp.tag): the file's number, when anything about it
    changed last, and what a change of that kind may have been."""
    return f"{facts.st_ino} {facts.st_ctime_ns} {facts.st_mode:o}.{facts.st_uid}.{facts.st_gid}.{facts.st_nlink}"


def _open_untouched(path: str, flags: int) -> int:
    """Linux allows O_NOATIME to a file's owner and to root."""
    if _NO_ATIME:
        try:
            return os.open(path, flags | _NO_ATIME)
        except PermissionError:
            pass  # not ours; or nobody may read it, which the next line tells
    return os.open(path, flags)


def read_at(fd: int, size: int, offset: int) -> bytes:
    """Bytes at a position, fewer at the end; from many threads at once."""
    return os.pread(fd, size, offset)


def input_waits(fd: int, seconds: float) -> bool:
    """Whether a read from a pipe would return at once, now or within some seconds."""
    return bool(select.select([fd], [], [], seconds)[0])


def open_for_update(path: str) -> int:
    """Open for positioned reads and writes, made where it is not there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def write_at(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at a position; from many threads at once."""
    done = 0
    while done < len(data):
        done += os.pwrite(fd, data[done:] if done else data, offset + done)


class ProcessLock:
    """An advisory lock on a file, held until released or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take the lock; False where another process holds it. Raises StoreError where its file cannot be written."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent}: cannot be written: {error.strerror}; name another folder with --library"
            ) from error
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
        base = f"{system}/musfuse" if system and os.path.isdir(system) else _private_temporary()
    path = Path(base)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = path.lstat()
        if facts.st_uid == os.getuid() and facts.st_mode & 0o077 and stat.S_ISDIR(facts.st_mode):
            path.chmod(0o700)
    except OSError as error:
        raise ControlError(
            f"{path}: cannot hold the sockets of drives: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise ControlError(f"{path}: belongs to somebody else; name a folder of your own in MUSFUSE_RUNTIME_DIR")
    return path


def _private_temporary() -> str:
    """Always the same place: `tempfile.gettempdir()` looks elsewhere while the folder for temporary files is full."""
    named = os.environ.get("TMPDIR", "")
    base = named if named and os.path.isdir(named) else "/tmp"  # noqa: S108 - `runtime_folder` looks whose it is
    return f"{base}/musfuse-{os.getuid()}"


def listen(path: Path) -> socket.socket:
    """A listening stream socket at `path` that only this user can open. Raises ControlError."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        server.bind(str(path))
    except OSError as error:
        server.close()
        raise ControlError(
            f"{path.parent}: cannot hold a socket: {error.strerror or error}; name another in MUSFUSE_RUNTIME_DIR"
        ) from error
    finally:
        os.umask(previous)
    server.listen(16)
    return server


def connect(path: Path, timeout: float) -> socket.socket:
    """Connect to `listen`'s socket; raises OSError where nobody listens."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A socket that does not block, as with Python's timeouts, is not queued where others wait to be accepted.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", math.ceil(timeout), 0))
        client.connect(str(path))
        client.settimeout(timeout)
    except OSError:
        client.close()
        raise
    return client


def is_trusted(connection: socket.socket, path: Path) -> bool:
    """Whether an accepted connection comes from this user: the socket's own permissions have seen to it."""
    del connection, path
    return True


def check_mountpoint(path: Path, wants_allow_other: bool) -> None:
    """Raise MountError, which says what to do, where nothing can be mounted at `path`."""
    clean_dead_mount(path)
    try:
        if not path.exists():
            raise MountError(f"{path}: no such folder; make it first: mkdir -p {path}")
        if not path.is_dir():
            raise MountError(f"{path}: not a folder; name an empty folder")
        if is_mounted(path):
            raise MountError(f"{path}: something is mounted there already; unmount it first, or name another folder")
        empty = not any(path.iterdir())
    except PermissionError:
        raise MountError(f"{path}: no permission to look into it; name a folder of your own") from None
    except OSError as error:
        raise MountError(f"{path}: cannot be looked into: {error.strerror}; name another folder") from error
    if not empty:
        raise MountError(f"{path}: not empty; what is in it would be hidden. Name an empty folder")
    if sys.platform == "linux":
        from musfuse.platform.fuse_device import check_allow_other, check_fuse

        check_fuse()
        if os.geteuid() != 0 and not os.access(path, os.W_OK):
            raise MountError(f"{path}: not writable by you; FUSE mounts only over a folder of your own")
        if wants_allow_other:
            check_allow_other()


def is_mounted(path: Path) -> bool:
    """Whether a file system is mounted exactly there."""
    try:
        return os.path.ismount(path)
    except OSError:
        return True


def clean_dead_mount(path: Path) -> bool:
    """Detach what a killed process of ours left behind; whether there was anything."""
    try:
        os.statvfs(path)  # not stat, which the kernel may answer from its cache
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.EIO):
            return False
        _run_unmount(path, lazy=True)
        return True
    return False


def unmount(path: Path, lazy: bool) -> None:
    """Unmount; raises MountError where it is in use (never with `lazy`) or refused."""
    problem = _run_unmount(path, lazy)
    if problem and is_mounted(path):
        if "busy" in problem.lower():
            raise MountError(f"{path}: in use{told(occupants(path))}: close what is open on the drive, or use --force")
        raise MountError(f"{path}: cannot be unmounted: {problem}")


def _run_unmount(path: Path, lazy: bool) -> str:
    """Try the tools there are; what the last one complained of, or nothing."""
    attempts = []
    for tool in ("fusermount3", "fusermount"):
        if shutil.which(tool):
            attempts.append([tool, "-u", *(["-z"] if lazy else []), "--", str(path)])
    attempts.append(["umount", *(["-l"] if lazy and sys.platform == "linux" else ["-f"] if lazy else []), str(path)])
    problem = ""
    for command in attempts:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            problem = str(error)
            continue
        if done.returncode == 0:
            return ""
        problem = problem or done.stderr.strip()
    return problem


def mount_answers(path: Path) -> bool:
    """Whether a mounted drive answers."""
    try:
        os.statvfs(path)
    except OSError:
        return False
    return os.path.ismount(path)


def flush_folder(path: Path) -> None:
    """Have the names in a folder on the disk, as far as its file system can. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some file systems know no such thing
            os.fsync(fd)
    finally:
        os.close(fd)


def absolute_mountpoint(path: Path) -> Path:
    """An absolute path without touching the file system: a mountpoint may be dead."""
    return Path(absolute_path(os.path.expanduser(path)))


def absolute_path(path: str) -> str:
    """os.path.abspath, which leaves two slashes in front although they mean no other place than one."""
    full = os.path.abspath(path)
    return full[1:] if full.startswith("//") else full


def has_inotify() -> bool:
    """Whether inotify tells of changes of folders."""
    import ctypes

    return hasattr(ctypes.CDLL(None), "inotify_init1")


def untold_changes(folder: str) -> str:
    """Why the system does not tell of all changes in a folder, as it does not of those that another machine or the
    process behind a FUSE mount makes; empty where it does, as far as can be told."""
    low = folder.rstrip("/") + "/"
    holding, remote = ("", ""), ("", "")
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        place, kind = _unescaped(before.split(" ")[4]), after.split(" ")[0]
        if low.startswith(place.rstrip("/") + "/"):
            if len(place) >= len(holding[0]):
                holding = (place, kind)
        elif place.startswith(low) and _is_untold(kind):
            remote = (place, kind)
    place, kind = holding if _is_untold(holding[1]) else remote
    return f"the file system of {place} ({kind}) does not tell of all changes" if kind else ""


def _is_untold(kind: str) -> bool:
    return kind.partition(".")[0] in _UNTOLD


def _unescaped(text: str) -> str:
    """A path as /proc writes it, with octal numbers for blanks."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def free_drive_letter() -> str:
    """Raises MountError: there are no drive letters here."""
    raise MountError("drive letters are for Windows; name an empty folder")
