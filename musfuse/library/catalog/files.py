"""Folders and files: what the scanner found, as rows."""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import replace

from musfuse.library.albums import is_disc_folder
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.departures import note_gone
from musfuse.library.catalog.renditions import forget_pictures, forget_renditions, show_again
from musfuse.library.catalog.rows import (
    NOT_LOOKED_AT,
    SOURCE_FILE,
    FileRow,
    KnownFile,
    dump_format,
    dump_picture,
    dump_tags,
    from_blob,
    source_file,
    to_blob,
)
from musfuse.library.catalog.todo import Watch, mark
from musfuse.model import SourceFile

_SINCE = "; away since "


class Files:
    """Queries and updates over folder, file and scan."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin_scan(self, source: int) -> int:
        """A number for a new scan."""
        with self._db.write() as db:
            cursor = db.execute("INSERT INTO scan (source, began) VALUES (?, ?)", (source, time.time_ns()))
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def end_scan(self, scan: int, whole: bool) -> None:
        """Note that a scan ended; `whole` tells whether it saw everything."""
        with self._db.write() as db:
            db.execute("UPDATE scan SET ended = ?, whole = ? WHERE id = ?", (time.time_ns(), whole, scan))

    def drop_scan(self, scan: int) -> None:
        """A scan of some folders, or of a file, ended. It tells nothing of the source as a whole."""
        with self._db.write() as db:
            db.execute("DELETE FROM scan WHERE id = ?", (scan,))

    def saw_everything(self, source: int) -> bool:
        """Whether the last scan of all of a source came to its end."""
        with self._db.read() as db:
            row = db.execute("SELECT whole FROM scan WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)).fetchone()
        return row is not None and bool(row[0])

    def folder(self, source: int, path: str, scan: int, problem: str = "") -> int:
        """Mark a folder as seen by this scan; its id."""
        with self._db.write() as db:
            above = _album_folder(db, source, path)
            row = db.execute(
                "INSERT INTO folder (source, path, scan, problem, above) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (source, path) DO UPDATE SET scan = excluded.scan, problem = excluded.problem RETURNING"
                " id, above",
                (source, to_blob(path), scan, problem, above),
            ).fetchone()
            if row[1] != above:
                db.execute("UPDATE folder SET above = ? WHERE id = ?", (above, row[0]))
                forget_pictures(db, row[0])
            return int(row[0])

    def keep(self, source: int, path: str, scan: int) -> bool:
        """Mark a folder that could not be listed, and all below it, as seen, so that their files are not taken for
        removed; False where no such folder is known."""
        low = to_blob(path) + b"/" if path else b""
        with self._db.write() as db:
            cursor = db.execute(
                "UPDATE folder SET scan = ? WHERE source = ? AND (path = ? OR substr(path, 1, ?) = ?)",
                (scan, source, to_blob(path), len(low), low),
            )
            return cursor.rowcount > 0

    def unreachable(self, source: int, problem: str) -> None:
        """Note why a source could not be listed at all; what is known of it stands. Since when that is so, where
        somebody said it, stays until it can be reached: who finds it away once more, as after a restart, may not
        know."""
        why, _, since = problem.partition(_SINCE)
        with self._db.note() as db:
            before = db.execute("SELECT problem FROM folder WHERE source = ? AND path = x''", (source,)).fetchone()
            known = before[0].partition(_SINCE)[2] if before else ""
            since = known or since.partition(",")[0]
            problem = f"{why}{_SINCE}{since}" if since else why
            db.execute(
                "INSERT INTO folder (source, path, scan, problem) SELECT id, x'', 0, ? FROM source WHERE id = ?"
                " ON CONFLICT (source, path) DO UPDATE SET problem = excluded.problem",
                (problem, source),
            )

    def reachable(self, source: int) -> None:
        """A source that `unreachable` was said of can be reached again."""
        with self._db.note() as db:
            db.execute("UPDATE folder SET problem = '' WHERE source = ? AND path = x'' AND problem <> ''", (source,))

    def was_another(self, source: int, path: str, ident: str) -> bool:
        """Whether files are known at or below a folder that had another id when it was listed last."""
        low = to_blob(path) + b"/" if path else b""
        with self._db.read() as db:
            row = db.execute(
                "SELECT ident FROM folder WHERE source = ? AND path = ?", (source, to_blob(path))
            ).fetchone()
            if row is None or row[0] in ("", ident):
                return False
            found = db.execute(
                "SELECT 1 FROM folder d JOIN file f ON f.folder = d.id"
                " WHERE d.source = ? AND (d.path = ? OR substr(d.path, 1, ?) = ?) LIMIT 1",
                (source, to_blob(path), len(low), low),
            ).fetchone()
            return found is not None

    def unchanged_folder(self, source: int, path: str, ident: str) -> int | None:
        """The id of a folder of which nothing has to be written but that a scan saw it; None for any other."""
        if is_disc_folder(path.rpartition("/")[2]):  # the folder above may be known now
            return None
        with self._db.read() as db:
            row = db.execute(
                "SELECT id FROM folder WHERE source = ? AND path = ? AND ident = ? AND problem = ''",
                (source, to_blob(path), ident),
            ).fetchone()
        return int(row[0]) if row else None

    def folders(self, source: int) -> list[str]:
        """All folders of a source, as last seen."""
        with self._db.read() as db:
            rows = db.execute("SELECT path FROM folder WHERE source = ? AND path <> x''", (source,))
            return [from_blob(row[0]) for row in rows]

    def is_folder(self, source: int, path: str) -> bool:
        """Whether a scan has seen this folder."""
        with self._db.read() as db:
            values = (source, to_blob(path))
            return db.execute("SELECT 1 FROM folder WHERE source = ? AND path = ?", values).fetchone() is not None

    def folders_in(self, source: int, path: str) -> dict[str, str]:
        """The folders that are known in a folder: their paths, with the ids that the origin had for them."""
        low = to_blob(path) + b"/" if path else b""
        with self._db.read() as db:
            rows = db.execute(
                "SELECT path, ident FROM folder WHERE source = ? AND path > ? AND path < ?"
                " AND instr(substr(path, ?), x'2f') = 0",
                (source, low, low[:-1] + b"0" if low else b"\xff", len(low) + 1),
            )
            return {from_blob(row[0]): row[1] for row in rows}

    def remove_folder(self, source: int, path: str) -> int:
        """Forget a folder with all below it, and note that its files are gone; how many files these were."""
        low = to_blob(path)
        below = "source = ? AND (path = ? OR (path > ? AND path < ?))"
        values = (source, low, low + b"/", low + b"0")
        with self._db.write() as db:
            folders = f"SELECT id FROM folder WHERE {below}"
            (count,) = db.execute(f"SELECT count(*) FROM file WHERE folder IN ({folders})", values).fetchone()
            note_gone(db, f"o.folder IN ({folders})", *values)
            db.execute(f"DELETE FROM folder WHERE {below}", values)
        return int(count)

    def mark_seen(self, scan: int, folders: Iterable[int]) -> None:
        """Mark folders as seen by this scan, but for those that a later one saw."""
        with self._db.write() as db:
            db.executemany("UPDATE folder SET scan = ?1 WHERE id = ?2 AND scan < ?1", [(scan, f) for f in folders])

    def enter(self, source: int, path: str, scan: int, ident: str) -> tuple[int, bool]:
        """Mark a folder as listed by this scan: its id, and whether the origin has another id for it than last time.

        Then its file system numbers its files anew at every mount, or the whole of it was copied: ids tell nothing.
        """
        with self._db.write() as db:
            folder = self.folder(source, path, scan)
            (before,) = db.execute("SELECT ident FROM folder WHERE id = ?", (folder,)).fetchone()
            if before != ident:
                db.execute("UPDATE folder SET ident = ? WHERE id = ?", (ident, folder))
            return folder, before not in ("", ident)

    def known(self, folder: int) -> dict[str, KnownFile]:
        """Files of a folder by name, as last seen."""
        with self._db.read() as db:
            rows = db.execute(f"SELECT o.file, {SOURCE_FILE} FROM original o WHERE o.folder = ?", (folder,))
            return {from_blob(row[3]): KnownFile._make(row) for row in rows}

    def elsewhere(self, now: SourceFile) -> KnownFile | None:
        """The file that is known to be this very version of an original, at whatever place of its source; None where
        none is, or several are."""
        with self._db.read() as db:
            rows = db.execute(
                f"SELECT o.file, {SOURCE_FILE} FROM original o"
                " WHERE o.ident = ? AND o.ident <> '' AND o.size = ? AND o.mtime_ns = ? AND o.uid = ? LIMIT 2",
                (now.ident, now.stamp.size, now.stamp.mtime_ns, now.source_uid),
            ).fetchall()
        return KnownFile._make(rows[0]) if len(rows) == 1 else None

    def move(self, known: KnownFile, folder: int, name: str) -> None:
        """A file lies in another folder now, or has another name: its items stay what they are. That it left its place
        is noted, as of one that is gone."""
        with self._db.write() as db:
            note_gone(db, "o.file = ?", known.id)
            (before,) = db.execute("SELECT folder FROM file WHERE id = ?", (known.id,)).fetchone()
            db.execute("UPDATE file SET folder = ?, name = ? WHERE id = ?", (folder, to_blob(name), known.id))
            mark(db, Watch.FOLDER, {before, folder})
            items = db.execute("SELECT id FROM item WHERE file = ?", (known.id,)).fetchall()
            mark(db, Watch.ITEM, [row[0] for row in items])
            show_again(db, "SELECT ?", (known.id,))

    def renumber(self, known: KnownFile, now: SourceFile) -> SourceFile:
        """Take over the id or tag that a file which did not change has now. The file as it is known from here on: its
        index keeps its name."""
        older = known.file.older_name if known.file.ident == now.ident else known.file.index_name
        with self._db.write() as db:
            db.execute(
                "UPDATE file SET ident = ?, tag = ?, older_name = ? WHERE id = ?",
                (now.ident, now.stamp.tag, older, known.id),
            )
            show_again(db, "SELECT ?", (known.id,))
        return replace(now, older_name=older)

    def put_files(self, batch: Iterable[tuple[int, FileRow]]) -> None:
        """Insert or replace (folder id, row) pairs in one transaction; a track keeps its id and raises its version."""
        with self._db.write() as db:
            folders, items = set[int](), list[int]()
            for folder, row in batch:
                item = _put_file(db, folder, row)
                folders.add(folder)
                if item is not None:
                    items.append(item)
            mark(db, Watch.FOLDER, folders)
            mark(db, Watch.ITEM, items)

    def source_file(self, file: int) -> SourceFile | None:
        """A file by its id."""
        with self._db.read() as db:
            row = db.execute(f"SELECT {SOURCE_FILE} FROM original o WHERE o.file = ?", (file,)).fetchone()
        return source_file(*row) if row else None

    def remove_files(self, files: Iterable[int]) -> None:
        """Forget files, and note that they are gone."""
        with self._db.write() as db:
            for file in files:
                note_gone(db, "o.file = ?", file)
                db.execute("DELETE FROM file WHERE id = ?", (file,))

    def remove_file(self, folder: int, name: str) -> bool:
        """Forget a file, and note that it is gone, unless another scan found it elsewhere meanwhile."""
        with self._db.write() as db:
            row = db.execute("SELECT id FROM file WHERE folder = ? AND name = ?", (folder, to_blob(name))).fetchone()
            if row is not None:
                self.remove_files([row[0]])
        return row is not None

    def remove_unseen(self, source: int, scan: int) -> int:
        """Forget the folders that a whole scan did not see, and note that their files are gone; how many files these
        were."""
        with self._db.write() as db:
            db.execute("UPDATE source SET scanned = 1 WHERE id = ?", (source,))
            (count,) = db.execute(
                "SELECT count(*) FROM file f JOIN folder d ON d.id = f.folder WHERE d.source = ? AND d.scan < ?",
                (source, scan),
            ).fetchone()
            note_gone(db, "o.folder IN (SELECT id FROM folder WHERE source = ? AND scan < ?)", source, scan)
            db.execute("DELETE FROM folder WHERE source = ? AND scan < ?", (source, scan))
        return int(count)


def _album_folder(db: sqlite3.Connection, source: int, path: str) -> int | None:
    """The id of the folder above one that is a disc."""
    above, _, name = path.rpartition("/")
    if not is_disc_folder(name):
        return None
    row = db.execute("SELECT id FROM folder WHERE source = ? AND path = ?", (source, to_blob(above))).fetchone()
    return int(row[0]) if row else None


def _put_file(db: sqlite3.Connection, folder: int, row: FileRow) -> int | None:
    """Put in a file; the id of the item that is all of it, where it is one."""
    mtime_ns = NOT_LOOKED_AT if row.again else row.stamp.mtime_ns
    name = to_blob(row.name)
    known = db.execute("SELECT id FROM file WHERE folder = ? AND name = ?", (folder, name)).fetchone()
    stamp = (row.stamp.size, mtime_ns, row.stamp.tag, row.ident, row.older_name, row.problem, row.note)
    if known is None:  # nothing rests on it yet
        file = db.execute(
            "INSERT INTO file (folder, name, size, mtime_ns, tag, ident, older_name, problem, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (folder, name, *stamp),
        ).lastrowid
    else:
        (file,) = known
        _make_way(db, file, row, mtime_ns)
        db.execute(
            "UPDATE file SET size = ?, mtime_ns = ?, tag = ?, ident = ?, older_name = ?, problem = ?, note = ?"
            " WHERE id = ?",
            (*stamp, file),
        )
    if row.sheets:
        db.executemany(
            "INSERT INTO sheet (file, kind, data) VALUES (?, ?, ?)", [(file, *sheet) for sheet in row.sheets]
        )
    if row.format is None or file is None:
        return None
    return _put_item(db, file, row, dump_format(row.format))


def _make_way(db: sqlite3.Connection, file: int, row: FileRow, mtime_ns: int) -> None:
    """A file was looked into again: note it as gone where it is another one now, and give up what was made of it."""
    note_gone(
        db,
        "o.file = ? AND (o.ident, o.older_name, o.size, o.mtime_ns) <> (?, ?, ?, ?)",
        file, row.ident, row.older_name, row.stamp.size, mtime_ns,
    )  # fmt: skip
    db.execute("DELETE FROM sheet WHERE file = ?", (file,))
    if row.format is None:
        db.execute("DELETE FROM item WHERE file = ?", (file,))
        return
    db.execute(
        "UPDATE item SET indexed = 0 WHERE file = ?1 AND EXISTS"
        " (SELECT 1 FROM file WHERE id = ?1 AND (size, mtime_ns) <> (?2, ?3))",
        (file, row.stamp.size, mtime_ns),
    )
    forget_renditions(db, "SELECT id FROM item WHERE file = ? AND part > 0", (file,))  # made anew from the whole
    show_again(db, "SELECT ?", (file,))
    db.execute(
        "UPDATE rendition SET size = NULL, problem = '', put_off = '', untagged = ''"
        " WHERE item = (SELECT id FROM item WHERE file = ? AND part = 0)",
        (file,),
    )


def _put_item(db: sqlite3.Connection, file: int, row: FileRow, facts: str) -> int:
    """The item that is all of a file; its id."""
    item = int(
        db.execute(
            "INSERT INTO item (file, born_ns, version, facts, content) VALUES (?, ?, 1, ?, ?)"
            " ON CONFLICT (file, part) DO UPDATE SET version = version + 1, facts = excluded.facts,"
            " content = excluded.content RETURNING id",
            (file, time.time_ns(), facts, row.content),
        ).fetchone()[0]
    )
    db.execute(
        "INSERT INTO item_tags (item, embedded, picture) VALUES (?, ?, ?)"
        " ON CONFLICT (item) DO UPDATE SET embedded = excluded.embedded, picture = excluded.picture",
        (item, dump_tags(row.tags), dump_picture(row.picture)),
    )
    return item
