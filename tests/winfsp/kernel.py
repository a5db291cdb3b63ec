"""A simulated WinFsp driver and DLL, as strict as Windows: names, buffers, lifetimes, markers, threads, what it remembers.

It knows the interface of a volume and an FFI to lend memory with, and nothing of how the binding is had. `filenode.py`
has what the driver keeps of a name that is open.
"""

import fnmatch
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from winfsp.filenode import INFINITE, FileNodes, Info, Listing, Opened, upcase
from winfsp.lent import Lent

SUCCESS, BUFFER_OVERFLOW, NO_MORE_FILES = 0, 0x80000005, 0x80000006
OBJECT_NAME_INVALID, OBJECT_NAME_COLLISION, ACCESS_DENIED = 0xC0000033, 0xC0000035, 0xC0000022
NOT_A_DIRECTORY, FILE_IS_A_DIRECTORY, END_OF_FILE = 0xC0000103, 0xC00000BA, 0xC0000011
CANNOT_DELETE = 0xC0000121
SHARING_VIOLATION, CANCELLED, OBJECT_NAME_NOT_FOUND = 0xC0000043, 0xC0000120, 0xC0000034
FILE_READ_DATA, FILE_WRITE_DATA, FILE_READ_ATTRIBUTES, DELETE = 0x1, 0x2, 0x80, 0x10000
DIRECTORY_FILE, NON_DIRECTORY_FILE, DELETE_ON_CLOSE = 0x1, 0x40, 0x1000
_DIRECTORY, _READONLY = 0x10, 0x1
PAGE = 4096
_RUN = 16  # pages that are read at once
FIRST = 65_520
"""What the driver asks of a folder at first, where it keeps listings."""
IRP_SECONDS = 300.0
"""How long a program waits for a callback, then it is told that its call was cancelled."""

asks = threading.local()
"""`pid` is the process that asks, and on a dispatcher's thread the one that is answered."""


class PageError(OSError):
    """A page could not be read: the program gets STATUS_IN_PAGE_ERROR, or this status from a cached read."""

    def __init__(self, status: int) -> None:
        super().__init__(f"a page cannot be read: {status:#x}")
        self.status = status


def is_descriptor(descriptor: bytes) -> bool:
    """Whether it is a self-relative security descriptor of revision 1, or the text of one, as the simulated DLL has it."""
    return descriptor.startswith(("O:BA".encode("utf-16-le"), b"\x01\x00")) and len(descriptor) > 20


