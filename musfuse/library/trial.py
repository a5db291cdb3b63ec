"""What a change of overlays would make of the drive, found out by making it: in a copy of the part of the catalog that
it reaches, by the code that makes the real one.

What naming does depends on tracks of the same album, compilation and folder only. So these are copied, the change is
made, and where it reached something that was not copied, all is done again with that.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from musfuse.library.catalog import Database, Nodes
from musfuse.library.catalog.scratch import Scratch
from musfuse.library.moves import Moves
from musfuse.library.naming import Naming
from musfuse.library.overlay import MetaCollector
from musfuse.library.overlay.overlaying import Overlaying
from musfuse.library.places import OF_KEY, catalog_place

_Key = tuple[str, str]
_MARKED = f"SELECT t.id, t.album_key, t.compilation_key, t.dir_key {OF_KEY}"
_ROOT: _Key = ("dir", "")


def tried(database: Database, naming: Naming, collector: MetaCollector, keys: Callable[[], Iterable[str]]) -> Scratch:
    """A part of the catalog as it would be after a change of the overlays with these keys; `collector` has that change.

    The catalog itself is only read. The caller closes what it gets.
    """
    reached = _reach(database, keys())
    while True:
        scratch = Scratch(database)
        try:
            _fill(database, scratch, keys(), reached)
            overlaying = Overlaying(scratch, collector)
            overlaying.mark(keys())
            overlaying.run()
            replace(naming, database=scratch).run()
            more = {key for touched in scratch.touched() for key in _widened(touched)} - reached
            if not _lacks_any(database, scratch, more):
                return scratch
        except BaseException:
            scratch.close()
            raise
        scratch.close()
        reached |= more


def moves(database: Database, scratch: Scratch) -> Moves:
    """Where files of the drive would move to."""
    before, after = Nodes(database), Nodes(scratch)
    found = Moves(before.path, after.path, lambda folder: after.by_id(folder) is not None)
    with database.read() as real, scratch.read() as db:
        for track, parent, name in db.execute("SELECT track, parent, name FROM node WHERE track IS NOT NULL"):
            old = real.execute("SELECT parent, name FROM node WHERE track = ?", (track,)).fetchone()
            if old is not None:
                found.note(old, (parent, name))
        for node in db.execute("SELECT id, dir_key, name FROM node WHERE track IS NULL"):
            old = real.execute("SELECT 1 FROM node WHERE id = ? AND dir_key = ? AND name <> ?", node).fetchone()
            if old is not None:
                found.note_spelling(node[0])
    return found


def _reach(database: Database, keys: Iterable[str]) -> set[_Key]:
    """What the tracks of these overlays belong to now."""
    found: set[_Key] = set()
    with database.read() as real:
        if real.execute("SELECT 1 FROM track WHERE dir_key = '' LIMIT 1").fetchone():
            found.add(_ROOT)  # a folder that comes or goes there may take or leave the name of a file
        for key in keys:
            for _, album, compilation, folder in real.execute(_MARKED, catalog_place(key)):
                found.update(_widened(("album", album)), _widened(("compilation", compilation)))
                found.update(_widened(("dir", folder)) if folder is not None else ())
    return found


def _widened(key: _Key) -> Iterator[_Key]:
    """What has to be known where something belongs to this: of a folder, all those above it, and who has its name in
    the root, which itself may hold too many to be copied."""
    kind, name = key
    if kind == "dir" and name:
        parts = name.split("/")
        yield "top", parts[0]
        yield from (("dir", "/".join(parts[:n])) for n in range(1, len(parts) + 1))
    elif name or kind == "dir":
        yield key


def _fill(database: Database, scratch: Scratch, keys: Iterable[str], reached: set[_Key]) -> None:
    with database.read() as real, scratch.write():
        for key in keys:
            for row in real.execute(_MARKED, catalog_place(key)).fetchall():
                scratch.copy(real, "track", "track.id = ?", (row[0],))
        for kind, key in reached:
            for table, condition in _ROWS[kind]:
                scratch.copy(real, table, condition, (key,))


def _lacks_any(database: Database, scratch: Scratch, keys: set[_Key]) -> bool:
    with database.read() as real:
        return any(
            scratch.lacks(real, table, condition, (key,)) for kind, key in keys for table, condition in _ROWS[kind]
        )


_ROWS = {
    "album": (("track", "album_key = ? AND album_key <> ''"),),
    "compilation": (("track", "compilation_key = ? AND compilation_key <> ''"),),
    "dir": (
        ("track", "dir_key = ?"), ("node", "dir_key = ?"), ("node", "parent = (SELECT id FROM node WHERE dir_key = ?)"),
    ),
    "top": (("node", "parent = 1 AND name_key = ?"),),
}  # fmt: skip
