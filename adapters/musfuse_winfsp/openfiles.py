"""Files that Windows has open, by path: whoever opens one shares the version of those who have it open already.

While any handle on a name is open, WinFsp's driver does not look at the size of a further open: a longer version would
be cut at the old size, a shorter one filled with zeros, and pages of both would be mixed. So a path stays at one
version from its first open to its last close. Lock order: `_lock` is innermost; nothing is read or waited for under it.
"""

import logging
import threading
from collections import Counter
from dataclasses import dataclass, field

from musfuse.drive import Attr, Drive
from musfuse.errors import MusfuseError
from musfuse.library.names import name_key
from musfuse.model import NodeKind

log = logging.getLogger(__name__)


class OutdatedError(MusfuseError):
    """Somebody has an older version open that cannot be read any more, so no version can be served."""


@dataclass(slots=True, eq=False)
class OpenFile:
    """What Windows was told of a file when it was opened first: facts, size in bytes, version. `handle` is the drive's,
    0 until somebody reads, which is opened once: `lock` is held for that. `holders` counts opens by process, 0 for one
    that is not known; `refused` tells that an open failed because of them. `key` is what it is known by."""

    path: str
    attr: Attr
    size: int
    version: str
    handle: int = 0
    holders: Counter[int] = field(default_factory=Counter)
    refused: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    key: str = ""


class OpenFiles:
    """The open files of one mount. May be used from many threads."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._lock = threading.Lock()
        self._by_path: dict[str, OpenFile] = {}

    def open(self, path: str, process: int, *, reads: bool) -> OpenFile | Attr:
        """Open a file; of a folder, its facts. Raises OutdatedError where somebody has a version open that cannot be
        had any more, and what Drive.attr and Drive.open raise."""
        file = self._join(path, process)
        if file is None:
            attr = self._drive.attr(path)
            if attr.kind is NodeKind.FOLDER:
                return attr
            new = self._made(path, attr, reads)
            file = self._enter(new, process)
            if file is new:
                return file
            self._let_go(new)  # somebody was faster
        try:
            self._check(file)
            if reads:
                self.handle(file)
        except BaseException:
            self.close(file, process)
            raise
        return file

    def handle(self, file: OpenFile) -> int:
        """The drive's handle of a file. Raises OutdatedError, and what Drive.open raises."""
        with file.lock:
            if not file.handle:
                opened = self._drive.open(file.path)
                if opened.size != file.size:
                    self._drive.close(opened.handle)
                    raise _outdated(file)
                file.version, file.handle = opened.version, opened.handle
            return file.handle

    def close(self, file: OpenFile, process: int) -> None:
        """One open of a file ends; the last one lets go of its version."""
        with self._lock:
            file.holders[process] -= 1
            if file.holders.total():
                return
            del self._by_path[file.key]
        self._let_go(file)

    def moved(self, path: str, to: str) -> None:
        """What is open at a path, or below it, is at another one now; what was open there is gone."""
        before, after = _key(path), _key(to)
        with self._lock:
            if before != after:
                self._set_aside(after)
            for key in [key for key in self._by_path if key == before or key.startswith(f"{before}/")]:
                file = self._by_path.pop(key)
                file.path, file.key = to + file.path[len(path) :], after + key[len(before) :]
                self._by_path[file.key] = file

    def removed(self, path: str) -> None:
        """What is open at a path is gone from it; who opens that again opens another file."""
        with self._lock:
            self._set_aside(_key(path))

    def _set_aside(self, key: str) -> None:
        file = self._by_path.pop(key, None)
        if file is not None:
            file.key = f"{key}/\0{id(file)}"
            self._by_path[file.key] = file

    def outdated(self) -> list[tuple[str, list[int]]]:
        """Paths of which no version can be opened, and the processes that keep an older one open."""
        with self._lock:
            return [
                (file.path, sorted(process for process, count in file.holders.items() if count))
                for file in self._by_path.values()
                if file.refused
            ]

    def __len__(self) -> int:
        return len(self._by_path)

    def _join(self, path: str, process: int) -> OpenFile | None:
        with self._lock:
            file = self._by_path.get(_key(path))
            if file is not None:
                file.holders[process] += 1
            return file

    def _made(self, path: str, attr: Attr, reads: bool) -> OpenFile:
        if not reads:
            return OpenFile(path, attr, attr.size, attr.version)
        opened = self._drive.open(path)
        return OpenFile(path, attr, opened.size, opened.version, opened.handle)

    def _enter(self, new: OpenFile, process: int) -> OpenFile:
        with self._lock:
            new.key = _key(new.path)
            file = self._by_path.setdefault(new.key, new)
            file.holders[process] += 1
            return file

    def _let_go(self, file: OpenFile) -> None:
        handle, file.handle = file.handle, 0
        try:
            if handle:
                self._drive.close(handle)
        except MusfuseError as error:  # the drive was shut down; winfspy keeps what is not closed for good
            log.debug("%s: %s", file.path, error)

    def _check(self, file: OpenFile) -> None:
        """Raise OutdatedError where there is a newer version than the one that is open, and that one cannot be read."""
        if self._drive.entry(file.path, look=True).version == file.version or not file.handle:
            return
        try:
            self._drive.read_at(file.handle, max(0, file.size - 1), 1)
        except MusfuseError as error:
            raise _outdated(file) from error


def _outdated(file: OpenFile) -> OutdatedError:
    file.refused = True
    return OutdatedError(f"{file.path}: an older version is open, which cannot be read any more; close it there")


def _key(path: str) -> str:
    """What Windows takes for the same path, or some more."""
    return "/".join(map(name_key, path.split("/")))
