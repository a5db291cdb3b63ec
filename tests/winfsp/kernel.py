"""A simulated WinFsp driver and DLL, as strict as Windows: names, buffers, lifetimes, markers, threads.

It knows the interface of a volume and an FFI to lend memory with, and nothing of how the binding is had.
"""

import itertools
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

GUARD = b"\xa5\x5a" * 256
SUCCESS, BUFFER_OVERFLOW, NO_MORE_FILES = 0, 0x80000005, 0x80000006
OBJECT_NAME_INVALID, OBJECT_NAME_COLLISION, ACCESS_DENIED = 0xC0000033, 0xC0000035, 0xC0000022
NOT_A_DIRECTORY, FILE_IS_A_DIRECTORY, END_OF_FILE = 0xC0000103, 0xC00000BA, 0xC0000011
FILE_READ_DATA, FILE_WRITE_DATA, FILE_READ_ATTRIBUTES, DELETE = 0x1, 0x2, 0x80, 0x10000
DIRECTORY_FILE, NON_DIRECTORY_FILE, DELETE_ON_CLOSE = 0x1, 0x40, 0x1000
_DIRECTORY, _READONLY = 0x10, 0x1
PAGE = 4096


def upcase(text: str) -> str:
    """RtlUpcaseUnicodeString: one character to one, within the basic plane."""
    return "".join(c.upper() if len(c.upper()) == 1 and c <= "\uffff" else c for c in text)


class Lent:
    """Memory lent to the file system between guards, which are compared when it comes back."""

    def __init__(self, ffi: Any, size: int) -> None:
        self._ffi, self.size = ffi, size
        self._memory = ffi.new("uint8_t[]", size + 2 * len(GUARD))
        ffi.memmove(self._memory, GUARD, len(GUARD))
        ffi.memmove(self._memory + len(GUARD) + size, GUARD, len(GUARD))
        self.pointer = self._memory + len(GUARD)

    def cast(self, kind: str) -> Any:
        return self._ffi.cast(kind, self.pointer)

    def check(self) -> None:
        whole = bytes(self._ffi.buffer(self._memory))
        assert whole.startswith(GUARD), "written in front of a lent buffer"
        assert whole.endswith(GUARD), "written behind a lent buffer"

    def bytes(self, count: int) -> bytes:
        assert count <= self.size, f"{count} bytes transferred into a buffer of {self.size}"
        return bytes(self._ffi.buffer(self.pointer, count))


@dataclass
class Info:
    """A FILE_INFO."""

    attributes: int
    size: int
    allocation: int
    written: int
    index: int

    @property
    def folder(self) -> bool:
        return bool(self.attributes & _DIRECTORY)


@dataclass(eq=False)
class Opened:
    """A file object; `status` other than 0 means that it is none."""

    status: int
    name: str = ""
    context: Any = None
    info: Info | None = None
    cache: dict[int, bytes] = field(default_factory=dict)


