"""What a folder that is moved takes along, and what that makes of the tree that is shown.

All in it stays in it: each folder below gets a row of its own, each track stays in one of these, and what the template
puts into it later goes there, too. The tree's rows keep their ids, and names in the folder stay as they are, so nothing
below is named anew.
"""

import sqlite3

from musfuse.library.arranging.pen import Pen
from musfuse.library.catalog import arranged, byhand


def own(pen: Pen, key: str, *, kept: bool = False) -> int:
    """The arranged folder for a folder that is shown, by its key, made with those above where there is none; 0 for the
    root. `kept`: it is shown from now on with nothing in it."""
    if not key:
        return 0
    found = arranged.by_key(pen.db, pen.view, key)
    if found is not None:
        if kept and not found.kept:
            pen.folder(found.parent, found.name, True, found.id)
        return found.id
    above, _, _ = key.rpartition("/")
    name = byhand.name_of(pen.db, pen.tree(), key) or key.rpartition("/")[2]
    return pen.folder(own(pen, above), name, kept)


def erase(pen: Pen, key: str) -> None:
    """Forget what was arranged at and below a folder in which nothing is shown."""
    for row in reversed(arranged.below(pen.db, pen.view, key)):
        pen.drop(row.id)


def move_folder(pen: Pen, node: int, parent: int, name: str) -> None:
    """Move a folder of the tree that is shown, with all in it, to another folder, both by their nodes; that has no
    entry of this name."""
    db, view, tree = pen.db, pen.view, pen.tree()
    key, above = byhand.dir_key(db, node), byhand.dir_key(db, parent)
    templates = template_folders(db, view, key)
    moved = own(pen, key)
    said = _take_along(pen, tree, key)
    before = arranged.below(db, view, key)
    if not before[0].kept or not said:
        for template in templates:
            pen.base(template, moved)
    pen.folder(own(pen, above), name, before[0].kept, moved)
    byhand.move(db, tree, node, parent, name, before)


def template_folders(db: sqlite3.Connection, view: int, key: str) -> list[str]:
    """The folders of the template that a folder of the drive shows, by their keys: the one of its own name, and those
    that it or a folder above it shows instead of theirs."""
    found = [] if arranged.base_above(db, view, key) else [key]
    parts = key.split("/")
    for count in range(1, len(parts) + 1):
        row = arranged.by_key(db, view, "/".join(parts[:count]))
        for base in arranged.bases_of(db, row.id) if row else ():
            template = "/".join([base, *parts[count:]])
            if arranged.base_above(db, view, template) == base:
                found.append(template)
    return found


def _take_along(pen: Pen, tree: int, key: str) -> bool:
    """Have all in a folder stay in it; whether somebody had said so of all of it."""
    said = True
    for below in byhand.folders_below(pen.db, tree, key):
        folder, tracks = own(pen, below), arranged.unsaid(pen.db, pen.view, tree, below)
        pen.pin(folder, tracks)
        pen.tracks += byhand.tracks_in(pen.db, tree, below)
        said = said and not tracks
    return said
