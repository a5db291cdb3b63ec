"""Open files: each keeps the layout it was opened with, and knows when a newer version has been shown to anyone.

Lock order: no layout is read or closed under `_lock`; whoever hears of stale handles is told under it, so that it hears
of them in order.
"""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from musfuse.errors import BadHandleError, LeavingError, SourceChangedError, TooManyOpenError
from musfuse.lru import Lru
from musfuse.media.layout import Layout

_REMEMBERED = 65_536
_NEWER = "the file has a newer version; open it again"


class CacheHint(Enum):
    """What a face may do with bytes of this file that the system cached before.

    KEEP: they are of this version. DROP: they may be of another. BYPASS: readers of another version are at work, or
    another size was told a moment ago; cache nothing.
    """

    KEEP = "keep"
    DROP = "drop"
    BYPASS = "bypass"


@dataclass(slots=True)
class _Handle:
    node: int
    version: str
    edition: int
    layout: Layout
    mtime_ns: int
    kept: bool
    stale: bool = False
    pathless: bool = False


class Handles:
    """The table of open files. `on_stale` is called when the first handle becomes stale, or is told of without a path,
    and when the last such one is closed."""

    def __init__(self, limit: int, on_stale: Callable[[bool], None] = lambda _: None) -> None:
        self._limit, self._on_stale = limit, on_stale
        self._odd, self._leaving = 0, False
        self._lock = threading.Lock()
        self._next = itertools.count(1)
        self._open: dict[int, _Handle] = {}
        self._by_node: dict[int, set[int]] = {}
        self._cached: Lru[int, tuple[str, int]] = Lru(_REMEMBERED)
        self._shown: Lru[int, str] = Lru(_REMEMBERED)

    def shown(self, node: int, version: str, size: int) -> None:
        """A version's size was told to someone; handles on versions of another size are stale from now on."""
        with self._lock:
            self._shown.put(node, version)
            self._make_stale(self._by_node.get(node, set()), size)

    def add(
        self, node: int, version: str, edition: int, layout: Layout, mtime_ns: int = 0, *, kept: bool = False
    ) -> tuple[int, CacheHint]:
        """A new handle; raises TooManyOpenError, LeavingError. Editions of one version differ in bytes, but neither in
        their size nor in what a reader in the middle of the audio gets: a new one leaves handles on the others alone.
        One that is `kept` never becomes stale: its system holds every reader to its size for as long as it is open, or
        asks for each of its bytes, to where they end."""
        with self._lock:
            if self._leaving:
                raise LeavingError("the drive is about to be unmounted; nothing more is opened")
            if len(self._open) >= self._limit:
                raise TooManyOpenError(f"{self._limit} files are open already")
            number = next(self._next)
            others = self._by_node.setdefault(node, set())
            mine = (version, edition)
            mixed = any((self._open[n].version, self._open[n].edition) != mine for n in others)
            if mixed or self._shown.peek(node) not in (None, version):
                hint = CacheHint.BYPASS
                self._make_stale(others, layout.size)
            else:
                hint = CacheHint.KEEP if self._cached.peek(node) == mine else CacheHint.DROP
                self._cached.put(node, mine)
            others.add(number)
            self._open[number] = _Handle(node, version, edition, layout, mtime_ns, kept)
        return number, hint

    def _make_stale(self, handles: set[int], size: int) -> None:
        for number in handles:
            handle = self._open[number]
            if not handle.stale and not handle.kept and handle.layout.size != size:
                self._note_odd(handle)
                handle.stale = True

    def _note_odd(self, handle: _Handle) -> None:
        if not (handle.stale or handle.pathless):
            self._odd += 1
            if self._odd == 1:
                self._on_stale(True)

    def check(self, number: int) -> None:
        """Raise SourceChangedError for a stale handle. A handle that is not open belongs to nobody and is not
        checked."""
        handle = self._open.get(number)
        if handle is not None and handle.stale:
            raise SourceChangedError(_NEWER)

    def read_at(self, number: int, offset: int, size: int) -> bytes:
        """Bytes of an open file. Raises BadHandleError for one that is not open, SourceChangedError where a stale
        handle would end short: the system may know the newer version's size."""
        handle = self._open.get(number)
        if handle is None:
            raise BadHandleError(f"handle {number} is not open")
        if handle.stale and offset + size > handle.layout.size:
            raise SourceChangedError(_NEWER)
        return handle.layout.read_at(offset, size)

    def facts(self, number: int) -> tuple[int, int, int] | None:
        """Node, size and mtime (ns) of a handle's file as it was opened, for who asks since its path is gone. As long
        as it is open, attributes are asked for each time: what is remembered of it would count for its path, too."""
        with self._lock:
            handle = self._open.get(number)
            if handle is None:
                return None
            self._note_odd(handle)
            handle.pathless = True
            return handle.node, handle.layout.size, handle.mtime_ns

    def remove(self, number: int) -> None:
        """Close a handle; raises BadHandleError where it is not open."""
        with self._lock:
            handle = self._open.pop(number, None)
            if handle is None:
                raise BadHandleError(f"handle {number} is not open")
            others = self._by_node[handle.node]
            others.discard(number)
            if not others:
                del self._by_node[handle.node]
            odd = handle.stale or handle.pathless
            self._odd -= odd
            if odd and not self._odd:
                self._on_stale(False)
        handle.layout.close()

    def refuse(self) -> None:
        """Open nothing more; what is open goes on."""
        with self._lock:
            self._leaving = True

    def close_all(self) -> int:
        """Close all handles that are still open; how many there were."""
        left = list(self._open)
        for number in left:
            self.remove(number)
        return len(left)

    def __len__(self) -> int:
        return len(self._open)
