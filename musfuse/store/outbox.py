"""What is still to be told to webhooks, beside the events of `eventtable.py`: written by the transaction that writes an
event, and taken by the process that sends it.

Each message has an id of its own from the start, under which it is sent again until it is taken: a kill may have it
sent twice, under the same id, and loses none.
"""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from musfuse.store.opening import failure, reading_uri
from musfuse.store.transaction import transaction

ATTEMPTS = 10_000
"""Tries that are remembered."""

# recipient: who is told. Owner: EventTable, which is told of them at each start; `disabled_ns` since when one wants
# nothing any more, NULL where it does; `taken` and `given_up` count its messages.
# outbox: a message that is to be sent; `due_ns` is when. Owner: EventTable puts it in, Outbox takes it out.
# attempt: a try, for people; no body of a message is in it. Owner: Outbox.
SCHEMA = """
CREATE TABLE IF NOT EXISTS recipient (
    hook        TEXT NOT NULL PRIMARY KEY,
    names       TEXT NOT NULL,
    disabled_ns INTEGER,
    taken       INTEGER NOT NULL DEFAULT 0,
    given_up    INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    hook    TEXT NOT NULL,
    message TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    name    TEXT NOT NULL,
    data    TEXT NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0,
    due_ns  INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (hook, due_ns, id);
CREATE TABLE IF NOT EXISTS attempt (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    hook    TEXT NOT NULL,
    message TEXT NOT NULL,
    name    TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    status  INTEGER NOT NULL,
    problem TEXT NOT NULL,
    ms      INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_hook ON attempt (hook, id);
"""


class Message(NamedTuple):
    """A message that waits: its number here, its id for the receiver, when the event happened (ns since 1970), the
    event's name and fields, and how often it was tried."""

    number: int
    message: str
    time_ns: int
    name: str
    data: dict[str, Any]
    tries: int


class Attempt(NamedTuple):
    """A try, the `tries`th of its message: the status of the answer (0: none), what was wrong ('': the message was
    taken), and how long it took, in ms."""

    hook: str
    message: str
    name: str
    time_ns: int
    tries: int
    status: int
    problem: str
    ms: int


class Recipient(NamedTuple):
    """How it stands with a webhook: since when it wants nothing any more (ns since 1970), how many messages it took,
    how many were given up, how many wait, when the next is due, and what was wrong with the last try ('': nothing)."""

    disabled_ns: int | None
    taken: int
    given_up: int
    waiting: int
    due_ns: int | None
    problem: str


Recipients = Mapping[str, Iterable[str]]
"""Names of events by webhook; none for all."""


def is_in(db: sqlite3.Connection) -> bool:
    """Whether a file of events was ever to tell webhooks anything."""
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'recipient'").fetchone())


def tell(db: sqlite3.Connection, recipients: Recipients) -> None:
    """These are told from now on, and nobody else; what waits for others is dropped."""
    for statement in SCHEMA.split(";"):
        db.execute(statement)
    known = {hook for (hook,) in db.execute("SELECT hook FROM recipient")}
    for hook in known - set(recipients):
        db.execute("DELETE FROM recipient WHERE hook = ?", (hook,))
        db.execute("DELETE FROM outbox WHERE hook = ?", (hook,))
    db.executemany(
        "INSERT INTO recipient (hook, names) VALUES (?, ?) ON CONFLICT (hook) DO UPDATE SET names = excluded.names",
        [(hook, json.dumps(list(names))) for hook, names in recipients.items()],
    )


