"""Changes of folders as inotify (Linux) tells them.

A library for this does not say when the kernel's queue overflowed or its watches ran out, asks for every open and read
of a file as well, and walks all folders by itself; here a folder is watched when a scan lists it.

Lock order: `_lock` is innermost; the listener is called without it.
"""

import ctypes
import errno
import logging
import os
import selectors
import struct
import threading
import time
from collections.abc import Callable, Collection, Iterator

from musfuse.errors import UnavailableError
from musfuse.origins.watching import WatchListener

log = logging.getLogger(__name__)

MODIFY, ATTRIB, CLOSE_WRITE, MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x2, 0x4, 0x8, 0x40, 0x80, 0x100, 0x200
MOVE_SELF, UNMOUNT, OVERFLOW, IGNORED, ISDIR = 0x800, 0x2000, 0x4000, 0x8000, 0x40000000
_ONLYDIR, _EXCL_UNLINK = 0x01000000, 0x04000000
_WATCHED = MODIFY | ATTRIB | CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | MOVE_SELF | _ONLYDIR | _EXCL_UNLINK
_NONBLOCK_CLOEXEC = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_HEADER = struct.Struct("iIII")
_BUFFER = 1 << 18
_TOGETHER_SECONDS = 0.02
"""Between two looks. Writes to one file come as one event where nobody has read the one before."""
_CATCH_UP_SECONDS = 1.0
_RUN_OUT = {
    errno.ENOSPC: "no watches are left; the sysctl fs.inotify.max_user_watches allows for more",
    errno.EMFILE: "no inotify instances are left; the sysctl fs.inotify.max_user_instances allows for more",
    errno.ENOMEM: "no memory is left for watches",
}


