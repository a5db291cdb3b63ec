"""Browse: what clients page through, kept what the tags say that are served. Nothing on the drive rests on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from musfuse.library.catalog import listing
from musfuse.library.catalog.database import Database
from musfuse.library.catalog.todo import Key, Watch, done, due
from musfuse.library.text.documents import RULES

_BATCH, _ENTITIES = 1000, 500


@dataclass(frozen=True, slots=True)
class Browsing:
    """The stage that keeps the lists of tracks, albums, artists, genres and folders."""

    database: Database

    name = listing.STAGE
    after = ("overlay", "entities")
    watches = (Watch.ITEM, Watch.TAGS, Watch.MEMBER)
    rules = f"1.{RULES}"

    def batch(self) -> bool:
        """Look at some tracks; once all have been looked at, at what they belong to."""
        return (
            self._some(listing.STAGE, _BATCH, listing.look_at)
            or self._some(listing.ALBUM, _ENTITIES, listing.count_albums)
            or self._some(listing.ARTIST, _ENTITIES, listing.count_artists)
            or self._some(listing.GENRE, _ENTITIES, listing.name_genres)
            or self._some(listing.FOLDER, _ENTITIES, listing.count_folders)
        )

    def _some(self, queue: str, limit: int, act: Callable[[Connection, Iterable[Key]], Any]) -> bool:
        with self.database.write() as db:
            keys = due(db, queue, limit)
            done(db, queue, keys)  # first: what comes back meanwhile is to be done again
            if keys and act(db, keys) is not False:
                listing.raise_count(db)
        return bool(keys)
