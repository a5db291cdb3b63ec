"""Search: the index of words, kept what the tags say that are served.

It follows a change in a transaction of its own, with its marks, so a kill leaves both or neither. Nothing that is shown
rests on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from musfuse.library.catalog import search
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.rows import load_tags
from musfuse.library.catalog.todo import Watch, done, due
from musfuse.library.text.documents import RULES, document

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Searching:
    """The stage that keeps a document for each item."""

    database: Database

    name = search.STAGE
    after = ("overlay",)
    watches = (Watch.ITEM, Watch.TAGS, Watch.GONE)
    rules = RULES

    def batch(self) -> bool:
        """Index some items that are new, changed or gone."""
        with self.database.write() as db:
            items = due(db, self.name, _BATCH)
            if not items:
                return False
            search.begin_anew(db, self.rules)
            changed = search.changed(db, items)
            search.take_out(db, _documents((found.item, found.old) for found in changed))
            search.put_in(db, _documents((found.item, found.new) for found in changed))
            done(db, self.name, items)
        return True


def _documents(tags: Iterable[tuple[int, str | None]]) -> Iterable[search.Indexed]:
    for item, text in tags:
        if text is not None:
            made = document(load_tags(text))
            yield item, made.columns, made.words
