"""Finds out which of a library's tracks are those of another program's, and what is to be said of them. Nothing is
changed: the plan lies in tables without a name, however large it is.

Paths come first, as they are and as they are mapped; then ids, then what a track sounds like, then what it is called
and how long it is. Each time who fits two fits none.
"""

import json
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from musfuse.errors import BusyError
from musfuse.library.catalog.candidates import Candidate, Candidates
from musfuse.library.catalog.nodes import Nodes
from musfuse.library.catalog.pairs import Pair, Pairs
from musfuse.library.catalog.rows import join
from musfuse.library.exchange.foreign import ForeignLibrary, ForeignTrack
from musfuse.library.imports.differing import Fields, differences
from musfuse.library.imports.guessing import Guess, Sample, guess
from musfuse.library.imports.keys import HOW, NEAR, PATH, Kind, keys_of
from musfuse.library.imports.places import Mapping, Places, tidy
from musfuse.lru import Lru
from musfuse.model import TagSet

_BATCH, _TOLD, _MOST_NAMED = 1000, 20, 100_000
NOWHERE = "no track here has its path, its ids, or its title and length"
SEVERAL = "several tracks here may be it"
CUT = "its file is cut into several tracks here"
TWICE = "it is there more than once, and here once"
TAGS, RATINGS, PLAYS, PLAYLISTS = "tags", "ratings", "plays", "playlists"
EVERYTHING = (TAGS, RATINGS, PLAYS, PLAYLISTS)

Told = Callable[[Candidate, Fields, TagSet], Fields]
"""Hears of what would be said of a track, with the tags that it has; gives what of it is new."""


@dataclass(slots=True)
class Matched:
    """Who was found, and who was not: the first of these with each reason."""

    tracks: int = 0
    how: dict[str, int] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    guess: Guess = field(default_factory=Guess)
    changed: int = 0

    def miss(self, reason: str, place: str) -> None:
        """Note one that was not found."""
        self.missing[reason] += 1
        told = self.examples.setdefault(reason, [])
        if len(told) < _TOLD and place:
            told.append(place)


