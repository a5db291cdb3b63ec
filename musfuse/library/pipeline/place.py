"""Place and Settle: where items are on the drive, in each view.

Two steps: items that changed are given the places that they want, then the folders which that touches are settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.library.catalog import places
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.settling import folder_names, raise_generation, settle
from musfuse.library.catalog.todo import Watch, done, due
from musfuse.library.naming import Settled, ViewRules

_BATCH, _FOLDERS = 2000, 200


@dataclass(frozen=True, slots=True)
class Places:
    """The stage that gives items the places that they want, in every view."""

    database: Database
    views: Sequence[ViewRules]

    name = "place"
    after = ("cue", "overlay", "entities")
    watches = (Watch.ITEM, Watch.TAGS, Watch.MEMBER)

    @property
    def rules(self) -> str:
        """The rules of all views."""
        return "\n".join(view.text for view in self.views)

    def batch(self) -> bool:
        """Give some items the places that they want."""
        with self.database.write() as db:
            items = due(db, self.name, _BATCH)
            found = list(places.candidates(db, items))
            for view in self.views:
                places.put(db, view.view, {item.id: view.place(item) for item in found})
            done(db, self.name, items)
        return bool(items)


@dataclass(frozen=True, slots=True)
class Settle:
    """The stage that makes nodes of places: who gets a name that several want, how a folder is spelled. It notes in
    `settled` what it did."""

    database: Database
    views: Sequence[int]
    settled: Settled

    name = places.SETTLE
    after = ("place",)
    watches = ()
    rules = ""

    def batch(self) -> bool:
        """Settle some folders of one view."""
        return any(self._batch_of(view) for view in self.views)

    def _batch_of(self, view: int) -> bool:
        queue = places.settle_key(view)
        with self.database.write() as db:
            keys = due(db, queue, _FOLDERS)
            if not keys:
                return False
            dirty = {str(key) for key in keys}
            before = folder_names(db, view, dirty)
            changed = settle(db, view, dirty)
            self.settled.note(changed, before, folder_names(db, view, dirty))
            done(db, queue, keys)
            if changed:
                raise_generation(db)
        return True
