"""Entities: what belongs together. Albums, their discs, compilations and artists.

Each is decided from all items that it has, never from the order in which they came: items note what they belong to,
and what an item came to or left is looked at again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from sqlite3 import Connection

from musfuse.library.catalog import entities
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.todo import Key, Watch, done, due

_BATCH, _ENTITIES = 2000, 500


@dataclass(frozen=True, slots=True)
class Entities:
    """The stage that keeps members, albums and artists what the tags say."""

    database: Database

    name = entities.STAGE
    after = ("overlay",)
    watches = (Watch.ITEM, Watch.TAGS)
    rules = "1"

    def batch(self) -> bool:
        """Look at some items; once all items have been looked at, at the albums and artists that they belong to."""
        return (
            self._some(entities.STAGE, _BATCH, lambda db, keys: entities.note(db, list(entities.members(db, keys))))
            or self._some(entities.ALBUM, _ENTITIES, entities.settle_albums)
            or self._some(entities.COMPILATION, _ENTITIES, entities.decide_compilations)
            or self._some(entities.ARTIST, _ENTITIES, entities.settle_artists)
        )

    def _some(self, queue: str, limit: int, act: Callable[[Connection, Iterable[Key]], None]) -> bool:
        with self.database.write() as db:
            keys = due(db, queue, limit)
            done(db, queue, keys)  # first: what comes back meanwhile is to be done again
            act(db, keys)
        return bool(keys)
