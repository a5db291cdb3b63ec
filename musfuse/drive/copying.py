"""Copies that are made on the drive: what is created there is written, and becomes one more entry of a track.

A file that is being written is not listed. Once its bytes are those of a track, from the first to the last, it becomes
an entry; if it is closed before, it is gone. Programs that write under a name of their own first (`.name.x1y2z3`) and
give the real one afterwards are waited for. Lock order: nothing is read, and no edit made, under `_lock`.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from musfuse.drive.answers import Attr
from musfuse.drive.branches.items import Items
from musfuse.drive.incoming import Candidate, Incoming
from musfuse.drive.lately import Lately
from musfuse.drive.rearranging import Rearranging
from musfuse.errors import ExistsError, MusfuseError, NoEntryError, ReadOnlyError, TooManyOpenError
from musfuse.library.names import name_key
from musfuse.model import NodeKind

log = logging.getLogger(__name__)

MAX_FILES = 64
"""Files that may be written at once, those included that wait for their names."""
ROOM = 1 << 40
"""Bytes that are told to be free: copies take none, so it may be anything that nobody fills."""
_FIRST, _NUMBERS = 1 << 41, 1 << 58


class Copying:
    """Files that are being written on one drive, by handle and by path. `items` serves tracks, `lately` tells which
    were read, `rearranging` gives what makes entries, and `forget` hears of paths that are gone. Methods raise what
    Rearranging raises."""

    def __init__(
        self, items: Items, lately: Lately, rearranging: Callable[[], Rearranging],
        forget: Callable[[Sequence[str]], None],
    ) -> None:  # fmt: skip
        self._items, self._lately, self._rearranging, self._forget = items, lately, rearranging, forget
        self._lock = threading.Lock()
        self._by_path: dict[str, Incoming] = {}
        self._open: dict[int, Incoming] = {}
        self._handles = itertools.count(_FIRST)

    def create(self, path: str) -> int:
        """A file is to be written; its handle. Raises TooManyOpenError."""
        self._rearranging().check_place(path, temporary=_is_temporary(path))
        with self._lock:
            if _key(path) in self._by_path:
                raise ExistsError(f"{path}: it is being written already")
            self._make_room()
            handle = next(self._handles)
            made = Incoming(path, _NUMBERS | handle, time.time_ns(), self._candidates)
            self._by_path[_key(path)] = self._open[handle] = made
            return handle

    def open(self, path: str) -> int | None:
        """A handle on a file that is being written; None where there is none."""
        with self._lock:
            found = self._by_path.get(_key(path))
            if found is None:
                return None
            handle = next(self._handles)
            found.holders += 1
            self._open[handle] = found
            return handle

    @property
    def is_writing(self) -> bool:
        """Whether anything is open to be written."""
        return bool(self._open)

    def holds(self, handle: int) -> bool:
        """Whether a handle is one of these."""
        return handle in self._open

    def is_entry(self, handle: int) -> bool:
        """Whether what was written by a handle is an entry by now."""
        found = self._open.get(handle)
        return found is not None and self._is_shown(found)

    def attr(self, path: str) -> Attr | None:
        """Facts about a file that is being written; None where there is none, or where it is an entry by now."""
        found = self._by_path.get(_key(path)) if self._by_path else None
        if found is not None and self._is_shown(found):
            self._forget_path(found)  # a companion, whose first track has come
            return None
        return self._facts(found) if found is not None else None

    def attr_of(self, handle: int) -> Attr | None:
        """Facts about a file by a handle; None where that is none of these."""
        found = self._open.get(handle)
        return self._facts(found) if found is not None else None

    def write(self, handle: int, offset: int, data: bytes) -> int:
        """Bytes are written; how many they were. Raises ReadOnlyError where they are those of no track."""
        found = self._open[handle]
        with self._given_up(found):
            found.write(offset, data)
        return len(data)

    def read(self, handle: int, offset: int, size: int) -> bytes:
        """Bytes that were written."""
        return self._open[handle].read(offset, size)

    def resize(self, handle: int, length: int) -> None:
        """A file shall be so long. Raises ReadOnlyError where no track is."""
        found = self._open[handle]
        with self._given_up(found):
            found.resize(length)

    def resize_at(self, path: str, length: int) -> bool:
        """As `resize`, by path; False where no file is being written there."""
        found = self._by_path.get(_key(path))
        if found is not None:
            with self._given_up(found):
                found.resize(length)
        return found is not None

    def finish(self, handle: int) -> None:
        """Whoever wrote a file says that it is done: it is an entry from now on, unless it has a temporary name. Raises
        ReadOnlyError where it is no track, or not all of one."""
        found = self._open[handle]
        with found.settling:
            done = self._done(found)
        if not done:
            raise ReadOnlyError(f"{found.path}: bytes cannot be written; what was is not all of a track")

    def close(self, handle: int) -> None:
        """A handle is closed. What is closed by all, and is no track, is gone."""
        with self._lock:
            found = self._open.pop(handle, None)
            if found is None:
                return
            found.holders -= 1
            if found.holders:
                return
        with found.settling:
            try:
                done = self._done(found)
            except MusfuseError as error:
                log.debug("%s is not copied: %s", found.path, error)
                done = False
            if not done:
                self._drop(found)

    def move(self, path: str, to: str) -> bool:
        """A file that is being written, or waits for its name, gets another one, in the place of what is there; False
        where there is no such file."""
        found = self._by_path.get(_key(path)) if self._by_path else None
        if found is None:
            return False
        self._rearranging().check_place(to, temporary=_is_temporary(to), replace=True)
        with found.settling:
            if self._by_path.get(_key(path)) is not found:  # it is an entry by now, or gone
                return False
            over = self._named(found, to)
        if over is not None and over is not found:
            over.gone = True
            self._drop(over)
        self._forget([path])
        return True

    def remove(self, path: str) -> bool:
        """A file that is being written is not wanted any more; False where there is none."""
        found = self._by_path.get(_key(path)) if self._by_path else None
        if found is None:
            return False
        with found.settling:
            if self._is_shown(found):
                self._forget_path(found)
                return False
            if found.became is not None:
                self._take_back(found.path)
            found.gone = True
            self._drop(found)
        return True

    def moved(self, path: str, to: str) -> None:
        """A folder is elsewhere, and what is being written in it; or an entry, which its writer may have open still."""
        for found in self._below(path):
            with found.settling, self._lock:
                before = found.path
                found.path = "/".join([to, *before.split("/")[path.count("/") + 1 :]])
                if self._by_path.get(_key(before)) is found:
                    del self._by_path[_key(before)]
                    self._by_path[_key(found.path)] = found

    def removed(self, folder: str) -> None:
        """A folder is gone, and with it what was being written there."""
        for found in self._below(folder):
            self.remove(found.path)

    def close_all(self) -> None:
        """Nothing is written any more."""
        for found in [*self._by_path.values(), *self._open.values()]:
            found.close()
        self._by_path.clear()
        self._open.clear()

    def _below(self, path: str) -> list[Incoming]:
        """What is being written at a path, or below it, and what became an entry there and is open."""
        with self._lock:
            files = {*self._by_path.values(), *self._open.values()}
        return [found for found in files if not found.gone and f"{_key(found.path)}/".startswith(f"{_key(path)}/")]

    def _named(self, found: Incoming, to: str) -> Incoming | None:
        """Give a file another name; what had that name, and is being written as well."""
        waited = found.became if not self._is_shown(found) else None
        if waited is not None:
            found.became = None
        before, found.path = found.path, to
        try:
            if not (self._done(found) or found.holders):
                raise ReadOnlyError(f"{to}: bytes cannot be written; what was is not all of a track")
        except MusfuseError:
            found.path, found.became = before, waited or found.became
            raise
        if waited is not None:
            self._take_back(before)
        with self._lock:
            if self._by_path.get(_key(before)) is found:
                del self._by_path[_key(before)]
            over = self._by_path.get(_key(to))
            self._by_path[_key(to)] = found
        if self._is_shown(found):
            self._forget_path(found)
        return over

    @contextmanager
    def _given_up(self, found: Incoming) -> Iterator[None]:
        """What became an entry, and turns out to be more than its track, or is cut, is none any more."""
        try:
            yield
        except ReadOnlyError:
            self._give_up(found)
            raise
        if found.became is not None and found.length != found.became.layout.size:
            self._give_up(found)

    def _give_up(self, found: Incoming) -> None:
        became, found.became = found.became, None
        if became is not None and became.item:
            self._rearranging().give_up(became.item, found.path)
        elif became is not None and not self._rearranging().is_there(found.path):
            self._take_back(found.path)

    def _done(self, found: Incoming) -> bool:
        """Make an entry of a file whose bytes are those of a track or companion, where it has a name for good; whether
        it is one, or may become one."""
        self._become(found)
        if self._is_shown(found):
            self._forget_path(found)
        waits = _is_temporary(found.path) and not found.gone and found.whole() is not None
        return found.became is not None or waits

    def _become(self, found: Incoming) -> None:
        """Make the entry, if it is whole and nobody waits for another name."""
        waits = found.became is not None or found.gone or _is_temporary(found.path)
        is_like = None if waits else found.whole(found.path.rpartition("/")[2])
        if is_like is None:
            return
        if is_like.entry is None:
            self._rearranging().copy(is_like.item, found.path)
        else:
            self._rearranging().show(is_like.entry, is_like.path, found.path)
        found.became = is_like

    def _is_shown(self, found: Incoming) -> bool:
        """Whether it is an entry that the drive shows: a companion is, as soon as a track that has it is there."""
        became = found.became
        return became is not None and (bool(became.item) or self._rearranging().is_there(found.path))

    def _take_back(self, path: str) -> None:
        """A companion, whose tracks have not come, is no longer to be shown where it was copied to."""
        with suppress(NoEntryError):  # its folder went first
            self._rearranging().take_back_show(path)

    def _forget_path(self, found: Incoming) -> None:
        with self._lock:
            if self._by_path.get(_key(found.path)) is found:
                del self._by_path[_key(found.path)]
        if not found.holders:
            found.close()

    def _drop(self, found: Incoming) -> None:
        self._forget_path(found)
        self._forget([found.path])

    def _make_room(self) -> None:
        """Called under the lock. Of those that nobody holds open, the first one gives way."""
        if len({*self._by_path.values(), *self._open.values()}) < MAX_FILES:
            return
        left = next((key for key, one in self._by_path.items() if not one.holders), None)
        if left is None:
            raise TooManyOpenError(f"{MAX_FILES} files are being copied already; wait for some of them")
        self._by_path.pop(left).close()

    def _candidates(self) -> Iterator[Candidate]:
        """What was read lately: tracks as this drive serves them, and companions."""
        for item, entry, path in self._lately.all():
            try:
                content = self._items.layout(item) if entry is None else entry.branch.layout(entry)
            except MusfuseError as error:
                log.debug("item %d: %s", item, error)
                continue
            if content is not None:
                yield Candidate(item, content.layout, entry, path)

    @staticmethod
    def _facts(found: Incoming) -> Attr:
        name = found.path.rpartition("/")[2]
        return Attr(found.number, name, NodeKind.FILE, found.length, found.mtime_ns)


def _is_temporary(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".")


def _key(path: str) -> str:
    return "/".join(map(name_key, path.split("/")))
