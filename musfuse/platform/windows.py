"""System calls of Windows, with the same functions as `posix`. Type-checked with `mypy --platform win32`."""

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import stat
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from ctypes import wintypes
from pathlib import Path

from musfuse.errors import ControlError, MountError, StoreError

assert sys.platform == "win32"

import msvcrt  # noqa: E402 - exists on Windows only

_CREATE_NO_WINDOW, _CREATE_NEW_PROCESS_GROUP = 0x08000000, 0x00000200
_BELOW_NORMAL_PRIORITY_CLASS = 0x00004000
_GENERIC_READ, _GENERIC_WRITE, _SHARE_ALL, _ATTRIBUTE_NORMAL = 0x80000000, 0x40000000, 0x7, 0x80
_OPEN_EXISTING, _OPEN_ALWAYS = 3, 4
_ERROR_HANDLE_EOF, _ERROR_INVALID_PARAMETER = 38, 87
_EXIT_TERMINATED, _STATUS_NO_MEMORY, _STATUS_COMMITMENT_LIMIT = 1, 0xC0000017, 0xC000012D
_SYNCHRONIZE = 0x00100000

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.CreateFileW.restype = wintypes.HANDLE
_kernel32.CreateFileW.argtypes = (
    wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
)  # fmt: skip
_kernel32.ReadFile.argtypes = (
    wintypes.HANDLE, wintypes.LPVOID, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD), wintypes.LPVOID,
)  # fmt: skip
_kernel32.PeekNamedPipe.argtypes = (
    wintypes.HANDLE, wintypes.LPVOID, wintypes.DWORD, wintypes.LPVOID, ctypes.POINTER(wintypes.DWORD), wintypes.LPVOID,
)  # fmt: skip
_kernel32.WriteFile.argtypes = (
    wintypes.HANDLE, wintypes.LPCVOID, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD), wintypes.LPVOID,
)  # fmt: skip
_kernel32.OpenProcess.restype = wintypes.HANDLE
_kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_kernel32.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
_DRIVE_REMOTE = 4
_ConsoleHandler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_console_handlers: list[object] = []


class _Overlapped(ctypes.Structure):
    _fields_ = (
        ("internal", ctypes.c_void_p),
        ("internal_high", ctypes.c_void_p),
        ("offset", wintypes.DWORD),
        ("offset_high", wintypes.DWORD),
        ("event", wintypes.HANDLE),
    )


def raise_open_file_limit() -> int:
    """Windows bounds handles by memory only; returns a large number."""
    return 1 << 20


def usable_cores() -> int:
    """How many cores the machine has."""
    return os.cpu_count() or 1


def limit_memory(mib: int) -> None:
    """Does nothing: address space has no limit of its own here. Workers are bounded by time."""
    del mib


def limit_data(mib: int) -> None:
    """Does nothing: allocations have no limit of their own here. Workers are bounded by time."""
    del mib


def limit_computing(seconds: int) -> None:
    """Does nothing: time of computing has no limit of its own here. The parent's patience bounds a worker."""
    del seconds


def address_space() -> int | None:
    """None: address space has no limit here."""
    return None


def address_space_needed(threads: int) -> int:
    """0: nothing that anybody would notice."""
    del threads
    return 0


def spare_address_space() -> None:
    """Does nothing: there is enough."""


def face_threads(wanted: int) -> int:
    """As many as are wanted: WinFsp chooses by itself."""
    return wanted


def open_handles(wanted: int) -> int:
    """As many as are wanted."""
    return wanted


def was_killed(status: int) -> bool:
    """Whether a process that ended so was ended by somebody, or for want of memory, not by itself."""
    return status in (_EXIT_TERMINATED, _STATUS_NO_MEMORY, _STATUS_COMMITMENT_LIMIT)


def was_out_of_time(status: int) -> bool:
    """False: nobody ends processes for that here."""
    del status
    return False


