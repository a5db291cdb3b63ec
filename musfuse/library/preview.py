"""A view as another template would show it, made in a catalog for trial: nothing of the library's own is written."""

from musfuse.library.catalog import Database, places
from musfuse.library.catalog.arranged import arranged, kept
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.catalog.scratch import Scratch
from musfuse.library.catalog.settling import settle
from musfuse.library.catalog.todo import add, done, due
from musfuse.library.catalog.trees import items_after, tree_of
from musfuse.library.naming import placed
from musfuse.library.templates import Template

_BATCH = 1000


def previewed(database: Database, view: int, template: Template) -> Scratch:
    """A catalog whose main view shows what a view does, named by a template. The caller closes it."""
    scratch = Scratch(database)
    try:
        scratch.copy_view(view)
        with scratch.write() as db:
            tree, last = tree_of(db, MAIN), 0
            while items := items_after(db, last, _BATCH):
                serves = places.serves(db, tree, items)
                found = places.candidates(db, items)
                wanted = {item.id: placed(template, item, serves[item.id]) for item in found}
                places.put(db, tree, arranged(db, MAIN, wanted))
                last = items[-1]
            queue = places.settle_key(tree)
            add(db, queue, list(kept(db, MAIN)))
            while keys := due(db, queue, _BATCH):
                settle(db, tree, {str(key) for key in keys})
                done(db, queue, keys)
    except BaseException:
        scratch.close()
        raise
    return scratch
