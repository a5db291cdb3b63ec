"""Brings what user.db says of a view's arrangement into the catalog, wherever they differ: after something was taken
back, after a kill, or where either of them is another one.

What that touches is noted for the pipeline, which shows it.
"""

import heapq
import itertools
import sqlite3
from collections.abc import Iterator

from musfuse.library.catalog import Database, arranged, byhand, copies, places, trees
from musfuse.library.catalog.todo import add
from musfuse.library.userdb.arrangement import ArrangedFolder, ArrangementTable, token
from musfuse.library.userdb.database import UserDatabase


def is_behind(user: UserDatabase, database: Database) -> bool:
    """Whether the catalog knows other edits of views than user.db has."""
    return (database.meta(arranged.META) or "") != token(user)


def bring_in_all(user: UserDatabase, database: Database) -> None:
    """Make the catalog's copy for each view what user.db says."""
    with database.read() as db:
        known = trees.views(db)
    for name, view in known.items():
        with user.transaction():
            bring_in(user, database, ArrangementTable(user, name), view)


def bring_in(user: UserDatabase, database: Database, table: ArrangementTable, view: int) -> None:
    """Make the catalog's copy what user.db says of a view, in one transaction."""
    with database.write() as db:
        dirty = set(_folders(db, table, view))
        tracks = list(_stays(db, table, view))
        dirty |= _copies(db, table, view)
        arranged.replace_hidden(db, view, table.hidden())
        _mark(db, view, dirty, tracks)
        byhand.know(db, token(user))


def _folders(db: sqlite3.Connection, table: ArrangementTable, view: int) -> Iterator[str]:
    """Take over folders and bases; keys of the folders of the drive that this touches."""
    known = {row.id: row for row in arranged.folders(db, view)}
    known_bases = dict(arranged.bases(db, view))
    folders, bases = {row.id: row for row in table.folders()}, dict(table.bases())
    same = {id_: (row.parent, row.name, row.kept) for id_, row in folders.items()} == {
        id_: (row.parent, row.name, row.kept) for id_, row in known.items()
    }
    if same and bases == known_bases:
        return
    changed = [key for key in known_bases.keys() | bases.keys() if known_bases.get(key) != bases.get(key)]
    before = {key: arranged.shown_key(db, view, key) for key in changed}
    arranged.clear_folders(db, view)
    for row in _from_above(folders):
        arranged.put_folder(db, view, row.id, row.parent, row.name, row.kept)
    for key, folder in bases.items():
        arranged.put_base(db, view, key, folder)
    now = {row.id: row for row in arranged.folders(db, view)}
    for id_ in known.keys() | now.keys():
        was, is_ = known.get(id_), now.get(id_)
        if was is None or is_ is None or (was.path, was.kept) != (is_.path, is_.kept):
            yield from (row.key for row in (was, is_) if row is not None)
    for key in changed:
        yield from (before[key], arranged.shown_key(db, view, key))


def _from_above(folders: dict[int, ArrangedFolder]) -> Iterator[ArrangedFolder]:
    """Folders so that each comes behind the one above it; those whose folders above are not there are left out."""
    children: dict[int, list[ArrangedFolder]] = {}
    for row in folders.values():
        children.setdefault(row.parent, []).append(row)
    due = [0]
    while due:
        for row in children.pop(due.pop(), ()):
            yield row
            due.append(row.id)


def _stays(db: sqlite3.Connection, table: ArrangementTable, view: int) -> Iterator[int]:
    """Take over where tracks stay; those, by public id, of whom that changes. Both sides come in order of id."""
    kept = ((public, (stay.folder, stay.name, stay.follows, stay.gone)) for public, stay in table.stays())
    both = heapq.merge(((*row, True) for row in kept), ((*row, False) for row in arranged.stays(db, view)))
    for public, rows in itertools.groupby(both, key=lambda row: row[0]):
        said = {is_kept: values for _, values, is_kept in rows}
        if said.get(True) == said.get(False):
            continue
        if True in said:
            folder, name, follows, gone = said[True]
            arranged.put_stay(db, view, public, folder, name, follows=follows, gone=gone)
        else:
            arranged.drop_stay(db, view, public)
        yield public


def _copies(db: sqlite3.Connection, table: ArrangementTable, view: int) -> set[str]:
    """Take over further entries of tracks, when folders were taken over; keys of the folders of the drive in which
    they come or go."""
    known, said = copies.every(db, view), dict(table.copies())
    changed = [number for number in known.keys() | said.keys() if known.get(number) != said.get(number)]
    copies.drop(db, changed)
    for number in changed:
        if number in said:
            copies.put(db, view, number, said[number])
    rows = [copy for number in changed for copy in (known.get(number), said.get(number)) if copy is not None]
    found = {copy.folder: arranged.by_id(db, copy.folder) for copy in rows}
    return {row.key if row is not None else "" for folder, row in found.items() if row is not None or not folder}


def _mark(db: sqlite3.Connection, view: int, dirty: set[str], tracks: list[int]) -> None:
    """Note what the pipeline has to look at in all trees of a view: folders by their keys, and tracks by public id."""
    add(db, "place", arranged.items_of(db, tracks))
    for tree in trees.trees(db):
        if tree.view == view:
            for key in _topmost(dirty):
                add(db, "place", places.items_below(db, tree.id, key))
            add(db, places.settle_key(tree.id), dirty)


def _topmost(keys: set[str]) -> list[str]:
    """Folders, by their keys, without those that lie below others of them."""
    return [key for key in keys if not any(above in keys for above in _above(key))]


def _above(key: str) -> Iterator[str]:
    """The folders above one but the root, which stands for its own files alone."""
    while "/" in key:
        key = key.rpartition("/")[0]
        yield key