def lower_priority() -> None:
    """Give way to everything else on this machine."""
    _kernel32.SetPriorityClass(_kernel32.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS)


def is_privileged() -> bool:
    """Whether this is an administrator's elevated process; its drives are invisible to the normal session."""
    return bool(ctypes.windll.shell32.IsUserAnAdmin())


def waiting_calls(limit: int) -> int:
    """How many calls of a face may wait for indexes: WinFsp runs 4 to 16 threads, and the others must go on."""
    return max(1, min(limit, min(max(os.cpu_count() or 1, 4), 16) - 2))


def on_terminate(call: Callable[[], None]) -> None:
    """Have `call` called on Ctrl-C, Ctrl-Break, termination, and when the console closes, the user logs off or the
    machine shuts down (then on a thread of the system's, which ends the process some seconds later)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK):
        signal.signal(number, lambda *_: call())

    def handle(event: int) -> bool:
        if event in (2, 5, 6):  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
            call()
            return True
        return False

    handler = _ConsoleHandler(handle)
    _console_handlers.append(handler)
    _kernel32.SetConsoleCtrlHandler(handler, True)


def on_hangup(call: Callable[[], None]) -> None:
    """There is no SIGHUP here."""
    del call


def ignore_terminal_interrupt() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def spawn_detached(argv: Sequence[str], log: Path, inherited: int) -> "subprocess.Popen[bytes]":
    """Start a process that outlives this one and its console; it inherits one handle and writes to `log`."""
    startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [inherited]})
    with log.open("ab") as out:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            startupinfo=startup,
            creationflags=_CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP,
        )


def fork_detached(log: Path, kept: int) -> int | None:
    """None: there is no fork."""
    del log, kept
    return None


def wait_for_end(pid: int, seconds: float) -> bool:
    """Wait until a process is gone, and its files are closed with it; False where it is still there after `seconds`."""
    handle = _kernel32.OpenProcess(_SYNCHRONIZE, False, pid)
    if not handle:
        return ctypes.get_last_error() == _ERROR_INVALID_PARAMETER  # no such process
    try:
        return bool(_kernel32.WaitForSingleObject(handle, int(seconds * 1000)) == 0)
    finally:
        _kernel32.CloseHandle(handle)


def inheritable(fd: int) -> int:
    """The number under which a child process can open what `fd` is."""
    handle = msvcrt.get_osfhandle(fd)
    os.set_handle_inheritable(handle, True)
    return handle


def open_inherited(number: int) -> int:
    """The file descriptor for a number that the parent process passed on."""
    return msvcrt.open_osfhandle(number, os.O_WRONLY)


def open_shared(path: str) -> int:
    """Open for reading without standing in anybody's way: others may write, rename and delete meanwhile."""
    handle = _kernel32.CreateFileW(path, _GENERIC_READ, _SHARE_ALL, None, _OPEN_EXISTING, _ATTRIBUTE_NORMAL, None)
    if handle is None or handle == wintypes.HANDLE(-1).value:
        raise ctypes.WinError(ctypes.get_last_error())
    return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)


