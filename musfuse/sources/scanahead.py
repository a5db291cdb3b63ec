"""A far origin for one scan of all of it: folders are listed, and headers of files fetched, before the scan comes
there.

A scan asks for one thing after the other, and would wait for a trip each time. What it will ask for is known as soon
as a folder is listed: the folders in it, and then its files. Whether a file is read at its end as well is learnt by
what was read of others of its extension.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice

from musfuse.errors import OriginError
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins.port import Entry, Range, SourceStat
from musfuse.origins.reader import FAR_BLOCK, FAR_END
from musfuse.sources.blocks import Blocks
from musfuse.sources.heads import Heads, ScannedHeads
from musfuse.sources.lane import Lane
from musfuse.sources.readahead import ReadAheadOrigin
from musfuse.sources.task import Task
from musfuse.sources.urgency import Urgency

FOLDERS, FILES = 256, 192
"""Folders and files that are asked for ahead at a time."""
_BLOCKS_BYTES, _BLOCK, _FIRST = 32 << 20, 4 * 1024, 64 * 1024
_WAITING, _STEPS = 100_000, 2
_MOST_TAIL = 3 * FAR_BLOCK
"""Bytes at the end of a file that are fetched ahead at most."""


class ScanAheadOrigin:
    """The origin for one scan. What is not asked for in the end is dropped with it.

    Where times are told in steps, a folder with files that changed within the last two is listed once more when these
    are over: what is written then has another time, so that nothing looks like what the scan reads now. `now_ns` is the
    time in ns since 1970, `sleep` waits for seconds.
    """

    def __init__(
        self,
        lane: Lane,
        heads: Heads | None = None,
        now_ns: Callable[[], int] = time.time_ns,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._now_ns, self._sleep = now_ns, sleep
        self._lane, self._blocks = lane, Blocks(lane, _BLOCKS_BYTES, _BLOCK)
        self._origin = ReadAheadOrigin(lane.seen_by(Urgency.SCAN), self._blocks, Urgency.SCAN, _FIRST)
        self.traits = replace(self._origin.traits, expects=True)
        self.uid, self.name = lane.origin.uid, lane.origin.name
        self._heads = ScannedHeads(self.uid, self.traits, heads, now_ns)
        self._lock = threading.Lock()
        self._folders: dict[str, Task] = {}
        self._later: deque[str] = deque(maxlen=_WAITING)
        self._expected: dict[str, SourceFile] = {}
        self._begun: dict[str, SourceFile] = {}
        self._tails: dict[str, int] = {}

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder; the folders among them are listed ahead."""
        with self._lock:
            task = self._folders.pop(path, None)
        if task is None:
            seen_ns, entries = self._now_ns(), tuple(self._origin.list(path))
        else:
            seen_ns, entries = self._lane.finish(task, Urgency.SCAN)
        over_ns = self._unsettled_until(entries, seen_ns)
        if over_ns:
            self._sleep(max(0, over_ns - self._now_ns()) / 1e9)
            entries = tuple(self._origin.list(path))
        if task is None:
            self._list_below(path, entries)
        with self._lock:
            self._list_ahead()
        return iter(entries)

    def stat(self, path: str) -> SourceStat:
        """Facts about a path."""
        return self._origin.stat(path)

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file."""
        if stamp is not None:
            self._learn(path, offset, stamp)
        with self._lock:
            if self._begun.pop(path, None):
                self._read_ahead()
            elif path in self._expected:  # somebody waits for what was not asked for yet
                self._read_ahead(1)
                self._begun.pop(path, None)
                self._expected.pop(path, None)
        if stamp is None:
            return self._origin.read(path, offset, size)
        data = self._heads.read(path, offset, size, stamp)
        if data is None:
            data = self._origin.read(path, offset, size, stamp)
            self._heads.note(path, offset, data, stamp)
        return data

    def at_hand(self, path: str, offset: int, size: int, stamp: Stamp) -> bytes | None:
        """Bytes of a file that have come already, or are kept."""
        data = self._blocks.at_hand(path, offset, size, stamp)
        if data is not None:
            self._heads.note(path, offset, data, stamp)
        else:
            data = self._heads.read(path, offset, size, stamp)
        if data is not None:
            self._learn(path, offset, stamp)
            with self._lock:
                if self._begun.pop(path, None):
                    self._read_ahead()
        return data

    def expect(self, file: SourceFile) -> None:
        """The header of a file will be read soon."""
        with self._lock:
            if len(self._expected) < _WAITING:
                self._expected[file.path] = file
            self._read_ahead()

    def spec(self) -> Mapping[str, object]:
        return self._origin.spec()

    def let_go(self) -> None:
        """Forget what was read ahead, and keep the rest of what was looked at."""
        self._heads.flush()
        self._blocks.clear()

    def close(self) -> None:
        """The lane is not this scan's to close."""
        self.let_go()

    def _listed(self, path: str) -> tuple[int, Sequence[Entry]]:
        """A folder, and when it was seen, on a thread of the lane; those in it come next."""
        seen_ns, entries = self._now_ns(), tuple(self._lane.origin.list(path))
        self._list_below(path, entries)
        return seen_ns, entries

    def _unsettled_until(self, entries: Sequence[Entry], seen_ns: int) -> int:
        """When no file of a folder that was seen then can change without another time, in ns since 1970; 0: it is so
        already, as far as both clocks agree."""
        steps = _STEPS * self.traits.mtime_step_ns
        files = (e.stat.stamp for e in entries if steps and e.stat is not None and e.stat.kind is NodeKind.FILE)
        fresh = [stamp.mtime_ns for stamp in files if not stamp.tag and abs(seen_ns - stamp.mtime_ns) < steps]
        return max(fresh) + steps if fresh else 0

    def _list_below(self, path: str, entries: Sequence[Entry]) -> None:
        below = [f"{path}/{entry.name}".lstrip("/") for entry in entries if _is_folder(entry)]
        with self._lock:
            self._later.extendleft(reversed(below))  # a scan goes down first
            self._list_ahead()

    def _list_ahead(self) -> None:
        while self._later and len(self._folders) < FOLDERS:
            path = self._later.popleft()
            if path not in self._folders:
                with suppress(OriginError):  # away: who asks for it is told
                    self._folders[path] = self._lane.begin(Urgency.SCAN, partial(self._listed, path))

    def _read_ahead(self, least: int = 0) -> None:
        """Ask for as many headers as may be under way: of an origin that likes many at once, only for so many together,
        or for the `least` that are wanted now."""
        most = self.traits.at_once
        least = least or most or 1
        while len(self._expected) >= least and len(self._begun) <= FILES - least:
            files = list(islice(self._expected.values(), most or 1))
            for file in files:
                del self._expected[file.path]
                self._begun[file.path] = file
            self._ask([wanted for file in files for wanted in self._wanted_of(file)])

    def _ask(self, ranges: Sequence[Range]) -> None:
        most = self.traits.at_once
        if most:
            for at in range(0, len(ranges), 2 * most):
                self._blocks.begin_each(Urgency.SCAN, ranges[at : at + 2 * most])
        else:
            for path, offset, size, stamp in ranges:
                self._blocks.begin(Urgency.SCAN, path, stamp, offset, offset + size)

    def _wanted_of(self, file: SourceFile) -> Iterator[Range]:
        """What is read of a file, as far as is known: the header first. Nothing where it is kept, and some of the end,
        too: so is all else that a scan read of that version."""
        size, tail = file.stamp.size, self._tails.get(_extension(file.path), 0)
        head, start = Range(file.path, 0, min(FAR_BLOCK, size), file.stamp), max(FAR_BLOCK, size - tail)
        some = max(start, size - FAR_END)
        if not self._heads.hold(head):
            yield head
        if start < size and not self._heads.hold(Range(file.path, some, size - some, file.stamp)):
            yield Range(file.path, start, size - start, file.stamp)

    def _learn(self, path: str, offset: int, stamp: Stamp) -> None:
        """Note from where on files of an extension are read at their ends, too. Of those whose headers are under way,
        the ends are asked for as well."""
        tail = stamp.size - offset
        if offset < FAR_BLOCK or not 0 < tail <= _MOST_TAIL:
            return
        extension = _extension(path)
        with self._lock:
            if tail > self._tails.get(extension, 0):
                self._tails[extension] = tail
                begun = [file for file in self._begun.values() if _extension(file.path) == extension]
                self._ask([wanted for file in begun for wanted in self._wanted_of(file) if wanted.offset])


def _is_folder(entry: Entry) -> bool:
    return entry.stat is not None and entry.stat.kind is NodeKind.FOLDER


def _extension(path: str) -> str:
    return path.rsplit(".", 1)[-1][:16].lower()
