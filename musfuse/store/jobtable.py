"""Jobs written down in SQLite, so that they survive their process, and what it did can be looked up."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from musfuse.errors import StoreError
from musfuse.jobs.job import ENDED, Job, Resource, State
from musfuse.jobs.ledger import interrupted
from musfuse.lru import Lru
from musfuse.store.complaint import Complaint
from musfuse.store.opening import failure, is_damaged, opening_failure, reading_uri

KEPT = 200
"""Ended jobs of a kind that are kept."""
_HELD = 200
"""Jobs that are kept in memory, whether they could be written or not."""

# job: one row a job. Owner: this module. Times are ns since 1970, 0 for not yet; `params`, `what`, `result` and `error`
# are JSON, which takes names that are no text. AUTOINCREMENT: an id is never given again. `job_place` finds the last
# job of a kind and key.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT NOT NULL,
    resource TEXT NOT NULL,
    key      TEXT NOT NULL,
    params   TEXT NOT NULL,
    state    TEXT NOT NULL,
    asked_ns INTEGER NOT NULL,
    began_ns INTEGER NOT NULL,
    ended_ns INTEGER NOT NULL,
    done     INTEGER NOT NULL,
    total    INTEGER NOT NULL,
    what     TEXT NOT NULL,
    result   TEXT NOT NULL,
    error    TEXT NOT NULL,
    tries    INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS job_place ON job (kind, key, id);
"""
_COLUMNS = (
    "id, kind, resource, key, params, state, asked_ns, began_ns, ended_ns, done, total, what, result, error, tries"
)
_VERSION = 1
_DISCARDED = "only what jobs did is lost with it"
_ENDED = ", ".join(f"'{state}'" for state in sorted(ENDED))