class Kernel:
    """Drives one volume from min(max(cpus, 4), 16) threads, as WinFsp's dispatcher does."""

    def __init__(self, ffi: Any, volume: Any, threads: int = 0) -> None:
        self._ffi, self._volume = ffi, volume
        self._fs, self._interface = volume.file_system, volume.interface
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        count = threads or min(max(os.cpu_count() or 1, 4), 16)
        self._threads = [threading.Thread(target=self._serve, name=f"winfsp {n}", daemon=True) for n in range(count)]
        self._lock = threading.Lock()
        self.files: set[Opened] = set()
        self._stopped = False
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let callbacks in flight finish, take no more. Never called from one."""
        assert threading.current_thread() not in self._threads, "stopped from a callback"
        self._stopped = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=30)
            assert not thread.is_alive(), "a callback does not come back"

    def submit(self, call: Callable[[], Any]) -> "Future[Any]":
        assert not self._stopped
        future: Future[Any] = Future()
        self._queue.put((call, future))
        return future

    def _serve(self) -> None:
        while (item := self._queue.get()) is not None:
            call, future = item
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)

    # ~~~ what a program asks for ~~~

    def open(self, name: str, access: int = FILE_READ_DATA | FILE_READ_ATTRIBUTES, options: int = 0) -> Opened:
        """CreateFile with OPEN_EXISTING."""
        return self.submit(lambda: self._open(name, access, options)).result(60)  # type: ignore[no-any-return]

    def create(self, name: str) -> int:
        """CreateFile with CREATE_NEW: the status."""
        return self.submit(lambda: self._create(name)).result(60)  # type: ignore[no-any-return]

    def close(self, opened: Opened) -> None:
        self.submit(lambda: self._close(opened)).result(60)

    def read(self, opened: Opened, offset: int, length: int) -> tuple[int, bytes]:
        """A non-cached read: status and bytes."""
        return self.submit(lambda: self._read(opened, offset, length)).result(60)  # type: ignore[no-any-return]

    def cached_read(self, opened: Opened, offset: int, length: int) -> bytes:
        """Through the cache manager: whole pages, trimmed to the size at open."""
        assert opened.info is not None
        end = min(offset + length, opened.info.size)
        for page in range(offset // PAGE, -(-end // PAGE)):
            if page not in opened.cache:
                status, data = self.read(opened, page * PAGE, PAGE)
                assert status == SUCCESS, hex(status)
                expected = min(PAGE, opened.info.size - page * PAGE)
                assert len(data) == expected, "a cached read within the size came back short"
                opened.cache[page] = data
        pages = b"".join(opened.cache[page] for page in range(offset // PAGE, max(offset // PAGE, -(-end // PAGE))))
        return pages[offset % PAGE :][: max(0, end - offset)]

    def entries(
        self, opened: Opened, pattern: str | None = None, first: int = 65_536, later: int = 4096
    ) -> list[tuple[str, Info]]:
        """FindFirstFile, FindNextFile: a large first buffer, small later ones, a marker in between."""
        found: list[tuple[str, Info]] = []
        marker = None
        for size in itertools.chain([first], itertools.repeat(later)):
            status, entries, more = self.directory(opened, marker, size, pattern)
            assert status == SUCCESS, hex(status)
            found += entries
            if not more:
                return found
            assert entries, "a listing does not go on: the buffer holds no entry"
            marker = entries[-1][0]
        raise AssertionError

    def directory(
        self, opened: Opened, marker: str | None, size: int, pattern: str | None = None
    ) -> tuple[int, list[tuple[str, Info]], bool]:
        """One query: status, entries, whether there may be more."""
        return self.submit(lambda: self._directory(opened, marker, size, pattern)).result(60)  # type: ignore[no-any-return]

    # ~~~ how the driver and the DLL answer ~~~

    def _wide(self, text: str) -> Any:
        raw = text.encode("utf-16-le", "surrogatepass")
        made = self._ffi.new("WCHAR[]", len(raw) // 2 + 1)
        self._ffi.memmove(made, raw, len(raw))
        return made

    @staticmethod
    def _valid(name: str) -> bool:
        if not name.startswith("\\"):
            return False
        parts = name.strip("\\").split("\\") if name != "\\" else []
        return all(
            part and len(part.encode("utf-16-le", "surrogatepass")) <= 510 and not set(part) & set('<>:"/|?*')
            and not any(ord(c) < 32 for c in part)
            for part in parts
        )  # fmt: skip

    def security(self, name: str) -> tuple[int, int, bytes]:
        """GetSecurityByName with a retry on overflow: status, attributes, descriptor."""
        attributes, size = self._ffi.new("UINT32 *"), self._ffi.new("SIZE_T *")
        room = 16
        for _ in range(2):
            lent = Lent(self._ffi, room)
            size[0] = room
            status = self._interface.GetSecurityByName(
                self._fs, self._wide(name), attributes, lent.cast("SECURITY_DESCRIPTOR *"), size
            )
            lent.check()
            if status != BUFFER_OVERFLOW:
                break
            room = size[0]
        if status != SUCCESS:
            return status, 0, b""
        return status, attributes[0], lent.bytes(size[0])

    def _open(self, name: str, access: int, options: int) -> Opened:
        if not self._valid(name):
            return Opened(OBJECT_NAME_INVALID)
        trailing = name.endswith("\\") and name != "\\"
        name = name.rstrip("\\") or "\\"
        status, attributes, descriptor = self.security(name)
        if status != SUCCESS:
            return Opened(status)
        assert descriptor.decode("utf-16-le").startswith("O:BA"), "a descriptor that was freed"
        folder = bool(attributes & _DIRECTORY)
        if (options & DIRECTORY_FILE or trailing) and not folder:
            return Opened(NOT_A_DIRECTORY)
        if options & NON_DIRECTORY_FILE and folder:
            return Opened(FILE_IS_A_DIRECTORY)
        if attributes & _READONLY and access & FILE_WRITE_DATA:
            return Opened(ACCESS_DENIED)
        context, info = self._ffi.new("PVOID *"), Lent(self._ffi, 88)
        normalized = Lent(self._ffi, 1024)
        opened = info.cast("FSP_FSCTL_OPEN_FILE_INFO *")
        opened.NormalizedName, opened.NormalizedNameSize = normalized.cast("PWSTR"), 1024
        status = self._interface.Open(
            self._fs, self._wide(name), options, access, context, info.cast("FSP_FSCTL_FILE_INFO *")
        )
        info.check(), normalized.check()
        if status != SUCCESS:
            return Opened(status)
        # A volume that ignores case gets its names upper-cased unless the file system tells how they are spelled.
        spelled = upcase(name)
        if opened.NormalizedNameSize != 1024:
            spelled = normalized.bytes(opened.NormalizedNameSize).decode("utf-16-le")
            assert upcase(spelled) == upcase(name), "NormalizedName differs from the request in more than case"
        made = Opened(SUCCESS, spelled, context[0], _info(opened.FileInfo))
        with self._lock:
            self.files.add(made)
        return made

    def _create(self, name: str) -> int:
        if not self._valid(name):
            return OBJECT_NAME_INVALID
        status, _, _ = self.security(name)
        if status == SUCCESS:
            return OBJECT_NAME_COLLISION
        context, info = self._ffi.new("PVOID *"), Lent(self._ffi, 88)
        status = self._interface.Create(
            self._fs, self._wide(name), 0, FILE_WRITE_DATA, 0x80, self._ffi.NULL, 0, context, info.cast("FSP_FSCTL_FILE_INFO *")
        )  # fmt: skip
        return int(status)

    def _close(self, opened: Opened) -> None:
        with self._lock:
            self.files.discard(opened)
        self._interface.Close(self._fs, opened.context)

    def _read(self, opened: Opened, offset: int, length: int) -> tuple[int, bytes]:
        lent, transferred = Lent(self._ffi, length), self._ffi.new("ULONG *")
        status = self._interface.Read(self._fs, opened.context, lent.pointer, offset, length, transferred)
        lent.check()
        return int(status), lent.bytes(transferred[0]) if status == SUCCESS else b""

    def _directory(
        self, opened: Opened, marker: str | None, size: int, pattern: str | None
    ) -> tuple[int, list[tuple[str, Info]], bool]:
        lent, transferred = Lent(self._ffi, size), self._ffi.new("ULONG *")
        wide = self._ffi.NULL if marker is None else self._wide(marker)
        wanted = self._ffi.NULL if pattern is None else self._wide(upcase(pattern))
        status = self._interface.ReadDirectory(self._fs, opened.context, wanted, wide, lent.pointer, size, transferred)
        lent.check()
        if status != SUCCESS:
            return int(status), [], False
        entries, at, data = [], 0, lent.bytes(transferred[0])
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "little")
            if length == 0:
                assert at + 2 == len(data)
                return SUCCESS, entries, False
            entry = self._ffi.cast("FSP_FSCTL_DIR_INFO *", lent.pointer + at)
            name = data[at + 104 : at + length].decode("utf-16-le")
            assert len(name.encode("utf-16-le")) <= 510, "a component over 255 units"
            entries.append((name, _info(entry.FileInfo)))
            at += -(-length // 8) * 8
        return SUCCESS, entries, True

    def call(self, name: str, *arguments: Any) -> int:
        """Call another member of the interface on a dispatcher thread."""
        return int(self.submit(lambda: getattr(self._interface, name)(self._fs, *arguments)).result(60))

    def lend(self, size: int) -> Lent:
        """Memory for `call`."""
        return Lent(self._ffi, size)

    def wide(self, text: str) -> Any:
        """A PWSTR for `call`."""
        return self._wide(text)


def _info(raw: Any) -> Info:
    assert raw.ReparseTag == 0
    assert raw.IndexNumber
    assert raw.CreationTime
    return Info(raw.FileAttributes, raw.FileSize, raw.AllocationSize, raw.LastWriteTime, raw.IndexNumber)