def is_link(facts: os.stat_result) -> bool:
    """Whether what `os.lstat` told these facts of leads to another place: a link, a junction or a mounted volume."""
    return bool(facts.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def place_of(fd: int) -> str:
    """Empty: the system does not tell in the words of `realpath`."""
    del fd
    return ""


def others_can_read(status: os.stat_result) -> bool:
    """Modes tell nothing here: a user's folder is closed to others, and what is laid elsewhere is what they chose."""
    del status
    return False


@contextlib.contextmanager
def opened_folder(path: str) -> Iterator[tuple[list[str], str, Callable[[str], os.stat_result]]]:
    """A folder: the names in it, in no order, where it lies, as `place_of` has it, and what tells facts of an entry, of
    a link itself. Raises OSError."""
    yield os.listdir(path), "", lambda name: os.lstat(f"{path}{os.sep}{name}")


def placed_facts(path: str) -> tuple[os.stat_result, str]:
    """Facts of what a path leads to, links followed, and where that lies, as `place_of` has it. Raises OSError."""
    return os.stat(path), ""


def version_tag(facts: os.stat_result) -> str:
    """What tells versions of one size and mtime apart: the file's number. `st_ctime` is when a file was made here."""
    return str(facts.st_ino)


def read_at(fd: int, size: int, offset: int) -> bytes:
    """Bytes at a position, fewer at the end; from many threads at once."""
    buffer = ctypes.create_string_buffer(size)
    got = wintypes.DWORD()
    where = _Overlapped(offset=offset & 0xFFFFFFFF, offset_high=offset >> 32)
    if not _kernel32.ReadFile(msvcrt.get_osfhandle(fd), buffer, size, ctypes.byref(got), ctypes.byref(where)):
        code = ctypes.get_last_error()
        if code == _ERROR_HANDLE_EOF:
            return b""
        raise ctypes.WinError(code)
    return buffer.raw[: got.value]


def input_waits(fd: int, seconds: float) -> bool:
    """Whether a read from a pipe would return at once, now or within some seconds."""
    waiting, end = wintypes.DWORD(), time.monotonic() + seconds
    while _kernel32.PeekNamedPipe(msvcrt.get_osfhandle(fd), None, 0, None, ctypes.byref(waiting), None):
        if waiting.value or time.monotonic() >= end:
            return waiting.value > 0
        time.sleep(0.02)
    return True


def open_for_update(path: str) -> int:
    """Open for positioned reads and writes, made where it is not there; may be deleted meanwhile."""
    access = _GENERIC_READ | _GENERIC_WRITE
    handle = _kernel32.CreateFileW(path, access, _SHARE_ALL, None, _OPEN_ALWAYS, _ATTRIBUTE_NORMAL, None)
    if handle is None or handle == wintypes.HANDLE(-1).value:
        raise ctypes.WinError(ctypes.get_last_error())
    return msvcrt.open_osfhandle(handle, os.O_RDWR | os.O_BINARY)


def write_at(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at a position; from many threads at once."""
    done = wintypes.DWORD()
    where = _Overlapped(offset=offset & 0xFFFFFFFF, offset_high=offset >> 32)
    handle = msvcrt.get_osfhandle(fd)
    if not _kernel32.WriteFile(handle, data, len(data), ctypes.byref(done), ctypes.byref(where)):
        raise ctypes.WinError(ctypes.get_last_error())
    if done.value != len(data):
        raise OSError(f"only {done.value} of {len(data)} bytes were written")


class ProcessLock:
    """A lock on a file's first byte, held until released or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take the lock; False where another process holds it. Raises StoreError where its file cannot be written."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent}: cannot be written: {error.strerror}; name another folder with --library"
            ) from error
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
    """A folder in the user's own profile, whose access list admits this user only, for control endpoints."""
    base = os.environ.get("MUSFUSE_RUNTIME_DIR") or f"{os.environ.get('LOCALAPPDATA', str(Path.home()))}\\musfuse\\run"
    path = Path(base)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ControlError(
            f"{path}: cannot hold the endpoints of drives: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    return path


def listen(path: Path) -> socket.socket:
    """A loopback socket; its port and a random token are written to `path`, which only this user can read. Raises
    ControlError."""
    server = socket.create_server(("127.0.0.1", 0))
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w") as out:
            out.write(f"{server.getsockname()[1]} {secrets.token_hex(32)}")
    except OSError as error:
        server.close()
        raise ControlError(
            f"{path.parent}: cannot hold an endpoint: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    return server


def connect(path: Path, timeout: float) -> socket.socket:
    """Connect to `listen`'s socket; raises OSError where nobody listens."""
    port, token = path.read_text().split()
    client = socket.create_connection(("127.0.0.1", int(port)), timeout)
    client.sendall(token.encode() + b"\n")
    return client


def is_trusted(connection: socket.socket, path: Path) -> bool:
    """Whether an accepted connection sent the token that only this user can read."""
    with contextlib.suppress(OSError, IndexError):
        expected = path.read_text().split()[1].encode() + b"\n"
        connection.settimeout(5)
        got = b""
        while len(got) < len(expected) and (piece := connection.recv(len(expected) - len(got))):
            got += piece
        connection.settimeout(None)
        return secrets.compare_digest(got, expected)
    return False


def check_mountpoint(path: Path, wants_allow_other: bool) -> None:
    """Raise MountError where nothing can be mounted: a letter must be free, a folder must not exist but its parent."""
    del wants_allow_other
    if str(path) == "*":
        return
    if _is_letter(str(path)):
        if _letter_bit(str(path)) & _letters_in_use():
            raise MountError(f"{path} is taken; name another drive letter, or * for the next free one")
        return
    try:
        if path.exists():
            raise MountError(f"{path}: exists already; WinFsp makes the folder itself, name one that does not exist")
        if not path.parent.is_dir():
            raise MountError(f"{path}: {path.parent} is no folder; make it first")
    except OSError as error:
        raise MountError(f"{path}: cannot be looked at: {error.strerror}; name another folder") from error


def absolute_mountpoint(path: Path) -> Path:
    """A drive letter, `*` and a network share as they are; a folder as an absolute path."""
    text = str(path)
    if text == "*" or text.startswith("\\\\"):
        return path
    if _is_letter(text):
        return Path(text[:2].upper())
    return Path(os.path.abspath(os.path.expanduser(path)))


def flush_folder(path: Path) -> None:
    """Nothing: the system writes names with what they name."""
    del path


def absolute_path(path: str) -> str:
    """os.path.abspath: two slashes in front begin the name of a machine."""
    return os.path.abspath(path)


def free_drive_letter() -> str:
    """The next free letter from the end of the alphabet, as network drives take them. Raises MountError."""
    used = _letters_in_use()
    for letter in reversed(string.ascii_uppercase[3:]):
        if not _letter_bit(letter) & used:
            return f"{letter}:"
    raise MountError("no drive letter is free; unmount a drive, or name a folder")


def is_mounted(path: Path) -> bool:
    """Whether something is there."""
    text = str(path)
    if _is_letter(text):
        return bool(_letter_bit(text) & _letters_in_use())
    return path.exists()


def clean_dead_mount(path: Path) -> bool:
    """False: WinFsp removes what a killed process leaves, so nothing is to be done."""
    del path
    return False


def unmount(path: Path, lazy: bool) -> None:
    """Raises ControlError: a mount ends through its own face here, never from outside."""
    del lazy
    raise ControlError(f"{path}: no drive of musfuse is mounted there")


def mount_answers(path: Path) -> bool:
    """Whether a mounted drive answers."""
    return os.path.exists(f"{path}\\" if _is_letter(str(path)) else path)


def _is_letter(text: str) -> bool:
    return len(text) in (2, 3) and text[0].isascii() and text[0].isalpha() and text[1:] in (":", ":\\")


def _letter_bit(text: str) -> int:
    return 1 << (ord(text[0].upper()) - ord("A"))


def has_inotify() -> bool:
    """There is none here."""
    return False


def untold_changes(folder: str) -> str:
    """Why the system does not tell of all changes in a folder, as it does not of those on a network drive."""
    root = os.path.splitdrive(os.path.abspath(folder))[0] + "\\"
    is_remote = root.startswith("\\\\") or _kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
    return f"the network drive of {folder} does not tell of all changes" if is_remote else ""


def _letters_in_use() -> int:
    """GetLogicalDrives' mask: bit 0 is A."""
    return int(_kernel32.GetLogicalDrives())