def told(db: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Who is told now, and of what."""
    rows = db.execute("SELECT hook, names FROM recipient WHERE disabled_ns IS NULL")
    return {hook: frozenset(json.loads(names)) for hook, names in rows}


def put(db: sqlite3.Connection, hooks: Mapping[str, frozenset[str]], time_ns: int, name: str, data: str) -> bool:
    """Have an event told to who wants it; whether anybody does."""
    wanting = [hook for hook, names in hooks.items() if not names or name in names]
    if wanting:
        message = f"msg_{secrets.token_hex(12)}"
        db.executemany(
            "INSERT INTO outbox (hook, message, time_ns, name, data, due_ns) VALUES (?, ?, ?, ?, ?, ?)",
            [(hook, message, time_ns, name, data, time_ns) for hook in wanting],
        )
    return bool(wanting)


def read_recipients(path: Path) -> dict[str, Recipient]:
    """How it stands with each webhook, as another process has it. Nothing is written. Raises StoreError."""
    with _read(path) as db:
        if db is None:
            return {}
        rows = db.execute(
            "SELECT hook, disabled_ns, taken, given_up, (SELECT count(*) FROM outbox o WHERE o.hook = r.hook),"
            " (SELECT min(due_ns) FROM outbox o WHERE o.hook = r.hook),"
            " coalesce((SELECT problem FROM attempt a WHERE a.hook = r.hook ORDER BY id DESC LIMIT 1), '')"
            " FROM recipient r"
        )
        return {hook: Recipient(*rest) for hook, *rest in rows}


def read_attempts(path: Path, hook: str = "", limit: int = 100, failed: bool = False) -> list[Attempt]:
    """The last tries, of one webhook or all, the latest last; `failed`: only those that failed. Nothing is written.
    Raises StoreError."""
    with _read(path) as db:
        if db is None:
            return []
        rows = db.execute(
            "SELECT hook, message, name, time_ns, tries, status, problem, ms FROM attempt"
            " WHERE (?1 = '' OR hook = ?1) AND (?2 = 0 OR problem <> '') ORDER BY id DESC LIMIT ?3",
            (hook, failed, limit),
        ).fetchall()
        return [Attempt(*row) for row in reversed(rows)]


@contextmanager
def _read(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A file of events with webhooks, opened for reading; None where there is none."""
    if not path.exists():
        yield None
        return
    try:
        with closing(sqlite3.connect(reading_uri(path), uri=True)) as db:
            there = db.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('recipient', 'attempt')").fetchone()
            yield db if there[0] == 2 else None
    except sqlite3.Error as error:
        raise failure(path, error) from error


class Outbox:
    """The messages of a file of events that somebody else writes, too. May be used from many threads."""

    def __init__(self, path: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        """Raises StoreError."""
        self._path, self._now_ns, self._lock = path, now_ns, threading.Lock()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise failure(path, error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def next(self, hook: str) -> Message | None:
        """The message for a webhook that is due first, None where none is due yet. Raises StoreError."""
        with self._look() as db:
            row = db.execute(
                "SELECT id, message, time_ns, name, data, tries FROM outbox WHERE hook = ? AND due_ns <= ?"
                " ORDER BY due_ns, id LIMIT 1",
                (hook, self._now_ns()),
            ).fetchone()
        return Message._make((*row[:4], json.loads(row[4]), row[5])) if row else None

    def due_ns(self, hook: str = "") -> int | None:
        """When the next message is due, for one webhook or any; None where none waits. Raises StoreError."""
        with self._look() as db:
            return _due(db, hook)

    def taken(self, message: Message, attempt: Attempt) -> None:
        """A webhook took a message. Raises StoreError."""
        with self._work() as db:
            self._note(db, attempt)
            gone = db.execute("DELETE FROM outbox WHERE id = ?", (message.number,)).rowcount
            db.execute("UPDATE recipient SET taken = taken + ? WHERE hook = ?", (gone, attempt.hook))

    def failed(self, message: Message, attempt: Attempt, wait_seconds: float | None) -> None:
        """A webhook did not take a message, which is tried again after some seconds; None: it is given up. Raises
        StoreError."""
        with self._work() as db:
            self._note(db, attempt)
            if wait_seconds is None:
                db.execute("DELETE FROM outbox WHERE id = ?", (message.number,))
                db.execute("UPDATE recipient SET given_up = given_up + 1 WHERE hook = ?", (attempt.hook,))
            else:
                due_ns = self._now_ns() + int(wait_seconds * 1e9)
                db.execute(
                    "UPDATE outbox SET tries = ?, due_ns = ? WHERE id = ?", (attempt.tries, due_ns, message.number)
                )

    def give_up(self, hook: str, before_ns: int) -> int:
        """Give up all messages for a webhook that tell of what happened before a time; how many. Raises StoreError."""
        with self._work() as db:
            gone = db.execute("DELETE FROM outbox WHERE hook = ? AND time_ns < ?", (hook, before_ns)).rowcount
            if gone:
                db.execute("UPDATE recipient SET given_up = given_up + ? WHERE hook = ?", (gone, hook))
        return gone

    def disable(self, attempt: Attempt) -> int:
        """A webhook wants nothing any more; how many messages that waited for it were dropped. Raises StoreError."""
        with self._work() as db:
            self._note(db, attempt)
            gone = db.execute("DELETE FROM outbox WHERE hook = ?", (attempt.hook,)).rowcount
            db.execute(
                "UPDATE recipient SET disabled_ns = ?, given_up = given_up + ? WHERE hook = ?",
                (self._now_ns(), gone, attempt.hook),
            )
        return gone

    def tested(self, attempt: Attempt) -> None:
        """Somebody had a message sent to a webhook; one that takes it wants others, too. Raises StoreError."""
        with self._work() as db:
            self._note(db, attempt)
            if not attempt.problem:
                db.execute("UPDATE recipient SET disabled_ns = NULL WHERE hook = ?", (attempt.hook,))

    @staticmethod
    def _note(db: sqlite3.Connection, attempt: Attempt) -> None:
        db.execute(
            "INSERT INTO attempt (hook, message, name, time_ns, tries, status, problem, ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            attempt,
        )
        db.execute("DELETE FROM attempt WHERE id <= (SELECT max(id) FROM attempt) - ?", (ATTEMPTS,))

    @contextmanager
    def _look(self) -> Iterator[sqlite3.Connection]:
        """The file, for one thread at a time."""
        try:
            with self._lock:
                yield self._db
        except sqlite3.Error as error:
            raise failure(self._path, error) from error

    @contextmanager
    def _work(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with self._look() as db, transaction(db):
            yield db


def next_due(path: Path) -> int | None:
    """When the next message of a file is due (ns since 1970), None where none waits. Nothing is written. Raises
    StoreError."""
    with _read(path) as db:
        return None if db is None else _due(db, "")


def _due(db: sqlite3.Connection, hook: str) -> int | None:
    """Asks the index once for each webhook: what waits may be much."""
    found: int | None = db.execute(
        "SELECT min(due) FROM (SELECT (SELECT min(due_ns) FROM outbox o WHERE o.hook = r.hook) AS due FROM recipient r"
        " WHERE ?1 = '' OR hook = ?1)",
        (hook,),
    ).fetchone()[0]
    return found
