"""What happened, written down in SQLite under numbers that never begin again, and what is still to be told of it.

The last ROWS are kept, of DAYS at most. What comes with the name of a change is written once, however often it is said.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from musfuse.errors import StoreError
from musfuse.store import outbox
from musfuse.store.complaint import Complaint
from musfuse.store.opening import failure, is_damaged, opening_failure, reading_uri
from musfuse.store.transaction import transaction

ROWS = 100_000
DAYS = 30
_DAY_NS = 24 * 3600 * 10**9
_LATEST_NS = (1 << 63) - 1
_TRIM_EVERY = 1000
"""Events after which what is too old is looked for again."""

# event: what happened. Owner: this module. `seq` is never given again; `change` names the change that it tells of, so
# that a batch that is done again after a kill says nothing twice, NULL for what may be lost; `data` is JSON of its
# fields.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ns INTEGER NOT NULL,
    name    TEXT NOT NULL,
    change  TEXT UNIQUE,
    data    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS event_name ON event (name, seq);
"""
_VERSION = 1
_INSERT = "INSERT OR IGNORE INTO event (time_ns, name, change, data) VALUES (?, ?, ?, ?)"


class Said(NamedTuple):
    """What is to be written down: the name and fields of an event, and the change that it tells of, '' for none."""

    name: str
    data: dict[str, Any]
    change: str = ""


class Kept(NamedTuple):
    """An event as it was written down; `time_ns` in ns since 1970."""

    seq: int
    time_ns: int
    name: str
    data: dict[str, Any]


