"""What `musfuse.platform.windows` calls of Windows, over POSIX: kernel32 with its handles and error codes, msvcrt.

As in `tests/winfsp/binding.py`, it stands in for the system below the module, not for anything of the module. A handle
is a descriptor. Whoever opens a file without letting others write, rename and delete it fails, because originals belong
to somebody else.
"""

import ctypes
import errno
import fcntl
import importlib
import os
import select
import signal
import stat
import struct
import sys
import termios
import types
from typing import Any

import pytest

_SHARE_ALL, _OPEN_ALWAYS, _GENERIC_WRITE, _BACKUP_SEMANTICS = 7, 4, 0x40000000, 0x02000000
_INVALID_HANDLE, _SYNCHRONIZE, _QUERY_LIMITED, _WAIT_TIMEOUT = (1 << 64) - 1, 0x00100000, 0x1000, 258
_CODES = {errno.ENOENT: 2, errno.EACCES: 5, errno.EISDIR: 5, errno.EBADF: 6, errno.ENOSPC: 112, errno.ENOTDIR: 3}
_FILE_HANDLE_EOF, _BROKEN_PIPE, _INVALID_PARAMETER, _SHARING_VIOLATION = 38, 109, 87, 32


class System:
    """The state of one Windows: its last error, drive letters, handlers of the console, an administrator or not."""

    def __init__(self) -> None:
        self.error, self.letters, self.handlers, self.admin = 0, {"C"}, list[Any](), False
        self.remote = set[str]()
        self.kernel32 = Absent("kernel32")
        self.kernel32.__dict__.update(
            CreateFileW=lambda *a: self._create(*a),
            ReadFile=lambda *a: self._read(*a),
            WriteFile=lambda *a: self._write(*a),
            PeekNamedPipe=lambda *a: self._peek(*a),
            QueryFullProcessImageNameW=lambda *a: self._image(*a),
            OpenProcess=lambda *a: self._process(*a),
            WaitForSingleObject=lambda handle, ms: (
                0 if select.select([handle], [], [], ms / 1000)[0] else _WAIT_TIMEOUT
            ),
            CloseHandle=lambda handle: os.close(handle),
            GetFinalPathNameByHandleW=lambda *a: self._place(*a),
            GetLogicalDrives=lambda: sum(1 << (ord(letter) - 65) for letter in self.letters),
            GetDriveTypeW=lambda root: 4 if root[:1] in self.remote else 3,
            SetConsoleCtrlHandler=lambda handler, add: self.handlers.append(handler),
        )

    def _fails(self, code: int, result: int = 0) -> int:
        self.error = code
        return result

    def _create(self, path: str, access: int, share: int, _: None, disposition: int, attributes: int, __: None) -> int:
        if share != _SHARE_ALL:
            return self._fails(_SHARING_VIOLATION, _INVALID_HANDLE)
        flags = (os.O_RDWR if access & _GENERIC_WRITE else os.O_RDONLY) | os.O_CLOEXEC
        try:
            fd = os.open(path, flags | (os.O_CREAT if disposition == _OPEN_ALWAYS else 0), 0o600)
        except OSError as error:
            return self._fails(_CODES[error.errno or 0], _INVALID_HANDLE)
        if stat.S_ISDIR(os.fstat(fd).st_mode) and not attributes & _BACKUP_SEMANTICS:  # access denied
            os.close(fd)
            return self._fails(5, _INVALID_HANDLE)
        return fd

    def _place(self, handle: int, buffer: Any, size: int, _: int) -> int:
        buffer.value = "\\\\?\\" + os.readlink(f"/proc/self/fd/{handle}")
        return len(buffer.value)

    def _read(self, handle: int, buffer: Any, size: int, got: Any, where: Any) -> int:
        at = where._obj
        try:
            data = os.pread(handle, size, at.offset_high << 32 | at.offset)
        except OSError as error:
            return self._fails(_CODES[error.errno or 0])
        if size and not data:
            return self._fails(_FILE_HANDLE_EOF)
        ctypes.memmove(buffer, data, len(data))
        got._obj.value = len(data)
        return 1

    def _write(self, handle: int, data: bytes, size: int, done: Any, where: Any) -> int:
        at = where._obj
        try:
            done._obj.value = os.pwrite(handle, data[:size], at.offset_high << 32 | at.offset)
        except OSError as error:
            return self._fails(_CODES[error.errno or 0])
        return 1

    def _peek(self, handle: int, _: None, __: int, ___: None, waiting: Any, ____: None) -> int:
        waiting._obj.value = struct.unpack("i", fcntl.ioctl(handle, termios.FIONREAD, bytes(4)))[0]
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        ended = any(event & select.POLLHUP for _, event in poll.poll(0))
        return self._fails(_BROKEN_PIPE) if ended and not waiting._obj.value else 1

    def _image(self, handle: int, _: int, buffer: Any, length: Any) -> int:
        with open(f"/proc/self/fdinfo/{handle}") as facts:
            pid = next(line.split()[1] for line in facts if line.startswith("Pid:"))
        with open(f"/proc/{pid}/comm") as name:
            buffer.value = f"C:\\Programs\\{name.read().strip()}.exe"
        assert len(buffer.value) < length._obj.value
        return 1

    def _process(self, access: int, _: bool, pid: int) -> int | None:
        assert access in (_SYNCHRONIZE, _QUERY_LIMITED)
        try:
            return os.pidfd_open(pid)
        except ProcessLookupError:
            self.error = _INVALID_PARAMETER
            return None


class Absent(types.ModuleType):
    """What only the system itself has: its functions have types, and cannot be called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = types.SimpleNamespace()
        return self.__dict__[name]


def _win_error(code: int) -> OSError:
    number = next((number for number, known in _CODES.items() if known == code), errno.EINVAL)
    return OSError(number, f"[WinError {code}] {os.strerror(number)}")


def _lock(fd: int, mode: int, size: int) -> None:
    assert (mode, size) == (2, 1)
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def load(patch: pytest.MonkeyPatch) -> tuple[Any, System]:
    """The module, over a Windows of its own; it stays usable as long as the patch."""
    made = System()
    libraries = {"kernel32": made.kernel32}
    patch.setattr(ctypes, "WinDLL", lambda name, use_last_error: libraries.get(name, Absent(name)), raising=False)
    patch.setitem(sys.modules, "_winapi", Absent("_winapi"))  # type: ignore[misc]
    patch.setattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE, raising=False)
    patch.setattr(ctypes, "get_last_error", lambda: made.error, raising=False)
    patch.setattr(ctypes, "WinError", _win_error, raising=False)
    shell32 = types.SimpleNamespace(IsUserAnAdmin=lambda: made.admin)
    patch.setattr(ctypes, "windll", types.SimpleNamespace(shell32=shell32), raising=False)
    patch.setattr(os, "O_BINARY", 0, raising=False)
    patch.setattr(os, "set_handle_inheritable", os.set_inheritable, raising=False)
    patch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    msvcrt = types.SimpleNamespace(
        get_osfhandle=lambda fd: fd, open_osfhandle=lambda handle, flags: handle, locking=_lock, LK_NBLCK=2
    )
    patch.setitem(sys.modules, "msvcrt", msvcrt)  # type: ignore[misc]
    patch.setitem(sys.modules, "musfuse.platform.windows", None)  # put back by the patch, whatever was there
    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(sys, "platform", "win32")
        for name in [name for name in sys.modules if name.startswith("musfuse.platform.windows")]:
            patch.delitem(sys.modules, name)
        module = importlib.import_module("musfuse.platform.windows")
    return module, made
