"""Identity: each item gets the public id that it has for ever, and what is said of an item that was moved follows it.

Path and inode are the quick ways, which the scan knows. Where they tell nothing, one item that vanished and one new one
that sound alike are the same, if there is just one of each.
"""

import logging
from collections.abc import Sequence

from musfuse.library.catalog.identities import NONE, STAGE, Identities, Identity
from musfuse.library.catalog.todo import Watch
from musfuse.library.overlay.collector import MetaCollector
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.userdb import arrangement
from musfuse.library.userdb.database import UserDatabase
from musfuse.library.userdb.identities import IdentityTable
from musfuse.library.userdb.playlists import PlaylistTable
from musfuse.library.userdb.plays import PlayTable
from musfuse.library.userdb.ratings import RatingTable
from musfuse.library.userdb.sources import SourceTable

log = logging.getLogger(__name__)

_BATCH = 2000


class Identifying:
    """The stage that keeps public ids. user.db commits first; a kill in between only repeats what it says."""

    name = STAGE
    after = ("cue",)
    watches = (Watch.ITEM,)
    rules = "1"

    def __init__(
        self, identities: Identities, user: UserDatabase, collector: MetaCollector, overlaying: Overlaying
    ) -> None:
        self._identities, self._user, self._table = identities, user, IdentityTable(user)
        self._collector, self._overlaying = collector, overlaying

    def batch(self) -> bool:
        """Give some items their public ids."""
        items = self._identities.due(_BATCH)
        back = {item.id: self._come_back(item) for item in items}
        kept = self._table.kept([item.key for item in items])  # also where a kill left the catalog behind
        known = {item.id: back[item.id] or kept.get(item.key) for item in items}
        taken = set(known.values())  # the id of a file that moved is gone from what lies in its old place now
        known.update({item.id: item.public for item in items if not known[item.id] and item.public not in taken})
        new = [item for item in items if known[item.id] is None]
        known.update(zip((item.id for item in new), self._new_ids([item.key for item in new]), strict=True))
        for item in items:
            self._take_along(item, known[item.id])
        self._identities.settle([(item, public) for item, public in known.items() if public is not None])
        return bool(items)

    def _new_ids(self, keys: Sequence[str]) -> list[int]:
        """Ids of items that have none. An older user.db that was put in the place of another does not know of all that
        the catalog's items have: it is told of those that would be given away."""
        found = self._table.ids_of(keys)
        while holders := self._identities.holders(found):
            for holder in holders:
                self._table.keep(holder.key, holder.public or 0)
            found = self._table.ids_of(keys)
        return found

    def _take_along(self, item: Identity, public: int | None) -> None:
        """What was played and rated, what playlists have, and where it was put, since an item had an id that it has no
        more, and nobody else has."""
        was = item.public
        if was is None or public is None or was == public or self._table.is_kept(was):
            return
        if all(holder.id == item.id for holder in self._identities.holders([was])):
            PlayTable(self._user).merge(was, public)
            RatingTable(self._user).merge(was, public)
            PlaylistTable(self._user).merge(was, public)
            arrangement.merge(self._user, was, public)
            self._user.on_merged(was, public)
            self._identities.merge_arranged(was, public)

    def _come_back(self, item: Identity) -> int | None:
        """The id of the one item that is gone and sounded like this one; None where there is none, or several."""
        gone = list(self._table.of_content(item.content)) if item.content > NONE else []
        if len(gone) != 1:
            return None
        (was,) = gone
        if was.key != item.key and not self._is_the_new_one(item, was.since_ns):
            return None
        with self._user.transaction():
            change = self._collector.move([(was.key, item.key)], "identity") if was.key != item.key else None
            self._table.come_back(was, item.key, item.public)
        log.info("%s is what was %s: it sounds the same", item.key, was.key)
        if change is not None and change.seq:
            self._overlaying.adopt(change.seq, [was.key, item.key])
        return was.id

    def _is_the_new_one(self, item: Identity, since_ns: int) -> bool:
        """Whether, of all items that sound like it, only this one was not there at that time."""
        added = [kept.spec.uid for kept in SourceTable(self._user).all() if kept.added_ns > since_ns]
        return [new.id for new in self._identities.new_since(item.content, since_ns, added)] == [item.id]