class EventTable:
    """A file of events, opened when it is needed first. May be used from many threads. A file that is damaged gives way
    to an empty one, whose numbers go on behind the last one that is known here. `recipients` are webhooks that are told
    of what happens."""

    def __init__(
        self, path: Path, now_ns: Callable[[], int] = time.time_ns, recipients: outbox.Recipients | None = None
    ) -> None:
        self._path, self._now_ns, self._recipients = path, now_ns, dict(recipients or {})
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._last = self._untrimmed = 0
        self._complaint = Complaint("what happens is not kept, and told to nobody outside")
        self.on_outbox: Callable[[], object] = lambda: None
        """Called when there is something to be sent to a webhook; it must not wait for anything."""

    @property
    def problem(self) -> str:
        """Why nothing can be written now, '' where it can."""
        return self._complaint.problem

    def add(self, said: Sequence[Said]) -> None:
        """Write events down, all or none, but for those whose change is known. Raises StoreError."""
        now = self._now_ns()
        rows = [(now, one.name, one.change or None, _json(one.data)) for one in said]
        with self._lock:
            try:
                to_send = self._write(rows)
            except StoreError as error:
                self._complaint.failed(error)
                if is_damaged(error):
                    self._discard()
                raise
        self._complaint.worked()
        if to_send:
            self.on_outbox()

    def tell(self, recipients: outbox.Recipients) -> None:
        """Webhooks by their ids, with the names of the events that they are told of from now on, none for all. What
        waits for others is dropped. Raises StoreError."""
        with self._lock:
            self._recipients = dict(recipients)
            with self._transaction() as db:
                outbox.tell(db, recipients)

    def since(self, seq: int, names: Collection[str] = (), limit: int = 1000) -> list[Kept]:
        """Events behind a number, of these names or all. Raises StoreError."""
        with self._lock:
            return _since(self._opened(), self._path, seq, names, limit)

    def first(self) -> int:
        """The number of the oldest event that is kept; 0 for none. Raises StoreError."""
        with self._lock:
            return int(self._run("SELECT coalesce(min(seq), 0) FROM event")[0][0])

    def last(self) -> int:
        """The number that was given last; 0 for none. Raises StoreError."""
        with self._lock:
            return _last(self._opened(), self._path)

    def close(self) -> None:
        """Close the file; it is opened again where it is needed."""
        with self._lock:
            self._let_go()

    def _write(self, rows: Sequence[tuple[Any, ...]]) -> bool:
        """Write rows; whether a webhook is to be told of any."""
        to_send = False
        with self._transaction() as db:
            hooks = outbox.told(db) if self._recipients else {}
            for time_ns, name, change, data in rows:
                new = db.execute(_INSERT, (time_ns, name, change, data)).rowcount > 0
                to_send |= new and bool(hooks) and outbox.put(db, hooks, time_ns, name, data)
            self._untrimmed += len(rows)
            if self._untrimmed >= _TRIM_EVERY:
                self._trim(db)
        self._last = _last(self._opened(), self._path)
        return to_send

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._opened()
        try:
            with transaction(db):
                yield db
        except sqlite3.Error as error:
            raise failure(self._path, error) from error

    def _trim(self, db: sqlite3.Connection) -> None:
        db.execute(
            "DELETE FROM event WHERE seq <= (SELECT max(seq) FROM event) - ? OR time_ns < ?",
            (ROWS, self._now_ns() - DAYS * _DAY_NS),
        )
        self._untrimmed = 0

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = self._connected()
        return self._db

    def _connected(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=16)
            try:  # it is written to at its end: few pages are worth keeping
                for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "cache_size=-128"):
                    db.execute(f"PRAGMA {pragma}")
                self._set_up(db)
            except BaseException:
                db.close()
                raise
        except sqlite3.Error as error:
            raise opening_failure(self._path, error, "what happened before is lost with it") from error
        return db

    def _set_up(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise StoreError(f"{self._path}: made by a newer musfuse; remove it, or update")
        db.executescript(_SCHEMA)
        if self._recipients or outbox.is_in(db):
            outbox.tell(db, self._recipients)
        db.execute(f"PRAGMA user_version = {_VERSION}")
        if self._last:
            _go_on_behind(db, self._last)

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self._opened().execute(sql).fetchall()
        except sqlite3.Error as error:
            raise failure(self._path, error) from error

    def _discard(self) -> None:
        self._let_go()
        for file in (self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def read_events(
    path: Path, seq: int, names: Collection[str] = (), limit: int = 1000, since_ns: int | None = None
) -> tuple[list[Kept], int, int]:
    """Events behind a number, and not before a time in ns since 1970, as another process wrote them down; the number of
    the oldest one that is kept, and the one that was given last, 0 for none. Nothing is written. Raises StoreError."""
    if not path.exists():
        return [], 0, 0
    try:
        with closing(sqlite3.connect(reading_uri(path), uri=True)) as db:
            if since_ns is not None:
                since_ns = max(0, min(since_ns, _LATEST_NS))
                found = "SELECT min(seq) FROM event WHERE time_ns >= ?"
                begin = db.execute(found, (since_ns,)).fetchone()[0]
                seq = max(seq, _last(db, path) if begin is None else begin - 1)
            (first,) = db.execute("SELECT coalesce(min(seq), 0) FROM event").fetchone()
            return _since(db, path, seq, names, limit), first, _last(db, path)
    except sqlite3.Error as error:
        raise failure(path, error) from error


def _since(db: sqlite3.Connection, path: Path, seq: int, names: Collection[str], limit: int) -> list[Kept]:
    named = f" AND name IN ({', '.join('?' * len(names))})" if names else ""
    try:
        rows = db.execute(
            f"SELECT seq, time_ns, name, data FROM event WHERE seq > ?{named} ORDER BY seq LIMIT ?",
            (seq, *names, limit),
        ).fetchall()
    except sqlite3.Error as error:
        raise failure(path, error) from error
    return [Kept(number, time_ns, name, json.loads(data)) for number, time_ns, name, data in rows]


def _last(db: sqlite3.Connection, path: Path) -> int:
    try:
        row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    except sqlite3.Error as error:
        raise failure(path, error) from error
    return int(row[0]) if row else 0


def _go_on_behind(db: sqlite3.Connection, seq: int) -> None:
    """Have an empty table give numbers behind one."""
    if db.execute("SELECT 1 FROM sqlite_sequence WHERE name = 'event'").fetchone() is None:
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)", (seq,))


def _json(data: dict[str, Any]) -> str:
    """ASCII, so that names that are no text go in and come out."""
    return json.dumps(data, separators=(",", ":"))
