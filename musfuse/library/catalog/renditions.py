"""What items are made into: exact sizes, and what stands in the way of making them."""

import sqlite3
from collections.abc import Mapping

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import OF_FILE, at, dump_picture
from musfuse.library.catalog.todo import Watch, mark_one
from musfuse.media.art.facts import NOT_USED
from musfuse.model import Picture, Rendition, SourceFile, Track

_UNSIZED = "problem = '' AND profile = ? AND (size IS NULL OR token <> ?)"
_SIZED = "problem = '' AND profile = ? AND size IS NOT NULL AND token = ?"


class Renditions:
    """Queries and updates over rendition. All methods may be called from many threads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def pending(self, tokens: Mapping[Rendition, str]) -> int:
        """How many renditions have no exact size under these tokens."""
        return self._count(_UNSIZED, tokens)

    def sized(self, tokens: Mapping[Rendition, str]) -> int:
        """How many renditions have an exact size under these tokens."""
        return self._count(_SIZED, tokens)

    def set_size(self, track: Track, size: int, token: str) -> bool:
        """Note an exact size; False where the track changed meanwhile, or notes cannot be kept."""
        with self._db.note() as db:
            cursor = db.execute(
                "UPDATE rendition SET size = ?, token = ?, put_off = '' WHERE item = ? AND profile = ?"
                " AND EXISTS (SELECT 1 FROM item WHERE id = ? AND version = ?)",
                (size, token, track.id, track.rendition, track.id, track.version),
            )
            return cursor.rowcount > 0
        return False

    def set_indexed(self, track: Track) -> bool:
        """Note that a track's index is there; whether it was shown as its original until now, and is to be named
        again."""
        with self._db.note() as db:
            found = db.execute(
                "UPDATE item SET indexed = 1 WHERE id = ? AND version = ? AND indexed = 0"
                " RETURNING EXISTS (SELECT 1 FROM place p WHERE p.item = item.id AND p.becomes <> '')",
                (track.id, track.version),
            ).fetchone()
            if not found or not found[0]:
                return False
            db.execute("UPDATE item SET version = version + 1 WHERE id = ?", (track.id,))
            mark_one(db, Watch.MEMBER, track.id)
            return True
        return False

    def unindexed(self) -> int:
        """How many tracks are shown as their originals until their indexes are there."""
        with self._db.read() as db:
            row = db.execute("SELECT count(DISTINCT item) FROM place WHERE becomes <> ''").fetchone()
        return int(row[0])

    def set_unindexed(self, track: Track) -> None:
        """Note that a track has no index any more. It is to be named again, as its original where its source shows
        that."""
        with self._db.write() as db:
            cursor = db.execute(
                "UPDATE item SET indexed = 0, version = version + 1 WHERE id = ? AND version = ?",
                (track.id, track.version),
            )
            if cursor.rowcount:
                mark_one(db, Watch.MEMBER, track.id)

    def set_failed(self, track: Track, problem: str) -> None:
        """Note that a track's rendition can never be made. The track is to be named again, as the original; where it is
        a part, its image stays whole."""
        with self._db.write() as db:
            if track.part is not None:
                whole = db.execute(
                    "SELECT i.id, f.folder FROM item p JOIN item i ON i.file = p.file AND i.part = 0"
                    " JOIN file f ON f.id = i.file WHERE p.id = ?",
                    (track.id,),
                ).fetchone()
                if whole is not None:
                    _set_problem(db, whole[0], track.rendition, problem)
                    mark_one(db, Watch.FOLDER, whole[1])
                return
            cursor = db.execute(
                "UPDATE item SET version = version + 1 WHERE id = ? AND version = ?", (track.id, track.version)
            )
            if cursor.rowcount:
                _set_problem(db, track.id, track.rendition, problem)
                mark_one(db, Watch.MEMBER, track.id)

    def put_off(self, track: Track, reason: str) -> None:
        """Note that a track's rendition cannot be made now, through no fault of its file. The track keeps its name."""
        self._note(track, "put_off", reason)

    def take_up(self) -> None:
        """Try again what was put off."""
        with self._db.write() as db:
            db.execute("UPDATE rendition SET put_off = '' WHERE put_off <> ''")

    def set_untagged(self, track: Track, reason: str) -> None:
        """Note why a track's tags cannot be put into what is served; '' where they can."""
        self._note(track, "untagged", reason)

    def set_picture(self, track: Track, picture: Picture | None) -> None:
        """Note what a track's embedded cover turned out to be when it was looked at; None where it cannot be used."""
        with self._db.note() as db:
            found = db.execute(
                "UPDATE item_tags SET picture = ? WHERE item = ? AND (SELECT version FROM item WHERE id = item) = ?"
                " RETURNING item",
                (dump_picture(picture), track.id, track.version),
            ).fetchone()
            if picture is None and found:
                db.execute(
                    "UPDATE file SET note = note || iif(note = '', '', '; ') || ? WHERE id ="
                    " (SELECT file FROM item WHERE id = ?)",
                    (NOT_USED, track.id),
                )

    def forget_sizes(self, file: SourceFile) -> None:
        """Forget the sizes of all parts of a file."""
        files = f"SELECT o.file FROM original o WHERE {OF_FILE}"
        values = at(file.source_uid, file.path)
        with self._db.write() as db:
            forget_renditions(db, f"SELECT id FROM item WHERE part > 0 AND file IN ({files})", values)
            show_again(db, files, values)

    def _note(self, track: Track, column: str, reason: str) -> None:
        with self._db.note() as db:
            db.execute(
                f"UPDATE rendition SET {column} = ? WHERE item = ? AND profile = ? AND {column} <> ?"
                " AND EXISTS (SELECT 1 FROM item WHERE id = ? AND version = ?)",
                (reason, track.id, track.rendition, reason, track.id, track.version),
            )

    def _count(self, condition: str, tokens: Mapping[Rendition, str]) -> int:
        with self._db.read() as db:
            return sum(
                int(db.execute(f"SELECT count(*) FROM rendition WHERE {condition}", (rendition, token)).fetchone()[0])
                for rendition, token in tokens.items()
            )


