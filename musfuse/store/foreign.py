"""Databases of other programs, read without leaving a trace: a copy is read, as of one moment, what lies in the log
included, and the file, the files beside it and their times stay as they are.

What such a database holds is hostile. Nothing of its schema is run: only plain tables are read, by the names of their
columns, and values are bounded.
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path

from musfuse.errors import ConfigError, plainly
from musfuse.platform.regular import check_regular
from musfuse.store.opening import database_uri

LARGEST = 16 << 20
"""Bytes of a value, or of a row, that are read."""
_PAGES, _BATCH, _TRIES = 4096, 500, 3
_BESIDE = ("-wal", "-journal")
_QUIET_NS = 2_000_000_000
"""What was not written for so long, nobody is writing."""
_SMALLEST_ROW = 4
"""Bytes that a row takes at least: pages that hold one another may seem to hold rows without end."""
_ENDLESS = "it is damaged: it seems to hold more than it has room for"
_STEPS, _STEPS_OF_BYTE = 100_000, 25
"""Steps of SQLite's machine between two looks at whether there are too many, and how many a byte may take."""
_SAFE = ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "cache_size=-8192")


class ForeignDatabase:
    """A copy of a database that lay at `path`. For one thread."""

    def __init__(self, path: Path, copy: sqlite3.Connection) -> None:
        self.path, self._db = path, copy
        copy.set_progress_handler(self._goes_on_too_long, _STEPS)
        self._steps = self._bytes = 0
        (pages,), (size,) = (copy.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        self._bytes = pages * size

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a plain table; none where there is no such table, or it is a view or a virtual one."""
        with self._told():
            found = self._db.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0", (table,)
            ).fetchone()
            rows = self._db.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall() if found else []
        return frozenset(str(row[1]) for row in rows if not row[6])  # the last: hidden, or computed by an expression

    def rows(
        self, table: str, columns: Sequence[str], order: Sequence[str] = (), where: tuple[str, object] | None = None
    ) -> Iterator[tuple[object, ...]]:
        """The rows of a table: these columns, in the order of those, all or where one has a value. Text that is no
        UTF-8 keeps its bytes (PEP 383). Raises ConfigError where they cannot be read."""
        sql = f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(table)}"
        sql += f" WHERE {_quoted(where[0])} = ?" if where else ""
        sql += f" ORDER BY {', '.join(map(_quoted, order))}" if order else ""
        values, count = (where[1],) if where else (), 0
        with self._told():
            try:
                for batch in self._batches(sql, values):
                    yield from batch
                    count += len(batch)
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                self._db.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
                yield from islice(chain.from_iterable(self._batches(sql, values)), count, None)

    def count(self, table: str) -> int:
        """How many rows a table has. Raises ConfigError where that cannot be read."""
        with self._told():
            return int(self._db.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])

    def make_fast(self, table: str, column: str) -> None:
        """See to it that `rows` finds those with a value in a column without looking at all of them."""
        with self._told():
            for index in self._db.execute(f"PRAGMA index_list({_quoted(table)})").fetchall():
                first = self._db.execute(f"PRAGMA index_info({_quoted(index[1])})").fetchone()
                if first is not None and first[2] == column and not index[4]:  # the last: of some rows only
                    return
            self._db.execute("PRAGMA query_only=OFF")  # it is our copy
            name = _quoted(f"of musfuse: {table}, {column}")
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {_quoted(table)} ({_quoted(column)})")
            self._db.execute("PRAGMA query_only=ON")

    def _batches(self, sql: str, values: tuple[object, ...]) -> Iterator[list[tuple[object, ...]]]:
        room = self._bytes // _SMALLEST_ROW
        with closing(self._db.cursor()) as cursor:
            cursor.arraysize = _BATCH
            cursor.execute(sql, values)
            while rows := cursor.fetchmany():
                room -= len(rows)
                if room < 0:
                    raise sqlite3.DatabaseError(_ENDLESS)
                yield rows
                self._steps = 0

    def _goes_on_too_long(self) -> bool:
        """Whether SQLite has done more for the next rows than all of the file can be worth."""
        self._steps += _STEPS
        return self._steps > _STEPS + self._bytes * _STEPS_OF_BYTE

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._steps = 0
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:
            raise ConfigError(f"{self.path}: cannot be read: {_said(error)}") from error


@contextmanager
def foreign_database(path: Path, folder: Path | None = None) -> Iterator[ForeignDatabase]:
    """A copy of the database at `path`, for the block; it lies in files without a name, gone also after a kill. What
    has to be copied with its log lies for a moment in `folder`, which is made: who gives it drops what a kill leaves
    there. Raises ConfigError where that is no database, or cannot be read."""
    check_regular(path)
    real = path.resolve()  # a log lies beside the file, not beside a link to it
    with closing(sqlite3.connect("", check_same_thread=False)) as copy:
        try:
            _copy(real, copy, folder)
            database = ForeignDatabase(path, copy)
            for pragma in _SAFE:
                copy.execute(f"PRAGMA {pragma}")
            copy.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
            copy.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(f"{path}: cannot be read as a database: {_said(error)}") from error
        yield database


def _copy(path: Path, copy: sqlite3.Connection, folder: Path | None) -> None:
    for left in range(_TRIES, 0, -1):
        before = _seen(path)
        with ExitStack() as stack:
            uri, locks = _readable(path, before, folder, stack)
            with closing(sqlite3.connect(uri, uri=True, timeout=20)) as original:
                original.execute("PRAGMA trusted_schema=OFF")
                original.backup(copy, pages=_PAGES)
        if locks or _seen(path) == before:
            return
        if left == 1:
            raise ConfigError(f"{path}: is being written; end the program that has it open, and try again")


def _readable(path: Path, seen: "_Seen", folder: Path | None, stack: ExitStack) -> tuple[str, bool]:
    """The URI under which a database is read whole, and whether its writers are kept waiting meanwhile. Where a log
    is left of a program that ended, SQLite would move it into the database, and make files beside it: copies of both
    are read then."""
    log = [name for name in _BESIDE if seen.get(name, (0, 0))[0]]
    if log and all(mtime < time.time_ns() - _QUIET_NS for _, mtime in seen.values()):
        if folder is not None:
            folder.mkdir(mode=0o700, exist_ok=True)
        there = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="musfuse-import-", dir=folder)))
        for name in ("", *log):
            shutil.copyfile(f"{path}{name}", there / f"copy{name}")
        return database_uri((there / "copy").absolute()), False
    with path.open("rb") as file:
        in_wal_mode = file.read(20)[18:20] == b"\2\2"
    if in_wal_mode and not log:
        return f"{database_uri(path)}?mode=ro&immutable=1", False
    return f"{database_uri(path)}?mode=ro", True


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return plainly(error)
    return _ENDLESS if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT else str(error)


_Seen = dict[str, tuple[int, int]]


def _seen(path: Path) -> _Seen:
    """What tells whether a database was written: size and mtime in ns of it and of the files beside it that there are,
    by what their names end in."""
    found = _Seen()
    for name in ("", *_BESIDE):
        with suppress(OSError):
            status = Path(f"{path}{name}").stat()
            found[name] = (status.st_size, status.st_mtime_ns)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
