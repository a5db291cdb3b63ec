"""Drops the indexes and encoded runs that nothing refers to any more.

A scan drops those of files that it sees go. Left behind are those of a catalog that was lost, of sources that were
forgotten, of kills in between, and of other encoders. What is not known to be gone is kept: whatever lies in a source
that is removed and can be restored, that no scan saw all of or found anything in, or of which the last scan could not
reach something; all, while something is gone from its place and may have been moved. An index of another level or
encoder stays with its item until the one of today has served for 90 days, since who tries a level may go back.

A kill at any point leaves a store in which some of the useless is left. Lock order: the catalog's writer's lock, under
which no item can be added, is taken before the store's own.
"""

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from musfuse.library.catalog import Database
from musfuse.library.catalog.references import Key, Names, References, Spared
from musfuse.media.transcoders import IndexStore
from musfuse.store import FrameFiles, KvNamespace, KvStore

_PAGE = 200
_DAY_NS = 86_400 * 1_000_000_000
_OTHER_DAYS = 90
_RUNS_UNUSED_SECONDS = 3600.0
"""Runs are written before their index is kept."""
_META = "sweep"


@dataclass(frozen=True, slots=True)
class Swept:
    """How many indexes and files of encoded runs were dropped; `whole`: all were looked at."""

    indexes: int
    frame_files: int
    whole: bool


@dataclass(frozen=True, slots=True)
class _Memory:
    """When a sweep was done last, and since when sweeps see indexes `made` as they are made now."""

    last_ns: int
    made: str
    since_ns: int


class Sweeper:
    """One sweep. `kept_sources` gives the uids of all sources that somebody may want, also removed ones."""

    def __init__(
        self,
        database: Database,
        store: KvStore,
        indexes: IndexStore,
        frame_files: FrameFiles,
        kept_sources: Callable[[], Collection[str]],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._db, self._references = database, References(database)
        self._store, self._indexes, self._frame_files = store, indexes, frame_files
        self._kept_sources, self._now_ns = kept_sources, now_ns
        self._stop = threading.Event()

    def stop(self) -> None:
        """End `sweep` soon."""
        self._stop.set()

    def is_due(self) -> bool:
        """Whether the last whole sweep is a day ago."""
        memory = self._memory()
        return memory is None or not 0 <= self._now_ns() - memory.last_ns < _DAY_NS

    def sweep(self, unreached: Collection[str], may_go_on: Callable[[], None]) -> Swept:
        """Drop what nothing refers to, but of the sources, by their uids, that could not be reached as a whole.

        `may_go_on` is called before each page of keys and may block for as long as readers need the machine. Raises
        StoreError.
        """
        now_ns, memory, made = self._now_ns(), self._memory(), self._indexes.made
        since_ns = memory.since_ns if memory is not None and memory.made == made else now_ns
        others_go = now_ns - since_ns >= _OTHER_DAYS * _DAY_NS
        unused_since = now_ns / 1e9 - _RUNS_UNUSED_SECONDS
        dropped = dropped_files = 0
        with closing(Names()) as runs:
            runs.add(self._frame_files.unused_since(unused_since))
            for page in self._pages():
                may_go_on()
                if self._stop.is_set():
                    return Swept(dropped, 0, whole=False)
                gone = self._drop_unused(page, unreached)
                if gone is None:
                    return Swept(dropped, 0, whole=False)
                if others_go:
                    gone |= self._drop_others(page, made)
                dropped += len(gone)
                runs.discard(self._frame_files.name(key) for key in page if key not in gone)
            for name in runs:
                may_go_on()
                if self._stop.is_set():
                    return Swept(dropped, dropped_files, whole=False)
                dropped_files += self._frame_files.drop(name, unused_since)
        self._db.set_meta(_META, json.dumps([now_ns, made, since_ns]))
        return Swept(dropped, dropped_files, whole=True)

    def _pages(self) -> Iterator[list[str]]:
        keys = self._store.scan(KvNamespace.INDEX)
        while page := list(islice(keys, _PAGE)):
            yield page

    def _drop_unused(self, page: list[str], unreached: Collection[str]) -> set[str] | None:
        """Drop the keys of a page to which nothing refers, and tell which; None where that cannot be told now."""
        spared = Spared(frozenset(unreached), frozenset(self._kept_sources()))
        keys = [Key(text, parts) for text in page if (parts := self._indexes.parts(text)) is not None]
        unused, gone = self._references.unused(keys, spared), set[str]()

        def drop(key: str) -> None:
            self._store.delete(KvNamespace.INDEX, key)
            self._frame_files.forget(key)
            gone.add(key)

        if unused and self._references.drop_unused(unused, spared, drop) is None:
            return None
        return gone

    def _drop_others(self, page: list[str], made: str) -> set[str]:
        """Drop the indexes of a page that were not made as they are now, and tell which."""
        others = set()
        for key in page:
            parts = self._indexes.parts(key)
            if parts is not None and parts.made not in ("", made):
                self._store.delete(KvNamespace.INDEX, key)
                self._frame_files.forget(key)
                others.add(key)
        return others

    def _memory(self) -> _Memory | None:
        text = self._db.meta(_META)
        return _Memory(*json.loads(text)) if text else None
