"""Makes trees beside those that are shown, and then shows them: what a view that is new or has other rules wants.

Each step is one transaction: some items get their places, some folders are settled, or a tree that is whole is shown.
So a kill leaves what was shown until then, and the next process goes on where this one was. Meanwhile the stages bring
what changes into both trees.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.library.catalog import places, trees
from musfuse.library.catalog.arranged import arranged
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.settling import settle
from musfuse.library.catalog.todo import done, due
from musfuse.library.naming import ViewRules

_ITEMS, _FOLDERS, _DROPPED = 500, 50, 500


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did: `shown` is the view that has a new tree now, 0 for none, and `before` the tree that it had;
    `left` whether there is more to do."""

    shown: int = 0
    before: int = 0
    left: bool = True


class Building:
    """Makes the trees of `views`; what these are may change from one call to the next."""

    def __init__(self, database: Database, views: Sequence[ViewRules]) -> None:
        self._db, self._views = database, views

    def adopt(self) -> None:
        """Begin a tree for each view that is shown by other rules than today's, give up trees that nobody wants any
        more, and views that are not named any more. Where no item is known, there is nothing to be made."""
        with self._db.read() as db:
            if not self._differs(db):
                return
        with self._db.write() as db:
            wanted = {rules.view: rules.text for rules in self._views}
            for view in set(trees.views(db).values()) - wanted.keys():
                trees.remove_view(db, view)
            known = trees.has_items(db)
            for tree in trees.trees(db):
                if tree.shown and tree.rules == wanted[tree.view]:
                    trees.abandon(db, tree.view)
                elif tree.shown and not known:
                    trees.abandon(db, tree.view)
                    trees.adopt(db, tree.id, wanted[tree.view])
                elif tree.shown and not self._begun(db, tree.view, wanted[tree.view]):
                    trees.begin(db, tree.view, wanted[tree.view])

    def is_due(self) -> bool:
        """Whether there is a tree to be made, shown or removed."""
        with self._db.read() as db:
            return self._differs(db) or trees.any_gone(db)

    def progress(self) -> tuple[int, int]:
        """How many items have their places in the tree that is made now, and how many there are."""
        with self._db.read() as db:
            tree = next((tree for tree in trees.trees(db) if not tree.shown), None)
            return trees.progress(db, tree.upto or 0) if tree else (0, 0)

    def step(self) -> Step:
        """Do some of what there is to do to make trees and show them."""
        with self._db.write() as db:
            wanted = {rules.view: rules for rules in self._views}
            for tree in trees.trees(db):
                if not tree.shown and tree.view in wanted and tree.rules == wanted[tree.view].text:
                    return self._step(db, tree, wanted[tree.view])
            return Step(left=False)

    def drop(self) -> bool:
        """Remove some of a tree that is not shown any more; whether there was any."""
        with self._db.write() as db:
            return trees.drop_some(db, _DROPPED)

    def _step(self, db: sqlite3.Connection, tree: trees.Tree, rules: ViewRules) -> Step:
        items = trees.items_after(db, tree.upto or 0, _ITEMS)
        if items:
            wanted = {item.id: rules.place(item) for item in places.candidates(db, items)}
            places.put(db, tree.id, arranged(db, tree.view, wanted))
            trees.reached(db, tree.id, items[-1])
            return Step()
        queue = places.settle_key(tree.id)
        keys = due(db, queue, _FOLDERS)
        if keys:
            settle(db, tree.id, {str(key) for key in keys})
            done(db, queue, keys)
            return Step()
        return Step(tree.view, trees.show(db, tree.id))

    def _differs(self, db: sqlite3.Connection) -> bool:
        """Whether `adopt` would change anything."""
        wanted = {rules.view: rules.text for rules in self._views}
        if set(trees.views(db).values()) != wanted.keys():
            return True
        known = trees.trees(db)
        return any(tree.rules != wanted[tree.view] for tree in known) or any(not tree.shown for tree in known)

    @staticmethod
    def _begun(db: sqlite3.Connection, view: int, rules: str) -> bool:
        return any(not tree.shown and (tree.view, tree.rules) == (view, rules) for tree in trees.trees(db))