class Planner:
    """For one import. `told` hears of each track's fields; `parts` are what is wanted: of EVERYTHING some."""

    def __init__(
        self,
        candidates: Candidates,
        nodes: Nodes,
        pairs: Pairs,
        told: Told,
        mappings: Sequence[Mapping] = (),
        parts: Collection[str] = EVERYTHING,
    ) -> None:
        self._candidates, self._nodes, self._pairs, self._told = candidates, nodes, pairs, told
        self.places, self._mapped = Places(candidates, mappings), bool(mappings)
        self._parts = frozenset(parts)
        self._folders: Lru[int, str] = Lru(1000)
        self.matched = Matched()

    def plan(self, library: ForeignLibrary) -> Matched:
        """Match all tracks of a library. Raises ConfigError, StoreError, BusyError."""
        if not library.tells_tags:
            self._parts -= {TAGS}
        if not library.has_playlists:
            self._parts -= {PLAYLISTS}
        sample, numbered = Sample(), enumerate(library.tracks())
        while batch := list(islice(numbered, _BATCH)):
            self._by_path(batch, sample)
            self.matched.tracks += len(batch)
        if sample.paths and not self._mapped:
            self._guess(library, sample)
        if self._pairs.missed_count():
            self._by_keys(library)
        self.matched.how = self._pairs.counts()
        for _, name, place, doubtful in self._pairs.lost():
            self.matched.miss(SEVERAL if doubtful else NOWHERE, place or name)
        return self.matched

    def _by_path(self, batch: Sequence[tuple[int, ForeignTrack]], sample: Sample) -> None:
        pairs, names = list[Pair](), list[tuple[str, int]]()
        missed = list[tuple[int, ForeignTrack]]()
        for number, track in batch:
            if track.odd:
                self.matched.miss(track.odd, track.place or track.id)
                continue
            place = tidy(track.place)
            found = self.places.find(place) if place else ()
            if len(found) == 1:
                pairs.append(self._pair(number, track, found[0], PATH))
                names.append((track.id, found[0].id))
            elif found:
                self.matched.miss(CUT, place)
            else:
                missed.append((number, track))
                if place:
                    sample.add(place)
        self._keep(pairs, names)
        self._pairs.miss((number, track.id, tidy(track.place), track.seconds) for number, track in missed)
        self._pairs.know_theirs(
            (kind, key, number) for number, track in missed for kind, key in keys_of(track.tags)
        )  # fmt: skip

    def _guess(self, library: ForeignLibrary, sample: Sample) -> None:
        """Map the paths of those that were missed as some of them tell, and look again."""
        self.matched.guess = guess(sample.paths, self._named)
        if not self.matched.guess.mappings:
            return
        self.places.map(self.matched.guess.mappings)
        missed = self._pairs.missed()
        found = array("q", (number for number, place in missed if place and len(self.places.find(place)) == 1))
        self._again(library, ((number, None) for number in found))
        self._pairs.find(found)

    def _by_keys(self, library: ForeignLibrary) -> None:
        for page in self._candidates.everything():
            taken = self._pairs.holders(page[0].id, page[-1].id)
            free = [row for row in page if row.id not in taken]
            self._pairs.know_mine((kind, key, row.id, row.seconds) for row in free for kind, key in keys_of(row.tags))
        self._pairs.meet(NEAR)
        self._again(library, ((number, (item, HOW[Kind(kind)])) for number, item, kind in self._pairs.met()))

    def _again(self, library: ForeignLibrary, found: Iterator[tuple[int, tuple[int, str] | None]]) -> None:
        """Read the library once more for those that were found: in order of number, (item, how), None for by path."""
        wanted = next(found, None)
        waiting = list[tuple[int, ForeignTrack, int, str]]()
        for number, track in enumerate(library.tracks()):
            if wanted is None:
                break
            if number != wanted[0]:
                continue
            if wanted[1] is None:
                rows = self.places.find(tidy(track.place))
                self._keep([self._pair(number, track, rows[0], PATH)], [(track.id, rows[0].id)])
            else:
                waiting.append((number, track, *wanted[1]))
            if len(waiting) >= _BATCH:
                self._found(waiting)
                waiting.clear()
            wanted = next(found, None)
        self._found(waiting)

    def _found(self, waiting: Sequence[tuple[int, ForeignTrack, int, str]]) -> None:
        rows = {row.id: row for row in self._candidates.these([item for _, _, item, _ in waiting])}
        there = [entry for entry in waiting if entry[2] in rows]
        self._keep(
            [self._pair(number, track, rows[item], how) for number, track, item, how in there],
            [(track.id, item) for _, track, item, _ in there],
        )

    def _keep(self, pairs: Sequence[Pair], names: Sequence[tuple[str, int]]) -> None:
        twice = len(pairs) - self._pairs.add(pairs)
        if twice:
            self.matched.missing[TWICE] += twice
        if PLAYLISTS in self._parts:
            self._pairs.call(names)

    def _pair(self, number: int, track: ForeignTrack, row: Candidate, how: str) -> Pair:
        if not row.public:
            raise BusyError(
                f"{row.source}: came to the library a moment ago, and it is not known yet whether it was there before; "
                "try again when the scan is done, which `musfuse jobs` shows"
            )
        fields = self._fields(track, row) if TAGS in self._parts and track.tags else None
        stars, starred = (track.stars, track.starred_ns) if RATINGS in self._parts else (0, None)
        plays = track.plays if PLAYS in self._parts else 0
        place = self.shown(row) if plays or PLAYLISTS in self._parts else ""
        return Pair(
            row.id, number, how, row.public, row.key if fields else "", place, json.dumps(fields) if fields else "",
            stars, starred, plays, track.first_ns or track.last_ns, track.last_ns,
        )  # fmt: skip

    def _fields(self, track: ForeignTrack, row: Candidate) -> Fields:
        embedded = row.embedded
        served = row.tags if row.merged_text else None
        found = differences(track.tags, embedded, served)
        return self._told(row, found, served or embedded) if found else found

    def shown(self, row: Candidate) -> str:
        """Where a track is on the drive; where it is not, its original."""
        if row.parent is None:
            return row.source
        folder = self._folders.get(row.parent)
        if folder is None:
            folder = self._nodes.path(row.parent)
            self._folders.put(row.parent, folder)
        return join(folder, row.shown or "")

    def _named(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        raw = [name.encode("utf-8", "surrogateescape") for name in names]
        return (
            (name.decode("utf-8", "surrogateescape"), folder)
            for name, folder in self._candidates.named(raw, _MOST_NAMED)
        )