class Kernel:
    """Drives one volume from `threads` threads, min(max(cpus, 4), 16) for 0, as WinFsp's dispatcher does.

    `irp_seconds` is how long a program waits for an answer, `now` the driver's clock (ms).
    """

    def __init__(self, ffi: Any, volume: Any, threads: int = 0) -> None:
        self._ffi, self._volume = ffi, volume
        self._fs, self._interface = volume.file_system, volume.interface
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        count = max(2, threads) if threads else min(max(os.cpu_count() or 1, 4), 16)
        self.threads = [threading.Thread(target=self._serve, name=f"winfsp {n}", daemon=True) for n in range(count)]
        self.irp_seconds = (volume.params.get("irp_timeout") or IRP_SECONDS * 1000) / 1000
        self.now: Callable[[], float] = lambda: time.monotonic() * 1000
        self.nodes = FileNodes()
        self._lock = threading.Lock()
        self.files: set[Opened] = set()
        self._stopped = False
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Let callbacks in flight finish, take no more. Never called from one."""
        assert threading.current_thread() not in self.threads, "stopped from a callback"
        self._stopped = True
        for _ in self.threads:
            self._queue.put(None)
        for thread in self.threads:
            thread.join(timeout=30)
            assert not thread.is_alive(), "a callback does not come back"

    def submit(self, call: Callable[[], Any]) -> "Future[Any]":
        assert not self._stopped
        future: Future[Any] = Future()
        self._queue.put((call, future, getattr(asks, "pid", 4)))
        return future

    def _serve(self) -> None:
        while (item := self._queue.get()) is not None:
            call, future, asks.pid = item
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)

    def _ask(self, call: Callable[[], Any], cancelled: Any) -> Any:
        """What a callback answers a program; `cancelled` once it waited for too long."""
        try:
            return self.submit(call).result(self.irp_seconds)
        except FutureTimeout:
            return cancelled

    # ~~~ what a program asks for ~~~

    def open(
        self, name: str, access: int = FILE_READ_DATA | FILE_READ_ATTRIBUTES, options: int = 0, share: int = 7
    ) -> Opened:
        """CreateFile with OPEN_EXISTING."""
        waits = threading.Event()
        found: Opened = self._ask(lambda: self._open(name, access, options, share, waits), Opened(CANCELLED))
        waits.set()
        return found

    def create(self, name: str, always: bool = False) -> int:
        """CreateFile with CREATE_NEW, or OPEN_ALWAYS: the status. What it opened is closed again."""
        made: Opened = self._ask(lambda: self._create(name, always), Opened(CANCELLED))
        if made.node:
            self.close(made)
        return made.status

    def mkdir(self, name: str) -> int:
        """CreateDirectory: the status."""
        made: Opened = self._ask(lambda: self._made(name), Opened(CANCELLED))
        if made.status == SUCCESS:
            self.close(made)
        return made.status

    def delete(self, name: str, options: int = 0) -> int:
        """DeleteFile and RemoveDirectory: opened to be deleted, marked, closed."""
        opened = self.open(name, DELETE | FILE_READ_ATTRIBUTES, options)
        if opened.status != SUCCESS:
            return opened.status
        status = self._ask(lambda: self._marked(opened), CANCELLED)
        if status == SUCCESS:
            self._ask(lambda: self._cleaned_up(opened), None)
        self.close(opened)
        return int(status)

    def rename(self, opened: Opened, to: str, replace: bool = False) -> int:
        """SetFileInformationByHandle with FileRenameInfo, of a file or folder that is open to be deleted."""
        return int(self._ask(lambda: self._renamed(opened, to, replace), CANCELLED))

    def attributes(self, name: str) -> tuple[int, Info | None]:
        """GetFileAttributesEx: of a name that is open as the driver knows it, else by an open and a close."""
        node = self.nodes.find(upcase(name))
        if node is not None and node.until > self.now():
            return SUCCESS, node.info
        opened = self.open(name, FILE_READ_ATTRIBUTES)
        if opened.status != SUCCESS:
            return opened.status, None
        info = self.query(opened)
        self.close(opened)
        return SUCCESS, info

    def query(self, opened: Opened) -> Info:
        """GetFileInformationByHandle: what the driver knows, unless that became too old."""
        node = opened.node
        assert node is not None
        if node.until <= self.now():
            lent = Lent(self._ffi, 72)
            info = lent.cast("FSP_FSCTL_FILE_INFO *")
            assert self.call("GetFileInfo", opened.context, info) == SUCCESS
            lent.check()
            node.info, node.until = _info(info), self._until("file_info_timeout")
        return node.info

    def close(self, opened: Opened) -> None:
        """CloseHandle. Close is sent for each file object that nothing needs any more."""
        for ready in self.nodes.clean_up(opened):
            self._ask(lambda ready=ready: self._closed(ready), None)

    def read(self, opened: Opened, offset: int, length: int) -> tuple[int, bytes]:
        """A non-cached read: status and bytes."""
        return self._ask(lambda: self._read(opened, offset, length), (CANCELLED, b""))  # type: ignore[no-any-return]

    def cached_read(self, opened: Opened, offset: int, length: int) -> bytes:
        """Through the cache manager: whole pages, read through the first reader's file object, kept for all handles of
        the name, and cut at the size that the driver knows. Raises PageError."""
        node = opened.node
        assert node is not None
        end = min(offset + length, node.info.size)
        if offset >= end:
            return b""
        node.pager = node.pager or opened
        first, last = offset // PAGE, -(-end // PAGE)
        at = first
        while at < last:
            if at in node.pages:
                at += 1
                continue
            run = next((n for n in range(1, min(_RUN, last - at)) if at + n in node.pages), min(_RUN, last - at))
            status, data = self.read(node.pager, at * PAGE, run * PAGE)
            if status not in (SUCCESS, END_OF_FILE):
                raise PageError(status)
            lacking = min(run * PAGE, node.info.size - at * PAGE) - len(data)
            assert lacking <= 0, f"the driver fills {lacking} bytes of {node.name} with zeros"
            for n in range(run):
                node.pages[at + n] = data[n * PAGE : (n + 1) * PAGE].ljust(PAGE, b"\0")
            at += run
        pages = b"".join(node.pages[page] for page in range(first, last))
        return pages[offset % PAGE :][: end - offset]

    def entries(
        self, opened: Opened, pattern: str | None = None, first: int = FIRST, later: int = 4096
    ) -> list[tuple[str, Info]]:
        """FindFirstFile, FindNextFile: what the driver remembers of the folder, else a large first buffer, small later
        ones, a marker in between. A pattern without wildcards is asked for by its name."""
        if pattern is not None and not set(pattern) & set("*?"):
            return self._by_name(opened, pattern)
        known = self._first(opened, first)
        found, more = list(known.entries), known.more
        while more:
            status, entries, more = self.directory(opened, found[-1][0], later)
            assert status == SUCCESS, hex(status)
            assert entries or not more, "a listing does not go on: the buffer holds no entry"
            found += entries
        return [one for one in found if pattern is None or fnmatch.fnmatchcase(upcase(one[0]), upcase(pattern))]

    def _first(self, opened: Opened, size: int) -> Listing:
        node, timeout = opened.node, self._volume.params["dir_info_timeout"]
        assert node is not None
        if node.listing is not None and node.listing.until > self.now():
            return node.listing
        status, entries, more = self.directory(opened, None, size)
        assert status == SUCCESS, hex(status)
        assert entries or not more, "a listing does not begin: the buffer holds no entry"
        made = Listing(entries, more, self._until("dir_info_timeout"))
        node.listing = made if timeout else None
        return made

    def _by_name(self, opened: Opened, name: str) -> list[tuple[str, Info]]:
        lent = Lent(self._ffi, 104 + 510)
        info = lent.cast("FSP_FSCTL_DIR_INFO *")
        status = self.call("GetDirInfoByName", opened.context, self._wide(upcase(name)), info)
        lent.check()
        if status == OBJECT_NAME_NOT_FOUND:
            return []
        assert status == SUCCESS, hex(status)
        return [(lent.bytes(info.Size)[104:].decode("utf-16-le"), _info(info.FileInfo))]

    def directory(
        self, opened: Opened, marker: str | None, size: int, pattern: str | None = None
    ) -> tuple[int, list[tuple[str, Info]], bool]:
        """One query, which the driver does not remember: status, entries, whether there may be more."""
        call = lambda: self._directory(opened, marker, size, pattern)  # noqa: E731
        return self._ask(call, (CANCELLED, [], False))  # type: ignore[no-any-return]

    def _until(self, name: str) -> float:
        timeout = self._volume.params[name]
        return float("inf") if timeout == INFINITE else self.now() + timeout

    # ~~~ how the driver and the DLL answer ~~~

    def _wide(self, text: str) -> Any:
        raw = text.encode("utf-16-le", "surrogatepass")
        made = self._ffi.new("WCHAR[]", len(raw) // 2 + 1)
        self._ffi.memmove(made, raw, len(raw))
        return made

    @staticmethod
    def valid(name: str) -> bool:
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

    def _open(
        self, name: str, access: int, options: int, share: int = 7, gone: threading.Event | None = None
    ) -> Opened:
        with self._volume.guard.shared():
            return self._opened(name, access, options, share, gone)

    def _opened(self, name: str, access: int, options: int, share: int, gone: threading.Event | None) -> Opened:
        if not self.valid(name):
            return Opened(OBJECT_NAME_INVALID)
        trailing = name.endswith("\\") and name != "\\"
        name = name.rstrip("\\") or "\\"
        status, attributes, descriptor = self.security(name)
        if status != SUCCESS:
            return Opened(status)
        assert is_descriptor(descriptor), "a descriptor that was freed"
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
        made = Opened(SUCCESS, spelled, context[0], None, access, share)
        if gone is not None and gone.is_set():
            return Opened(CANCELLED)  # nobody waits for it any more, and nobody will ever close it
        if not self.nodes.enter(upcase(spelled), made, _info(opened.FileInfo), self._until("file_info_timeout")):
            self._interface.Close(self._fs, made.context)
            return Opened(SHARING_VIOLATION)
        with self._lock:
            self.files.add(made)
        return made

    def _create(self, name: str, always: bool = False) -> Opened:
        with self._volume.guard.alone():
            if always:
                opened = self._opened(name, FILE_READ_DATA | FILE_READ_ATTRIBUTES, 0, 7, None)
                if opened.status != OBJECT_NAME_NOT_FOUND:
                    return opened
            return Opened(self._created(name))

    def _created(self, name: str) -> int:
        if not self.valid(name):
            return OBJECT_NAME_INVALID
        status, _, _ = self.security(name)
        if status == SUCCESS:
            return OBJECT_NAME_COLLISION
        context, info = self._ffi.new("PVOID *"), Lent(self._ffi, 88)
        status = self._interface.Create(
            self._fs, self._wide(name), 0, FILE_WRITE_DATA, 0x80, self._ffi.NULL, 0, context, info.cast("FSP_FSCTL_FILE_INFO *")
        )  # fmt: skip
        return int(status)

    def _made(self, name: str) -> Opened:
        with self._volume.guard.alone():
            if not self.valid(name):
                return Opened(OBJECT_NAME_INVALID)
            context, info = self._ffi.new("PVOID *"), Lent(self._ffi, 88)
            status = self._interface.Create(
                self._fs, self._wide(name), DIRECTORY_FILE, FILE_READ_ATTRIBUTES, _DIRECTORY, self._ffi.NULL, 0, context,
                info.cast("FSP_FSCTL_FILE_INFO *"),
            )  # fmt: skip
            info.check()
            if status != SUCCESS:
                return Opened(int(status))
            made = Opened(SUCCESS, name, context[0], None, FILE_READ_ATTRIBUTES, 7)
            raw = info.cast("FSP_FSCTL_OPEN_FILE_INFO *").FileInfo
            self.nodes.enter(upcase(name), made, _info(raw), self._until("file_info_timeout"))
            with self._lock:
                self.files.add(made)
            self._listings_change(name)
            return made

    def _marked(self, opened: Opened) -> int:
        with self._volume.guard.alone():
            if opened.info.attributes & _READONLY:
                return CANNOT_DELETE
            return int(self._interface.CanDelete(self._fs, opened.context, self._wide(opened.name)))

    def _cleaned_up(self, opened: Opened) -> None:
        with self._volume.guard.alone():
            self._interface.Cleanup(self._fs, opened.context, self._wide(opened.name), 1)
            self._listings_change(opened.name)

    def _renamed(self, opened: Opened, to: str, replace: bool) -> int:
        with self._volume.guard.alone():
            if not self.valid(to):
                return OBJECT_NAME_INVALID
            if self.nodes.any_below(upcase(opened.name)):
                return ACCESS_DENIED
            status = self._interface.Rename(self._fs, opened.context, self._wide(opened.name), self._wide(to), replace)
            if status == SUCCESS:
                self._listings_change(opened.name)
                self.nodes.rename(opened, to)
                self._listings_change(to)
            return int(status)

    def _listings_change(self, name: str) -> None:
        self.nodes.invalidate_listing(upcase(name.rpartition("\\")[0] or "\\"))

    def _close(self, opened: Opened) -> None:
        """As `close`, on this thread."""
        for ready in self.nodes.clean_up(opened):
            self._closed(ready)

    def _closed(self, opened: Opened) -> None:
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
        with self._volume.guard.shared():
            return self._queried(opened, marker, size, pattern)

    def _queried(
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
        return int(self._ask(lambda: getattr(self._interface, name)(self._fs, *arguments), CANCELLED))

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
