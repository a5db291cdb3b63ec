"""Connections for queries, lent to one thread at a time."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from musfuse.errors import StoreError
from musfuse.store.opening import failure


class Readers:
    """At most `limit` connections, made when needed; who asks for one waits while all are lent.

    A thread that has one and asks for another gets it at once, beyond the limit if need be, and never waits for itself.
    """

    def __init__(self, path: Path, limit: int, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path, self._limit, self._connect = path, limit, connect
        self._changed = threading.Condition()
        self._idle: list[sqlite3.Connection] = []
        self._lent = 0
        self._thread = threading.local()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """A connection for the time of the block. Raises StoreError, also for SQLite's errors within the block."""
        held = self._held()
        connection: sqlite3.Connection | None = self._take(nested=bool(held))
        held.append(self)
        try:
            assert connection is not None
            yield connection
        except sqlite3.Error as error:
            assert connection is not None
            connection.close()
            connection = None
            raise failure(self._path, error) from error
        finally:
            held.pop()
            self._give_back(connection)

    def close(self) -> None:
        """Close the connections that are not lent; the others follow when they come back."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for connection in idle:
            connection.close()

    def _held(self) -> list["Readers"]:
        """An entry for each connection that this thread has now."""
        held: list[Readers] | None = getattr(self._thread, "held", None)
        if held is None:
            held = self._thread.held = []
        return held

    def _take(self, nested: bool) -> sqlite3.Connection:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: nested or self._closed or self._idle or self._lent < self._limit)
                if self._closed:
                    raise StoreError(f"{self._path}: already closed")
                self._lent += 1
                if self._idle:
                    return self._idle.pop()
            try:
                return self._connect()
            except sqlite3.Error as error:
                if not self._wait_for_others(nested):
                    raise failure(self._path, error) from error

    def _wait_for_others(self, nested: bool) -> bool:
        """No connection could be made, as without descriptors: whether another one came, or may come, back."""
        with self._changed:
            self._lent -= 1
            if nested or not (self._lent or self._idle):
                return False
            before = self._lent
            self._changed.wait_for(lambda: self._closed or self._idle or self._lent < before)
            return True

    def _give_back(self, connection: sqlite3.Connection | None) -> None:
        with self._changed:
            if connection is not None and not self._closed and self._lent + len(self._idle) <= self._limit:
                self._lent -= 1
                self._idle.append(connection)
                self._changed.notify()
                return
        if connection is not None:
            connection.close()  # before another takes its place: descriptors are counted
        with self._changed:
            self._lent -= 1
            self._changed.notify()
