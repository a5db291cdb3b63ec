"""Place and Settle: where items are on the drive, in each view.

Two steps: items that changed are given the places that they want, then the folders which that touches are settled. Of
a tree that is being made beside the one that is shown, `building.py` settles the folders.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.library.catalog import copies, places, trees
from musfuse.library.catalog.arranged import arranged
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.settling import folder_names, raise_generation, settle
from musfuse.library.catalog.todo import Watch, add, done, due
from musfuse.library.naming import Settled, ViewRules

_BATCH, _FOLDERS = 2000, 200


@dataclass(frozen=True, slots=True)
class Places:
    """The stage that gives items the places that they want, in every tree of these views, by the rules by which the
    tree is made. Where those are not the rules of today any more, `Building` makes another tree."""

    database: Database
    views: Sequence[ViewRules]

    name = "place"
    after = ("cue", "overlay", "entities")
    watches = (Watch.ITEM, Watch.TAGS, Watch.MEMBER)
    rules = ""

    def batch(self) -> bool:
        """Give some items the places that they want."""
        with self.database.write() as db:
            items = due(db, self.name, _BATCH)
            found = list(places.candidates(db, items))
            for tree, rules in ruled(db, self.views):
                wanted = {item.id: rules.place(item) for item in found}
                places.put(db, tree.id, arranged(db, tree.view, wanted))
                add(db, places.settle_key(tree.id), copies.folders_of(db, tree.view, list(wanted)))
            done(db, self.name, items)
        return bool(items)


@dataclass(frozen=True, slots=True)
class Settle:
    """The stage that makes nodes of places: who gets a name that several want, how a folder is spelled. It notes in
    `settled` what it did."""

    database: Database
    views: Sequence[ViewRules]
    settled: Settled

    name = places.SETTLE
    after = ("place",)
    watches = ()
    rules = ""

    def batch(self) -> bool:
        """Settle some folders of a tree that is shown."""
        with self.database.write() as db:
            return any(self._batch_of(db, tree.id) for tree, _ in ruled(db, self.views) if tree.shown)

    def _batch_of(self, db: sqlite3.Connection, tree: int) -> bool:
        keys = due(db, places.settle_key(tree), _FOLDERS)
        if keys:
            dirty = {str(key) for key in keys}
            before = folder_names(db, tree, dirty)
            changed = settle(db, tree, dirty)
            self.settled.note(changed, before, folder_names(db, tree, dirty))
            done(db, places.settle_key(tree), keys)
            if changed:
                raise_generation(db)
        return bool(keys)


def ruled(db: sqlite3.Connection, views: Sequence[ViewRules]) -> list[tuple[trees.Tree, ViewRules]]:
    """The trees of these views, each with the rules by which it is made; without those in which nothing has a place."""
    by_view = {rules.view: rules for rules in views}
    return [
        (tree, by_view[tree.view].recalled(tree.rules))
        for tree in trees.trees(db)
        if tree.view in by_view and tree.rules != trees.NOTHING
    ]
