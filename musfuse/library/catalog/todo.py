"""What the stages of the pipeline have still to look at. A stage is told of what it watches, and finds it here."""

import sqlite3
from collections.abc import Iterable
from enum import StrEnum

from musfuse.library.catalog.database import Database

Key = int | str


class Watch(StrEnum):
    """What can change in the catalog. Keys of FOLDER are ids of folders, those of all others ids of items. A stage that
    watches FOLDER watches nothing else, since numbers do not tell what they are of.

    FOLDER: a file in it came, went or changed. ITEM: it is new, or was read anew. TAGS: what is served of its tags or
    pictures changed. MEMBER: what it belongs to changed, or what is known of it. GONE: it is not there any more, for
    stages that keep something of items where the catalog does not take it along; all that the others had still to do
    for it goes. Ids of items are used again: what a stage finds under a key may be another item by then, or none.
    """

    FOLDER = "folder"
    ITEM = "item"
    TAGS = "tags"
    MEMBER = "member"
    GONE = "gone"


_ALL = {
    Watch.FOLDER: "SELECT ?, id FROM folder WHERE id IN (SELECT folder FROM file)",
    Watch.ITEM: "SELECT ?, id FROM item",
    Watch.TAGS: "SELECT ?, id FROM item",
    Watch.MEMBER: "SELECT ?, id FROM item",
}

_ANY = """
WITH RECURSIVE s (stage) AS (SELECT min(stage) FROM todo UNION ALL
    SELECT (SELECT min(stage) FROM todo t WHERE t.stage > s.stage) FROM s WHERE s.stage IS NOT NULL)
SELECT 1 FROM s WHERE stage IS NOT NULL
    AND stage NOT IN (SELECT 'settle.' || id FROM tree WHERE id NOT IN (SELECT tree FROM view)) LIMIT 1
"""


class Todo:
    """Queries and updates over watch and todo."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def subscribe(self, stage: str, watches: Iterable[Watch], rules: str) -> bool:
        """Tell a stage of these from now on. Where it is new, or these or its rules are others than last time, it has
        to look at everything; whether that is so. Of what went while it was not subscribed it is not told."""
        watches = list(watches)
        if self._db.meta(f"rules:{stage}") == rules and self._watched(stage) == set(watches):
            return False
        with self._db.write() as db:
            db.execute("DELETE FROM watch WHERE stage = ?", (stage,))
            db.executemany("INSERT INTO watch (what, stage) VALUES (?, ?)", [(what, stage) for what in watches])
            for what in _ALL.keys() & watches[:1]:
                db.execute(f"INSERT OR IGNORE INTO todo {_ALL[what]}", (stage,))
            self._db.set_meta(f"rules:{stage}", rules)
        return True

    def forget_others(self, stages: Iterable[str]) -> None:
        """Forget the marks and watches of all stages but these."""
        known = set(stages)
        with self._db.read() as db:
            found = {row[0] for row in db.execute("SELECT DISTINCT stage FROM todo UNION SELECT stage FROM watch")}
        gone = [name for name in found if name.partition(".")[0] not in known]
        if not gone:
            return
        with self._db.write() as db:
            for stage in gone:
                db.execute("DELETE FROM todo WHERE stage = ?", (stage,))
                db.execute("DELETE FROM watch WHERE stage = ?", (stage,))
                db.execute("DELETE FROM meta WHERE key = ?", (f"rules:{stage}",))

    def _watched(self, stage: str) -> set[str]:
        with self._db.read() as db:
            return {row[0] for row in db.execute("SELECT what FROM watch WHERE stage = ?", (stage,))}

    def nobody_watches(self) -> bool:
        """Whether the catalog is new: no stage was ever subscribed."""
        with self._db.read() as db:
            return db.execute("SELECT 1 FROM watch LIMIT 1").fetchone() is None

    def any(self) -> bool:
        """Whether anything is to be done before the trees that are shown are whole, as a kill leaves it. Looks at the
        first mark of each stage, however large the library is."""
        with self._db.read() as db:
            return db.execute(_ANY).fetchone() is not None


def is_behind(database: Database, seq: int) -> bool:
    """Whether anything is to be done before a catalog may be shown: it is new, or a kill left something, or it does not
    know the change `seq`, the last one of user.db. Costs the same for every library."""
    todo = Todo(database)
    return int(database.meta("overlay_seq") or 0) != seq or todo.any() or todo.nobody_watches()


def mark_one(db: sqlite3.Connection, what: Watch, key: int) -> None:
    """Tell the stages that watch for it that something changed."""
    db.execute("INSERT OR IGNORE INTO todo (stage, key) SELECT stage, ? FROM watch WHERE what = ?", (key, what))


def mark(db: sqlite3.Connection, what: Watch, keys: Iterable[int]) -> None:
    """As `mark_one`, for many."""
    stages = [row[0] for row in db.execute("SELECT stage FROM watch WHERE what = ?", (what,))]
    for stage in stages:
        add(db, stage, keys)


def add(db: sqlite3.Connection, stage: str, keys: Iterable[Key]) -> None:
    """Have one stage look at these keys."""
    db.executemany("INSERT OR IGNORE INTO todo (stage, key) VALUES (?, ?)", [(stage, key) for key in keys])


def due(db: sqlite3.Connection, stage: str, limit: int) -> list[Key]:
    """Some keys that a stage has to look at, in order."""
    rows = db.execute("SELECT key FROM todo WHERE stage = ? ORDER BY key LIMIT ?", (stage, limit))
    return [row[0] for row in rows]


def done(db: sqlite3.Connection, stage: str, keys: Iterable[Key]) -> None:
    """Note that a stage looked at these keys, in the transaction that has the results."""
    db.executemany("DELETE FROM todo WHERE stage = ? AND key = ?", [(stage, key) for key in keys])