def unsized(tokens: Mapping[Rendition, str]) -> tuple[str, list[str]]:
    """A condition on r (rendition) with its values: the exact size is not known under these tokens."""
    wanted = " OR ".join("(r.profile = ? AND (r.size IS NULL OR r.token <> ?))" for _ in tokens) or "0"
    return f"(r.problem = '' AND ({wanted}))", [
        v for rendition, token in tokens.items() for v in (str(rendition), token)
    ]


def forget_renditions(db: sqlite3.Connection, items: str, values: tuple[object, ...]) -> None:
    """Forget the sizes of all renditions of these items (a query for ids), whose bytes are others from now on, and
    raise the items' versions."""
    db.execute(f"UPDATE rendition SET size = NULL WHERE item IN ({items})", values)
    db.execute(f"UPDATE item SET version = version + 1 WHERE id IN ({items})", values)


def show_again(db: sqlite3.Connection, files: str, values: tuple[object, ...]) -> None:
    """Have the folders of the drive settled that show the items of these files (a query for ids), though no name
    changed: so whoever remembers what the folders showed hears that it is to be looked up again."""
    db.execute(
        "INSERT OR IGNORE INTO todo (stage, key) SELECT 'settle.' || p.tree, p.dir_key FROM place p"
        " JOIN tree t ON t.id = p.tree AND t.view <> 0"
        f" JOIN item i ON i.id = p.item WHERE i.file IN ({files})",
        values,
    )


def forget_pictures(db: sqlite3.Connection, folder: int) -> None:
    """Make anew what is served with the pictures of a folder; pictures beside the folders of discs belong to all of
    them."""
    files = "SELECT f.id FROM file f JOIN folder d ON d.id = f.folder WHERE d.id = ?1 OR d.above = ?1"
    items = f"SELECT i.id FROM item i WHERE i.file IN ({files}) AND EXISTS (SELECT 1 FROM rendition WHERE item = i.id)"
    forget_renditions(db, items, (folder,))
    show_again(db, files, (folder,))


def _set_problem(db: sqlite3.Connection, item: int, profile: Rendition, problem: str) -> None:
    db.execute(
        "INSERT INTO rendition (item, profile, problem) VALUES (?, ?, ?)"
        " ON CONFLICT (item, profile) DO UPDATE SET problem = excluded.problem",
        (item, profile, problem),
    )
