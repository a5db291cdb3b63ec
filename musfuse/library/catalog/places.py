"""Where items want to be in each tree, as rows; what they are served as there."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from musfuse.library.catalog.rows import from_blob, join, load_format, load_tags
from musfuse.library.catalog.todo import Key, add
from musfuse.model import AudioFormat, Rendition, TagSet

SETTLE = "settle"
"""The stage that makes nodes of places; `settle_key` is where it finds the folders of a tree."""

_SELECT = """
SELECT i.id, i.facts, coalesce(t.merged, t.embedded), t.merged IS NOT NULL OR t.art IS NOT NULL, i.hidden,
       i.first_sample, i.samples, coalesce(m.various AND m.compilation_key <> '', 0), coalesce(m.several_discs, 0),
       EXISTS (SELECT 1 FROM rendition r WHERE r.item = i.id AND r.problem <> ''), o.root, o.path, o.name,
       o.unindexed = 'original' AND NOT i.indexed
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file LEFT JOIN member m ON m.item = i.id
 WHERE i.id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item as its name is made from. `path` lies in the source `root`; `cut`: a part of an image; `edited`: its tags
    or pictures are not its original's; `fails`: it cannot be made into anything; `various`: its album is a compilation
    and it names no album artist; `unindexed`: it has no index yet, and is to be shown as its original until then."""

    id: int
    format: AudioFormat
    tags: TagSet
    edited: bool
    hidden: bool
    cut: bool
    various: bool
    several_discs: bool
    fails: bool
    root: str
    path: str
    unindexed: bool = False


class Place(NamedTuple):
    """Where an item wants to be, and what it is served as there: `dir` and `name` before collisions are settled, `key`
    the name key of `dir`, `limit` the UTF-16 units that its name may have. `fixed`: somebody named it so, and it comes
    before all that would be named so by the template. `becomes`: what it is served as once its index is there; None
    where it is that already."""

    rendition: Rendition
    dir: str
    key: str
    name: str
    limit: int
    fixed: bool = False
    becomes: Rendition | None = None


def settle_key(tree: int) -> str:
    """The name in `todo` under which folders of a tree are to be settled."""
    return f"{SETTLE}.{tree}"


def candidates(db: sqlite3.Connection, items: Iterable[Key]) -> Iterator[Candidate]:
    """Items by their ids, as far as they are there."""
    return map(_candidate, db.execute(_SELECT, (json.dumps(list(items)),)))


def _candidate(row: Any) -> Candidate:
    item, facts, tags, edited, hidden, first, samples, various, several, fails, root, folder, name, unindexed = row
    return Candidate(
        item, load_format(facts), load_tags(tags), bool(edited), bool(hidden), bool(first) or samples is not None,
        bool(various), bool(several), bool(fails), from_blob(root), join(from_blob(folder), from_blob(name)),
        bool(unindexed),
    )  # fmt: skip


def serves(db: sqlite3.Connection, tree: int, items: Iterable[int]) -> dict[int, Rendition]:
    """What items are served as in a tree, as far as they have a place there."""
    rows = db.execute(
        "SELECT item, serve FROM place WHERE tree = ? AND item IN (SELECT value FROM json_each(?))",
        (tree, json.dumps(list(items))),
    )
    return {item: Rendition(serve) for item, serve in rows}


def folders_of(db: sqlite3.Connection, tree: int, items: Iterable[int]) -> set[str]:
    """The keys of the folders in which items want to be in a tree."""
    rows = db.execute(
        "SELECT dir_key FROM place WHERE tree = ? AND item IN (SELECT value FROM json_each(?))",
        (tree, json.dumps(list(items))),
    )
    return {key for (key,) in rows}


def names_in(db: sqlite3.Connection, tree: int, keys: Iterable[str]) -> dict[int, tuple[int, str]]:
    """The items in folders of a tree, by their keys, each with its folder's node and its name."""
    rows = db.execute(
        "SELECT n.item, n.parent, n.name FROM node d JOIN node n ON n.parent = d.id AND +n.item IS NOT NULL"
        " WHERE d.tree = ? AND d.dir_key IN (SELECT value FROM json_each(?))",
        (tree, json.dumps(list(keys))),
    )
    return {item: (folder, name) for item, folder, name in rows}


def items_below(db: sqlite3.Connection, tree: int, key: str) -> list[int]:
    """The items that want to be in a folder of a tree, by its key, or anywhere below it."""
    rows = db.execute(
        "SELECT item FROM place WHERE tree = ?1 AND (dir_key = ?2 OR (dir_key > ?2 || '/' AND dir_key < ?2 || '0'))",
        (tree, key),
    )
    return [item for (item,) in rows]


def put(db: sqlite3.Connection, tree: int, wanted: Mapping[int, Place | None]) -> None:
    """Give items their places in a tree, None for none. The folders that they come to and leave are to be settled, and
    each gets a row for what it is to be made into."""
    before = {
        item: (rendition, key)
        for item, rendition, key in db.execute(
            "SELECT item, serve, dir_key FROM place WHERE tree = ? AND item IN (SELECT value FROM json_each(?))",
            (tree, json.dumps(list(wanted))),
        )
    }
    places = [(item, place) for item, place in wanted.items() if place is not None]
    db.executemany(
        "DELETE FROM place WHERE item = ? AND tree = ?",
        [(item, tree) for item, place in wanted.items() if place is None],
    )
    db.executemany(
        "INSERT INTO place (item, tree, serve, dir, dir_key, name, name_limit, fixed, becomes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, ''))"
        " ON CONFLICT (item, tree) DO UPDATE SET serve = excluded.serve, dir = excluded.dir,"
        " dir_key = excluded.dir_key, name = excluded.name, name_limit = excluded.name_limit, fixed = excluded.fixed,"
        " becomes = excluded.becomes",
        [(item, tree, *place) for item, place in places],
    )
    add(db, settle_key(tree), {key for _, key in before.values()} | {place.key for _, place in places})
    made = [(item, place.rendition) for item, place in places if place.rendition is not Rendition.ORIGINAL]
    db.executemany("INSERT OR IGNORE INTO rendition (item, profile) VALUES (?, ?)", made)
    unwanted = [
        (item, rendition)
        for item, (rendition, _) in before.items()
        if (p := wanted[item]) is None or p.rendition != rendition
    ]
    db.executemany(
        "DELETE FROM rendition WHERE item = ?1 AND profile = ?2 AND problem = ''"
        " AND NOT EXISTS (SELECT 1 FROM place WHERE item = ?1 AND serve = ?2)",
        unwanted,
    )
