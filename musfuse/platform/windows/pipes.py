"""Named pipes as connections: of this user alone, whose client knows whose server it talks to.

A pipe is waited for by events, so that every call has its timeout, and Ctrl-C is heard meanwhile.
"""

import _winapi
import ctypes
import math
import sys
import threading
import time
from contextlib import suppress
from ctypes import wintypes

assert sys.platform == "win32"

from musfuse.platform.windows.acl import for_this_user, owner_of, this_user  # noqa: E402
from musfuse.platform.windows.kernel32 import kernel32  # noqa: E402

_DUPLEX, _OVERLAPPED, _FIRST_INSTANCE = 0x3, 0x40000000, 0x00080000
_BYTES, _REJECT_REMOTE, _UNLIMITED = 0x0, 0x8, 255
_IDENTIFICATION = 0x00100000 | 0x00010000
"""What a server may do with who connects: look who it is, not act in their name."""
_BUFFER = 1 << 16
_MOST_AT_ONCE = 1 << 20
_BROKEN_PIPE, _FILE_NOT_FOUND, _PIPE_BUSY, _SEM_TIMEOUT = 109, 2, 231, 121
_FOREVER = 0xFFFFFFFF
kernel32.CreateEventW.restype = wintypes.HANDLE
kernel32.CreateEventW.argtypes = (wintypes.LPVOID, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR)
kernel32.SetEvent.argtypes = (wintypes.HANDLE,)


class PipeConnection:
    """One end of a pipe, as a `Connection`. A call of another thread that waits ends when it is closed."""

    def __init__(self, handle: int, timeout: float | None = None) -> None:
        self._handle, self._timeout, self._lock = handle, timeout, threading.Lock()

    def recv(self, size: int, /) -> bytes:
        """Some bytes; none at the other side's end. Raises TimeoutError, OSError."""
        try:
            with self._lock:  # a handle that is closed meanwhile may be another pipe's by then
                pending, _ = _winapi.ReadFile(self._handle, min(size, _MOST_AT_ONCE), overlapped=True)
            count = _finish(pending, self._timeout)
        except OSError as error:
            if error.winerror == _BROKEN_PIPE:
                return b""
            raise
        return bytes(pending.getbuffer() or b"")[:count]

    def sendall(self, data: bytes, /) -> None:
        """Send all bytes. Raises TimeoutError, OSError."""
        rest = memoryview(data)
        while rest:
            with self._lock:
                pending, _ = _winapi.WriteFile(self._handle, bytes(rest[:_MOST_AT_ONCE]), overlapped=True)
            rest = rest[_finish(pending, self._timeout) :]

    def settimeout(self, seconds: float | None, /) -> None:
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        return self._timeout

    def hung_up(self) -> bool:
        """Whether the other side is gone. What it says is left unread."""
        try:
            with self._lock:
                _winapi.PeekNamedPipe(self._handle, 0)
        except OSError:
            return True
        return False

    def close(self) -> None:
        """Hang up; the other side reads what was sent before."""
        with self._lock:
            handle, self._handle = self._handle, 0
            if handle:
                _winapi.CloseHandle(handle)

    def __enter__(self) -> "PipeConnection":
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


class PipeListener:
    """The server's side of a name that nobody else has; only this user may connect, and not from elsewhere. Raises
    OSError, also where somebody has the name already."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._timeout: float | None = None
        self._stop = kernel32.CreateEventW(None, True, False, None)
        self._handle, self._pending = self._offer(_FIRST_INSTANCE)

    def accept(self) -> tuple[PipeConnection, None]:
        """A connection. Who connects next finds the pipe there before this one is handed out. Raises TimeoutError,
        OSError."""
        found = _winapi.WaitForMultipleObjects([self._pending.event, self._stop], False, _milliseconds(self._timeout))
        if found == _winapi.WAIT_TIMEOUT:
            raise TimeoutError("nobody connected")
        if found != _winapi.WAIT_OBJECT_0:
            raise OSError("the pipe is closed")
        following = self._offer(0)
        with suppress(OSError):  # whoever came is gone again, as the first read tells
            self._pending.GetOverlappedResult(True)
        connection = PipeConnection(self._handle)
        self._handle, self._pending = following
        return connection, None

    def settimeout(self, seconds: float | None, /) -> None:
        self._timeout = seconds

    def shutdown(self, how: int, /) -> None:
        """Have `accept` go on."""
        del how
        kernel32.SetEvent(self._stop)

    def close(self) -> None:
        """Nobody connects any more."""
        kernel32.SetEvent(self._stop)
        handle, self._handle = self._handle, 0
        if handle:
            with suppress(OSError):
                self._pending.cancel()
                self._pending.GetOverlappedResult(True)  # its memory is the system's until then
            _winapi.CloseHandle(handle)

    def _offer(self, flags: int) -> tuple[int, _winapi.Overlapped]:
        """One more end that a client may connect to, and what waits for that."""
        with for_this_user() as attributes:
            handle = _winapi.CreateNamedPipe(
                self._name, _DUPLEX | _OVERLAPPED | flags, _BYTES | _REJECT_REMOTE, _UNLIMITED, _BUFFER, _BUFFER, 0,
                ctypes.addressof(attributes),
            )  # fmt: skip
        try:
            return handle, _winapi.ConnectNamedPipe(handle, overlapped=True)
        except OSError:
            _winapi.CloseHandle(handle)
            raise


def connect_pipe(name: str, timeout: float) -> PipeConnection:
    """The client's side. Raises FileNotFoundError where there is no such pipe, PermissionError where it is somebody
    else's, TimeoutError, OSError."""
    until = time.monotonic() + timeout
    while True:
        try:
            handle = _winapi.CreateFile(
                name, _winapi.GENERIC_READ | _winapi.GENERIC_WRITE, 0, _winapi.NULL, _winapi.OPEN_EXISTING,
                _OVERLAPPED | _IDENTIFICATION, _winapi.NULL,
            )  # fmt: skip
            break
        except OSError as error:
            if error.winerror != _PIPE_BUSY:
                raise
        _wait_for_instance(name, until)
    connection = PipeConnection(handle, timeout)
    try:
        if owner_of(handle) != this_user():
            raise PermissionError(f"{name}: a pipe of somebody else's")
    except OSError:
        connection.close()
        raise
    return connection


def _wait_for_instance(name: str, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError(f"{name}: busy")
    try:
        _winapi.WaitNamedPipe(name, max(1, math.ceil(left * 1000)))
    except OSError as error:
        if error.winerror == _SEM_TIMEOUT:
            raise TimeoutError(f"{name}: busy") from error
        if error.winerror != _FILE_NOT_FOUND:  # between two instances, or gone, which the next try tells
            raise


def _finish(pending: _winapi.Overlapped, timeout: float | None) -> int:
    """Wait for a read or a write; how many bytes it was. Raises TimeoutError, and then it was not done at all."""
    try:
        _winapi.WaitForMultipleObjects([pending.event], False, _milliseconds(timeout))
    finally:
        pending.cancel()  # does nothing where it is done
        count, code = pending.GetOverlappedResult(True)
    if code == _winapi.ERROR_OPERATION_ABORTED:
        raise TimeoutError("timed out")
    return count


def _milliseconds(seconds: float | None) -> int:
    return _FOREVER if seconds is None else max(0, math.ceil(seconds * 1000))
