"""Cuts anew what is here as a whole, behind those who read: pieces lie where they read, chunks where contents say."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from musfuse.store.chunks.cutter import can_cut, cuts
from musfuse.store.chunks.files import digest_of
from musfuse.store.chunks.pieces import Put
from musfuse.store.chunks.shelf import Shelf
from musfuse.store.chunks.table import ChunkTable

log = logging.getLogger(__name__)

WINDOW = 1 << 20
"""Bytes that are cut at a time, while nobody else writes."""


class Recutter:
    """Cuts the versions of a shelf that are whole, one after the other, on a thread that there is only where there is
    something to do."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._lock = shelf, threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._waits = False
        self._stop = threading.Event()

    def begin(self) -> None:
        """Have what is whole cut, without waiting for it."""
        with self._lock:
            if self._waits or self._stop.is_set() or self._shelf.ask(lambda table: table.uncut(), None) is None:
                return
            self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="recut")
            self._waits = True
            self._pool.submit(self._run)

    def wait(self) -> None:
        """Wait until all that was whole when it began is cut."""
        with self._lock:
            done = None if self._pool is None else self._pool.submit(lambda: None)
        if done is not None:
            done.result()

    def close(self) -> None:
        """Stop; what is left is cut when the cache is opened again."""
        self._stop.set()
        with self._lock:
            pool = self._pool
        if pool is not None:
            pool.shutdown(wait=True)

    def _run(self) -> None:
        with self._lock:
            self._waits = False
        if not can_cut():
            log.info("pyfastcdc has no compiled part here, so what two files share is not found everywhere")
            return
        while not self._stop.is_set():
            version = self._shelf.ask(lambda table: table.uncut(), None)
            if version is None or not self._cut(version):
                return

    def _cut(self, version: int) -> bool:
        """Cut a version; one of which something went meanwhile is left as it is. False where the table fails."""
        at = 0
        while not self._stop.is_set():
            with self._shelf.writing:
                step = self._step(version, at)
            if not step:
                return self._shelf.ask(lambda table: table.set_cut(version), False)
            at += step
        return False

    def _step(self, version: int, at: int) -> int:
        """Cut what follows, up to a head, which stays as it is; how many bytes are cut, or passed, 0 where none are."""
        pieces, size = self._shelf.ask(lambda table: table.part(version, at, at + WINDOW), ((), 0))
        if pieces and pieces[0].head and pieces[0].start <= at:
            return pieces[0].start + pieces[0].length - at
        end = min((piece.start for piece in pieces if piece.head), default=size)
        data = self._shelf.read(pieces, at, min(at + WINDOW, end))
        if at >= size or len(data) < min(WINDOW, end - at):
            return 0
        puts, view, start = dict[Put, memoryview](), memoryview(data), 0
        for length in cuts(data, is_end=at + len(data) == end):
            part = view[start : start + length]
            puts[Put(at + start, digest_of(part), length)] = part
            start += length
        unused: list[bytes] = []

        def note(table: ChunkTable) -> bool | None:
            if table.kept_of(version, at, at + start) < start:
                return None  # some of it went for room
            unused.extend(table.replace(version, list(puts)))
            return True

        done = self._shelf.write({put.digest: part for put, part in puts.items()}, note)
        self._shelf.drop(unused)
        return start if done else 0
