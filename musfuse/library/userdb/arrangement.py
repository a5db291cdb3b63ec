"""What somebody rearranged in views, by hand on the drive, and the log of that, as it is kept.

An edit changes rows of five tables and notes what they were before, so that it can be taken back exactly, the last one
first. What is in force is the rows as they are: nothing is played again.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.library.userdb.database import UserDatabase


@dataclass(frozen=True, slots=True)
class ArrangedFolder:
    """A folder that somebody made, moved or renamed, or that lies above such a one: `parent` is another one's id, 0 for
    the root. One that is `kept` is shown with nothing in it."""

    id: int
    parent: int
    name: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a track stays whatever its tags say: in a folder, by its id, under a name, '' for the one that the template
    gives. A name that `follows` is without its extension. One that is `gone` is not in the view; it was there."""

    folder: int
    name: str = ""
    follows: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """One more entry of a track, by its public id: in a folder, by its id, under a name, as Stay has it. One that is
    `gone` is not in the view; it was there. Of a cover or another companion the track is 0: what a folder has of that
    name follows from the tracks in it."""

    track: int
    folder: int
    name: str
    follows: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a view: `what` is move, copy, remove, make or hide, `path` where that was on the drive, `target` where
    a move or copy went, `tracks` how many tracks it concerned."""

    seq: int
    at_ns: int
    what: str
    path: str
    target: str = ""
    tracks: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows edits change: its columns in order, those of its key among them. The last one is `seq`."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def where(self) -> str:
        return " AND ".join(f"{column} = ?" for column in self.key)


_TABLES = {
    table.name: table
    for table in (
        _Table("view_folder", ("id", "view", "parent", "name", "kept", "seq"), ("id",)),
        _Table("view_base", ("view", "key", "folder", "seq"), ("view", "key")),
        _Table("view_item", ("view", "id", "folder", "name", "follows", "gone", "seq"), ("view", "id")),
        _Table("view_copy", ("id", "view", "item", "folder", "name", "follows", "gone", "seq"), ("id",)),
        _Table("view_hidden", ("view", "folder", "name_key", "seq"), ("view", "folder", "name_key")),
    )
}


class ArrangementTable:
    """Queries and updates over what is rearranged in the view of a name. What changes something is called in a
    transaction of the database."""

    def __init__(self, database: UserDatabase, view: str, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._db, self.view, self._now_ns = database, view, now_ns

    # what is in force

    def folders(self) -> Iterator[ArrangedFolder]:
        """All folders, in order of id."""
        for row in self._paged("view_folder", "id, parent, name, kept", "id"):
            yield ArrangedFolder(row[0], row[1], row[2], bool(row[3]))

    def bases(self) -> Iterator[tuple[str, int]]:
        """Folders of the template by their keys, and which folders show them."""
        return ((key, folder) for key, folder in self._paged("view_base", "key, folder", "key"))

    def stays(self) -> Iterator[tuple[int, Stay]]:
        """Tracks by public id, and where they stay."""
        for row in self._paged("view_item", "id, folder, name, follows, gone", "id"):
            yield row[0], Stay(row[1], row[2], bool(row[3]), bool(row[4]))

    def copies(self) -> Iterator[tuple[int, Copy]]:
        """Further entries of tracks by their ids."""
        columns = "id, item, folder, name, follows, gone"
        for row in self._paged("view_copy", columns, "id") if self._db.has_copies else ():
            yield row[0], Copy(row[1], row[2], row[3], bool(row[4]), bool(row[5]))

    def hidden(self) -> list[tuple[int, str]]:
        """Companions that are hidden, as (folder, name key)."""
        rows = self._run("SELECT folder, name_key FROM view_hidden WHERE view = ?", self.view)
        return [(folder, key) for folder, key in rows]

    def edits(self, after: int = 0, limit: int = 1000) -> list[Edit]:
        """Edits in force with a number above `after`, the first ones first."""
        rows = self._run(
            "SELECT seq, at_ns, what, path, target, tracks FROM view_edit WHERE view = ? AND seq > ?"
            " ORDER BY seq LIMIT ?",
            self.view, after, limit,
        )  # fmt: skip
        return [Edit(*row) for row in rows]

    def latest(self, limit: int = 0) -> list[Edit]:
        """The last edits in force, so many, 0 for all, the last one first."""
        rows = self._run(
            "SELECT seq, at_ns, what, path, target, tracks FROM view_edit WHERE view = ? ORDER BY seq DESC LIMIT ?",
            self.view, limit or -1,
        )  # fmt: skip
        return [Edit(*row) for row in rows]

    def last(self) -> Edit | None:
        """The last edit in force."""
        return next(iter(self.latest(1)), None)

    def count_from(self, seq: int) -> int:
        """How many edits are in force from this number on."""
        rows = self._run("SELECT count(*) FROM view_edit WHERE view = ? AND seq >= ?", self.view, seq)
        return int(rows[0][0]) if rows else 0

    def count(self) -> int:
        """How many edits are in force."""
        return int(self._run("SELECT count(*) FROM view_edit WHERE view = ?", self.view)[0][0]) if self._is_there else 0

    def edit_of(self, public: int) -> Edit | None:
        """The edit by which a track stays where it is, or is gone; None where none does."""
        return self._edit("SELECT seq FROM view_item WHERE view = ? AND id = ?", self.view, public)

    def edit_of_base(self, key: str) -> Edit | None:
        """The edit by which a folder of the template, by its key, is shown as another one; None where none does."""
        return self._edit("SELECT seq FROM view_base WHERE view = ? AND key = ?", self.view, key)

    def edit_of_copy(self, copy: int) -> Edit | None:
        """The edit by which a further entry of a track is where it is; None where there is no such entry."""
        return self._edit("SELECT seq FROM view_copy WHERE id = ?", copy) if self._db.has_copies else None

    def _edit(self, which: str, *values: object) -> Edit | None:
        rows = self._run(f"SELECT seq, at_ns, what, path, target, tracks FROM view_edit WHERE seq = ({which})", *values)
        return Edit(*rows[0]) if rows else None

    # what an edit changes

    def begin(self, what: str, path: str, target: str = "") -> int:
        """Log an edit; its number."""
        (row,) = self._run(
            "INSERT INTO view_edit (view, at_ns, what, path, target, tracks) VALUES (?, ?, ?, ?, ?, 0) RETURNING seq",
            self.view, self._now_ns(), what, path, target,
        )  # fmt: skip
        self.touch()
        return int(row[0])

    def concerned(self, seq: int, tracks: int) -> None:
        """Note how many tracks an edit concerned."""
        self._run("UPDATE view_edit SET tracks = ? WHERE seq = ?", tracks, seq)

    def put_folder(self, seq: int, parent: int, name: str, kept: bool, folder: int | None = None) -> int:
        """Make a folder, or change one; its id."""
        if folder is None:
            (row,) = self._run(
                "INSERT INTO view_folder (view, parent, name, kept, seq) VALUES (?, ?, ?, ?, ?) RETURNING id",
                self.view, parent, name, int(kept), seq,
            )  # fmt: skip
            return int(row[0])
        self._put(seq, "view_folder", folder, self.view, parent, name, int(kept))
        return folder

    def drop_folder(self, seq: int, folder: int) -> None:
        """Forget a folder."""
        self._drop(seq, "view_folder", folder)

    def put_base(self, seq: int, key: str, folder: int) -> None:
        """Have a folder of the template shown as another one."""
        self._put(seq, "view_base", self.view, key, folder)

    def drop_base(self, seq: int, key: str) -> None:
        """Have a folder of the template shown as it is."""
        self._drop(seq, "view_base", self.view, key)

    def put_stay(self, seq: int, public: int, stay: Stay) -> None:
        """Have a track stay somewhere."""
        self._put(seq, "view_item", self.view, public, stay.folder, stay.name, int(stay.follows), int(stay.gone))

    def drop_stay(self, seq: int, public: int) -> None:
        """Have a track go where the template says."""
        self._drop(seq, "view_item", self.view, public)

    def pin(self, seq: int, folder: int, publics: Sequence[int]) -> None:
        """Have these tracks stay in a folder, as far as nothing was said of them."""
        self._run(
            "INSERT OR IGNORE INTO view_item (view, id, folder, name, follows, gone, seq)"
            " SELECT ?, value, ?, '', 0, 0, ? FROM json_each(?)",
            self.view, folder, seq, json.dumps(list(publics)),
        )  # fmt: skip

    def put_copy(self, seq: int, copy: Copy, number: int | None = None) -> int:
        """Make a further entry of a track, or change one; its id."""
        values = (copy.track, copy.folder, copy.name, int(copy.follows), int(copy.gone))
        if number is None:
            (row,) = self._run(
                "INSERT INTO view_copy (view, item, folder, name, follows, gone, seq) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " RETURNING id",
                self.view, *values, seq,
            )  # fmt: skip
            return int(row[0])
        self._put(seq, "view_copy", number, self.view, *values)
        return number

    def drop_copy(self, seq: int, number: int) -> None:
        """Forget a further entry of a track."""
        self._drop(seq, "view_copy", number)

    def hide(self, seq: int, folder: int, name_key: str) -> None:
        """Hide a companion."""
        self._put(seq, "view_hidden", self.view, folder, name_key)

    def unhide(self, seq: int, folder: int, name_key: str) -> None:
        """Show a companion again."""
        self._drop(seq, "view_hidden", self.view, folder, name_key)

    def take_back(self, seq: int) -> None:
        """Make the rows what they were before an edit, which has to be the last one in force."""
        for table in _TABLES.values():
            self._run(f"DELETE FROM {table.name} WHERE seq = ?", seq)
        for name, row in self._run("SELECT tbl, row FROM view_before WHERE seq = ?", seq):
            table = _TABLES[name]
            marks = ", ".join("?" * len(table.columns))
            self._run(f"INSERT OR REPLACE INTO {name} ({', '.join(table.columns)}) VALUES ({marks})", *json.loads(row))
        self._run("DELETE FROM view_before WHERE seq = ?", seq)
        self._run("DELETE FROM view_edit WHERE seq = ?", seq)
        self.touch()

    def clear(self) -> None:
        """Forget all that was rearranged in the view, and its log."""
        if not self._is_there:
            return
        self._run("DELETE FROM view_before WHERE seq IN (SELECT seq FROM view_edit WHERE view = ?)", self.view)
        for table in (*_TABLES, "view_edit"):
            self._run(f"DELETE FROM {table} WHERE view = ?", self.view)
        self.touch()

    def touch(self) -> None:
        """Note that something changed: the catalog tells by it whether it knows all."""
        self._run("INSERT OR REPLACE INTO view_arranged VALUES (1, ?)", secrets.token_hex(8))

    # how that is written

    @property
    def _is_there(self) -> bool:
        return self._db.has_arrangement

    def _run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, *values) if self._is_there else []

    def _paged(self, table: str, columns: str, key: str, page: int = 1000) -> Iterator[tuple[Any, ...]]:
        """Rows of the view in order of a key, read in pages."""
        at, after = columns.split(", ").index(key), ()  # type: tuple[int, tuple[object, ...]]
        while True:
            rows = self._run(
                f"SELECT {columns} FROM {table} WHERE view = ?{f' AND {key} > ?' if after else ''}"
                f" ORDER BY {key} LIMIT ?",
                self.view, *after, page,
            )  # fmt: skip
            yield from rows
            if len(rows) < page:
                return
            after = (rows[-1][at],)

    def _put(self, seq: int, name: str, *values: object) -> None:
        table = _TABLES[name]
        self._note(seq, table, values)
        marks = ", ".join("?" * len(table.columns))
        self._run(f"INSERT OR REPLACE INTO {name} ({', '.join(table.columns)}) VALUES ({marks})", *values, seq)

    def _drop(self, seq: int, name: str, *key: object) -> None:
        table = _TABLES[name]
        self._note(seq, table, key)
        self._run(f"DELETE FROM {name} WHERE {table.where()}", *key)

    def _note(self, seq: int, table: _Table, values: Sequence[object]) -> None:
        """Keep a row as it was before an edit first changes it; one that the edit made has nothing to be kept."""
        key = values[: len(table.key)]
        rows = self._run(f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {table.where()}", *key)
        if rows and rows[0][-1] != seq:
            self._run(
                "INSERT OR IGNORE INTO view_before VALUES (?, ?, ?, ?)",
                seq, table.name, json.dumps(list(key)), json.dumps(list(rows[0])),
            )  # fmt: skip


def token(database: UserDatabase) -> str:
    """A text that is another one after each edit of any view; '' where there never was one."""
    rows = database.execute("SELECT token FROM view_arranged") if database.has_arrangement else []
    return str(rows[0][0]) if rows else ""


def merge(database: UserDatabase, old: int, new: int) -> None:
    """The public ids `old` and `new` are the same track: it stays where that one does of which something was said last.
    Raises StoreError."""
    if not database.has_arrangement:
        return
    with database.transaction():
        if database.has_copies:
            database.execute("UPDATE view_copy SET item = ? WHERE item = ?", new, old)
            database.execute(
                "UPDATE view_before SET row = json_set(row, '$[2]', ?) WHERE tbl = 'view_copy'"
                " AND json_extract(row, '$[2]') = ?",
                new, old,
            )  # fmt: skip
        for (view,) in database.execute("SELECT view FROM view_item WHERE id = ?", old):
            was, is_ = json.dumps([view, old]), json.dumps([view, new])
            database.execute(
                "UPDATE OR IGNORE view_before SET key = ?, row = json_set(row, '$[1]', ?)"
                " WHERE tbl = 'view_item' AND key = ?",
                is_, new, was,
            )  # fmt: skip
        database.execute(
            "DELETE FROM view_item WHERE id = ?1 AND EXISTS (SELECT 1 FROM view_item o WHERE o.view = view_item.view"
            " AND o.id = ?2 AND o.seq > view_item.seq)",
            new, old,
        )  # fmt: skip
        database.execute("UPDATE OR IGNORE view_item SET id = ? WHERE id = ?", new, old)
        database.execute("DELETE FROM view_item WHERE id = ?", old)
        if database.has_copies:  # who has a copy is not gone
            database.execute(
                "DELETE FROM view_item WHERE id = ?1 AND gone AND EXISTS (SELECT 1 FROM view_copy c"
                " WHERE c.view = view_item.view AND c.item = ?1 AND NOT c.gone)",
                new,
            )
