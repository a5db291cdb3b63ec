"""What is said of originals follows them to where they are now, and their ids with it; ids of those that are gone are
kept, so that nobody else gets them."""

from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.library.catalog import Tracks
from musfuse.library.catalog.departures import Departure, Departures, Fate
from musfuse.library.catalog.identities import NONE, Identities
from musfuse.library.overlay import MetaCollector, overlay_key
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.userdb.database import UserDatabase
from musfuse.library.userdb.identities import IdentityTable, Vanished
from musfuse.model import SourceFile


@dataclass(frozen=True, slots=True)
class Following:
    """Settles departures. user.db commits first; a kill in between only repeats what it says."""

    user: UserDatabase
    collector: MetaCollector
    overlaying: Overlaying
    departures: Departures
    identities: Identities
    tracks: Tracks

    def settle(self, fates: Sequence[Fate], departures: str) -> None:
        """Take note of where everything is now; that settles these departures."""
        moved = {gone.file: now for gone, now in fates if now is not None and now.path != gone.file.path}
        lost = [gone for gone, now in fates if now is None and gone.public and not self._is_there(gone)]
        ids, pairs = IdentityTable(self.user), list(self._pairs(moved))
        with self.user.transaction():
            for gone, _ in fates:
                if gone.file in moved and gone.public:
                    ids.move(gone.key, overlay_key(moved[gone.file], gone.part), gone.public)
            for gone in lost:
                content = gone.content if gone.content > NONE else ""
                ids.vanish(Vanished(gone.public or 0, gone.key, content, gone.since_ns))
            change = self.collector.move(pairs, "scan", departures) if pairs else None
        if change is None:
            self.departures.settle(departures)
        else:
            both = [key for pair in pairs for key in pair]
            self.overlaying.adopt(change.seq or self.collector.last(), both, departures)
        for gone in lost:
            self.identities.look_again(gone.content)

    def _pairs(self, moved: dict[SourceFile, SourceFile]) -> list[tuple[str, str]]:
        """Keys of overlays, as they were and as they are."""
        pairs = []
        for old, new in moved.items():
            prefix = overlay_key(old, 0)[:-1]
            keys = (key for key in self.collector.keys(old.source_uid, old.path) if key.startswith(prefix))
            pairs += [(key, overlay_key(new, int(key.rpartition("#")[2]))) for key in keys]
        return pairs

    def _is_there(self, gone: Departure) -> bool:
        """Whether its place has an item again, as where a program replaced the file by another."""
        return self.tracks.at(gone.file.source_uid, gone.file.path, gone.part) is not None