class _Kernel:
    """The three system calls. Raises OSError."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)

    def open(self) -> int:
        """A new descriptor to read events from."""
        return self._checked(self._libc.inotify_init1(_NONBLOCK_CLOEXEC))

    def add(self, fd: int, path: bytes, mask: int) -> int:
        """Watch a folder; its number, the same as before for one that is watched already."""
        return self._checked(self._libc.inotify_add_watch(fd, path, mask))

    def remove(self, fd: int, number: int) -> None:
        """Watch a folder no more."""
        self._checked(self._libc.inotify_rm_watch(fd, number))

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result


class InotifyWatch:
    """Watches folders below `root`. `untold` says why the system does not tell of all changes there, if it does not.

    Raises UnavailableError where no instance can be had.
    """

    def __init__(
        self, root: str, listener: WatchListener, untold: Callable[[], str], kernel: _Kernel | None = None
    ) -> None:
        self._root, self._listener, self._untold = os.fsencode(root), listener, untold
        self._kernel = kernel or _Kernel()
        try:
            self._fd = self._kernel.open()
        except OSError as error:
            raise UnavailableError(f"{root}: {_RUN_OUT.get(error.errno or 0, error.strerror)}") from error
        try:
            self._wake_read, self._wake_write = os.pipe()
        except OSError as error:
            os.close(self._fd)
            raise UnavailableError(f"{root}: {error.strerror}") from error
        self._lock = threading.Lock()
        self._folders: dict[int, tuple[str, ...]] = {}  # links give one folder several paths, and the kernel one number
        self._problem, self._closed, self._telling = "", False, False
        self._thread = threading.Thread(target=self._run, name="inotify", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        return self._problem

    def enter(self, folder: str) -> None:
        """Watch a folder."""
        if not folder:
            self._problem = self._untold()
        with self._lock:
            if self._closed:
                return
            try:
                number = self._kernel.add(self._fd, self._full(folder), _WATCHED)
            except OSError as error:  # one that is gone, or cannot be read, cannot be listed either
                if error.errno in _RUN_OUT and not self._problem:
                    self._problem = _RUN_OUT[error.errno]
                return
            others = [path for path in self._folders.get(number, ()) if path != folder and self._are_one(path, folder)]
            self._folders[number] = (*others, folder)

    def leave(self, folders: Collection[str]) -> None:
        """Watch folders no more, nor what lies below. Of what was deleted the kernel told by itself."""
        gone = set(folders)
        with self._lock:
            if self._closed:
                return
            for number, paths in list(self._folders.items()):
                left = tuple(path for path in paths if not gone.intersection(_down_to(path)))
                if left:
                    self._folders[number] = left
                    continue
                del self._folders[number]
                try:
                    self._kernel.remove(self._fd, number)
                except OSError as error:
                    log.debug("inotify: watch %d: %s", number, error)

    def catch_up(self) -> None:
        """Wait until nothing is left to be read, and what was read was told."""
        end = time.monotonic() + _CATCH_UP_SECONDS
        with self._lock:
            if self._closed:
                return
            queue = os.dup(self._fd)  # it may be closed meanwhile
        with os.fdopen(queue), selectors.DefaultSelector() as waiting:
            waiting.register(queue, selectors.EVENT_READ)
            while not self._closed and (waiting.select(0) or self._telling) and time.monotonic() < end:
                time.sleep(_TOGETHER_SECONDS / 4)

    def close(self) -> None:
        """End the thread and close what is open."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        os.write(self._wake_write, b"!")
        self._thread.join()
        for fd in (self._fd, self._wake_read, self._wake_write):
            os.close(fd)

    def _full(self, folder: str) -> bytes:
        return os.path.join(self._root, os.fsencode(folder)) if folder else self._root

    def _are_one(self, folder: str, other: str) -> bool:
        try:
            return os.path.samefile(self._full(folder), self._full(other))
        except OSError:
            return False

    def _run(self) -> None:
        with selectors.DefaultSelector() as both, selectors.DefaultSelector() as wake:
            both.register(self._fd, selectors.EVENT_READ)
            for selector in (both, wake):
                selector.register(self._wake_read, selectors.EVENT_READ)
            while not self._closed:
                both.select()
                wake.select(_TOGETHER_SECONDS)
                self._telling = True
                self._read()
                self._telling = False

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _BUFFER)
        except BlockingIOError:
            return
        for number, mask, name in parse(data):
            try:
                self._hear(number, mask, name)
            except Exception:
                log.exception("inotify: an event is passed over")
                self._problem = self._problem or "what changed could not be told"

    def _hear(self, number: int, mask: int, name: str) -> None:
        if mask & OVERFLOW:
            self._listener.lost("more happened at once than the kernel keeps (fs.inotify.max_queued_events)")
            return
        with self._lock:
            folders = self._folders.get(number, ())
            if mask & IGNORED:
                self._folders.pop(number, None)
        if mask & UNMOUNT:
            self._lose("a file system in it was unmounted")
        elif "" in folders and mask & (IGNORED | MOVE_SELF):
            self._lose("its folder went away")
        if not mask & (IGNORED | UNMOUNT | MOVE_SELF):
            for folder in folders:
                self._tell(folder, mask, name)

    def _tell(self, folder: str, mask: int, name: str) -> None:
        path = f"{folder}/{name}" if folder and name else name or folder
        if mask & ISDIR and mask & CREATE:
            self.enter(path)  # before it is listed, so that files in it are seen to be written
            self._listener.came(path)
        elif mask & (MOVED_TO | CLOSE_WRITE):
            self._listener.written(path)
            if mask & ISDIR:
                self._listener.came(path)
        elif mask & CREATE:
            self._listener.made(path)
        elif mask & MODIFY:
            self._listener.writing(path)
        if not mask & MODIFY:  # it is closed some time
            self._listener.changed(folder)
        if mask & ATTRIB and mask & ISDIR:  # it may be readable from now on, and was not when it was to be watched
            self._listener.changed(path)

    def _lose(self, why: str) -> None:
        if not self._problem:
            self._problem = why
            self._listener.lost(why)


def parse(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The events in what was read: number of the watch, what happened, and the name in that folder."""
    at = 0
    while at + _HEADER.size <= len(data):
        number, mask, _, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        yield number, mask, os.fsdecode(data[at : at + length].rstrip(b"\0"))
        at += length


def _down_to(folder: str) -> Iterator[str]:
    """A folder, and all above it but the root."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
