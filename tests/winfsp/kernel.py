"""A simulated WinFsp driver and DLL, as strict as Windows: names, buffers, lifetimes, markers, threads, what it remembers.

This is what programs ask for, and the threads that serve it; `driver.py` has how it is answered, `filenode.py` what the
driver keeps of a name that is open. They know the interface of a volume and an FFI to lend memory with, and nothing of
how the binding is had.
"""

import fnmatch
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from winfsp.driver import (
    CANCELLED,
    DELETE,
    END_OF_FILE,
    FILE_READ_ATTRIBUTES,
    FILE_READ_DATA,
    OBJECT_NAME_NOT_FOUND,
    SUCCESS,
    Driver,
    info_of,
)
from winfsp.filenode import Info, Listing, Opened, upcase

T = TypeVar("T")

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


class Kernel:
    """Drives one volume from `threads` threads, min(max(cpus, 4), 16) for 0, as WinFsp's dispatcher does.

    `irp_seconds` is how long a program waits for an answer.
    """

    def __init__(self, ffi: Any, volume: Any, threads: int = 0) -> None:
        self.driver, self._volume = Driver(ffi, volume), volume
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        count = max(2, threads) if threads else min(max(os.cpu_count() or 1, 4), 16)
        self.threads = [threading.Thread(target=self._serve, name=f"winfsp {n}", daemon=True) for n in range(count)]
        self.irp_seconds = (volume.params.get("irp_timeout") or IRP_SECONDS * 1000) / 1000
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

    def _ask(self, call: Callable[[], T], cancelled: T) -> T:
        """What a callback answers a program; `cancelled` once it waited for too long."""
        try:
            answer: T = self.submit(call).result(self.irp_seconds)
        except FutureTimeout:
            return cancelled
        return answer

    def open(
        self, name: str, access: int = FILE_READ_DATA | FILE_READ_ATTRIBUTES, options: int = 0, share: int = 7
    ) -> Opened:
        """CreateFile with OPEN_EXISTING."""
        waits = threading.Event()
        found: Opened = self._ask(lambda: self.driver.open(name, access, options, share, waits), Opened(CANCELLED))
        waits.set()
        return found

    def create(self, name: str, always: bool = False) -> int:
        """CreateFile with CREATE_NEW, or OPEN_ALWAYS: the status. What it opened is closed again."""
        made: Opened = self._ask(lambda: self.driver.create(name, always), Opened(CANCELLED))
        if made.node:
            self.close(made)
        return made.status

    def copy_in(self, name: str, data: bytes, size: int | None = None) -> int:
        """What CopyFileEx does at its target: it is created, has its size, then its bytes, a cache's pages at a time,
        then its times, and is closed. The first status that is none of success."""
        made: Opened = self._ask(lambda: self.driver.create(name), Opened(CANCELLED))
        if made.status != SUCCESS:
            return made.status
        try:
            steps = [lambda: self.driver.sized(made, len(data) if size is None else size)]
            steps += [
                lambda at=at: self.driver.written(made, at, data[at : at + _RUN * PAGE])  # type: ignore[misc]
                for at in range(0, len(data), _RUN * PAGE)
            ]
            statuses = (self._ask(step, CANCELLED) for step in [*steps, lambda: self.driver.said(made)])
            return next((status for status in statuses if status != SUCCESS), SUCCESS)
        finally:
            self.close(made)

    def mkdir(self, name: str) -> int:
        """CreateDirectory: the status."""
        made: Opened = self._ask(lambda: self.driver.made(name), Opened(CANCELLED))
        if made.status == SUCCESS:
            self.close(made)
        return made.status

    def delete(self, name: str, options: int = 0) -> int:
        """DeleteFile and RemoveDirectory: opened to be deleted, marked (as POSIX has it, else in the older way), closed."""
        opened = self.open(name, DELETE | FILE_READ_ATTRIBUTES, options)
        if opened.status != SUCCESS:
            return opened.status
        status = self.mark(opened)
        self.close(opened)
        return status

    def mark(self, opened: Opened) -> int:
        """SetFileInformationByHandle with FileDispositionInfoEx, then FileDispositionInfo: the status."""
        status = self._ask(lambda: self.driver.marked(opened, True), CANCELLED)
        return status if status == SUCCESS else int(self._ask(lambda: self.driver.marked(opened, False), CANCELLED))

    def rename(self, opened: Opened, to: str, replace: bool = False) -> int:
        """SetFileInformationByHandle with FileRenameInfo, of a file or folder that is open to be deleted."""
        return int(self._ask(lambda: self.driver.renamed(opened, to, replace), CANCELLED))

    def attributes(self, name: str) -> tuple[int, Info | None]:
        """GetFileAttributesEx: of a name that is open as the driver knows it, else by an open and a close."""
        node = self.driver.nodes.find(upcase(name))
        if node is not None and node.until > self.driver.now():
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
        if node.until <= self.driver.now():
            lent = self.driver.lend(72)
            info = lent.cast("FSP_FSCTL_FILE_INFO *")
            assert self.call("GetFileInfo", opened.context, info) == SUCCESS
            lent.check()
            node.info, node.until = info_of(info), self.driver.until("file_info_timeout")
        return node.info

    def close(self, opened: Opened) -> None:
        """CloseHandle. Close is sent for each file object that nothing needs any more."""
        if self.driver.nodes.removes(opened):
            self._ask(lambda: self.driver.cleaned_up(opened), None)
        for ready in self.driver.nodes.clean_up(opened):
            self._ask(lambda ready=ready: self.driver.closed(ready), None)

    def read(self, opened: Opened, offset: int, length: int) -> tuple[int, bytes]:
        """A non-cached read: status and bytes."""
        return self._ask(lambda: self.driver.read(opened, offset, length), (CANCELLED, b""))

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
        if node.listing is not None and node.listing.until > self.driver.now():
            return node.listing
        status, entries, more = self.directory(opened, None, size)
        assert status == SUCCESS, hex(status)
        assert entries or not more, "a listing does not begin: the buffer holds no entry"
        made = Listing(entries, more, self.driver.until("dir_info_timeout"))
        node.listing = made if timeout else None
        return made

    def _by_name(self, opened: Opened, name: str) -> list[tuple[str, Info]]:
        lent = self.driver.lend(104 + 510)
        info = lent.cast("FSP_FSCTL_DIR_INFO *")
        status = self.call("GetDirInfoByName", opened.context, self.driver.wide(upcase(name)), info)
        lent.check()
        if status == OBJECT_NAME_NOT_FOUND:
            return []
        assert status == SUCCESS, hex(status)
        return [(lent.bytes(info.Size)[104:].decode("utf-16-le"), info_of(info.FileInfo))]

    def directory(
        self, opened: Opened, marker: str | None, size: int, pattern: str | None = None
    ) -> tuple[int, list[tuple[str, Info]], bool]:
        """One query, which the driver does not remember: status, entries, whether there may be more."""
        call = lambda: self.driver.directory(opened, marker, size, pattern)  # noqa: E731
        return self._ask(call, (CANCELLED, [], False))

    def call(self, name: str, *arguments: Any) -> int:
        """Call another member of the interface on a dispatcher thread."""
        return int(self._ask(lambda: self.driver.call(name, *arguments), CANCELLED))