class JobTable:
    """A ledger in a file, which is opened when it is needed first. May be used from many threads.

    The last jobs are held in memory as well: what a full or failing disk does not take is written once it takes
    something again. A file that is damaged gives way to an empty one.
    """

    def __init__(self, path: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._path, self._now_ns = path, now_ns
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._held: Lru[int, Job] = Lru(_HELD)
        self._unwritten: dict[int, None] = {}
        self._complaint = Complaint("what jobs did is not kept, and none goes on after a kill")

    @property
    def problem(self) -> str:
        """Why nothing can be written now, '' where it can."""
        return self._complaint.problem

    def open(self) -> tuple[int, list[Job]]:
        """The last id that was given, and the jobs to go on with, as `Ledger.open` has it."""
        with self._lock:
            try:
                return self._take_over()
            except StoreError as error:
                self._complaint.failed(error)
                if not is_damaged(error):
                    return max(self._held, default=0), []
            self._discard()
            return max(self._held, default=0), []

    def put(self, job: Job) -> None:
        """Write down a job as it is now."""
        with self._lock:
            self._unwritten[job.id] = None
            for gone, _ in self._held.put(job.id, job):
                self._unwritten.pop(gone, None)
            try:
                self._write()
            except StoreError as error:
                self._complaint.failed(error)
            else:
                self._complaint.worked()

    def get(self, job: int) -> Job | None:
        """A job by its id."""
        with self._lock:
            found = self._held.peek(job)
            return found or next(iter(self._read("WHERE id = ?", job)), None)

    def rows(self, kind: str = "", limit: int = 100) -> list[Job]:
        """The last jobs, of one kind or all, the latest first."""
        with self._lock:
            where, values = _of_kind(kind)
            written = {job.id: job for job in self._read(f"{where} ORDER BY id DESC LIMIT ?", *values, limit)}
            held = {job.id: job for _, job in self._held.items() if kind in ("", job.kind)}
        return sorted((written | held).values(), key=lambda job: -job.id)[:limit]

    def close(self) -> None:
        """Close the file; it is opened again where it is needed."""
        with self._lock:
            if self._unwritten:
                with suppress(StoreError):
                    self._write()
            self._let_go()

    def _take_over(self) -> tuple[int, list[Job]]:
        for job in self._selected(f"WHERE state NOT IN ({_ENDED})"):
            self._store(interrupted(job, self._now_ns()))
        last = self._run("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'job'")[0][0]
        left = self._selected(
            "WHERE state = ? AND id = (SELECT max(id) FROM job o WHERE (o.kind, o.key) = (job.kind, job.key))"
            " ORDER BY id",
            State.INTERRUPTED,
        )
        return max(last, max(self._held, default=0)), left

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _discard(self) -> None:
        """The file is of no use; an empty one takes its place when it is needed."""
        self._let_go()
        for file in (self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def _write(self) -> None:
        for number in list(self._unwritten):
            job = self._held.peek(number)
            assert job is not None
            self._store(job)
            if job.ended:
                self._trim(job.kind)
            del self._unwritten[number]

    def _store(self, job: Job) -> None:
        values = (
            job.id, job.kind, job.resource, job.key, _json(job.params), job.state, job.asked_ns, job.began_ns,
            job.ended_ns, job.done, job.total, _json(job.what), _json(job.result), _json(job.error), job.tries,
        )  # fmt: skip
        self._run(f"INSERT OR REPLACE INTO job ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})", *values)

    def _trim(self, kind: str) -> None:
        self._run(
            f"DELETE FROM job WHERE kind = ? AND state IN ({_ENDED}) AND id <="
            f" (SELECT id FROM job WHERE kind = ? AND state IN ({_ENDED}) ORDER BY id DESC LIMIT 1 OFFSET {KEPT})",
            kind, kind,
        )  # fmt: skip

    def _read(self, where: str, *values: object) -> list[Job]:
        """Rows; none where the file cannot be read."""
        try:
            return self._selected(where, *values)
        except StoreError as error:
            self._complaint.failed(error)
            return []

    def _selected(self, where: str, *values: object) -> list[Job]:
        return [_job(row) for row in self._run(f"SELECT {_COLUMNS} FROM job {where}", *values)]

    def _run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        if self._db is None:
            self._db = _connected(self._path)
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise failure(self._path, error) from error


def read_jobs(path: Path, kind: str = "", limit: int = 100) -> list[Job]:
    """The last jobs that a process wrote down which is gone, the latest first; nothing is written. What it left waiting
    or running is interrupted, and will be called that by the next process. Raises StoreError."""
    if not path.exists():
        return []
    where, values = _of_kind(kind)
    try:
        db = sqlite3.connect(reading_uri(path), uri=True)
        try:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM job {where} ORDER BY id DESC LIMIT ?", (*values, limit)
            ).fetchall()
        finally:
            db.close()
    except sqlite3.Error as error:
        raise opening_failure(path, error, _DISCARDED) from error
    return [replace(job, state=job.state if job.ended else State.INTERRUPTED) for job in map(_job, rows)]


def _connected(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=20)
        try:
            if not db.execute("PRAGMA user_version").fetchone()[0]:
                db.execute("PRAGMA journal_mode=WAL")
                db.executescript(f"BEGIN IMMEDIATE;\n{_SCHEMA}\nPRAGMA user_version={_VERSION};\nCOMMIT;")
            db.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        raise opening_failure(path, error, _DISCARDED) from error
    return db


def _job(row: tuple[Any, ...]) -> Job:
    number, kind, resource, key, params, state, asked, began, ended, done, total, what, result, error, tries = row
    return Job(
        number, kind, Resource(resource), key, json.loads(params), State(state), asked, began, ended, done, total,
        json.loads(what), json.loads(result), json.loads(error), tries,
    )  # fmt: skip


def _of_kind(kind: str) -> tuple[str, tuple[str, ...]]:
    """A condition, and its values; what is no text is no kind."""
    return ("WHERE kind = ?", (kind.encode("utf-8", "replace").decode(),)) if kind else ("", ())


def _json(value: object) -> str:
    return json.dumps(value)
