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
from musfuse.library.catalog.candidates import Fields as TagMapping
from musfuse.library.catalog.nodes import Nodes
from musfuse.library.catalog.pairs import Pair, Pairs
from musfuse.library.catalog.rows import join
from musfuse.library.exchange.foreign import ForeignLibrary, ForeignTrack
from musfuse.library.imports.differing import Fields, differences
from musfuse.library.imports.guessing import Guess, Sample, guess
from musfuse.library.imports.keys import HOW, NEAR, PATH, Kind, keys_of
from musfuse.library.imports.places import DRIVE, Mapping, Places, tidy
from musfuse.library.imports.watching import Watch, watched

_BATCH, _TOLD, _MOST_NAMED = 1000, 20, 100_000
NOWHERE = "no track here has its path, its ids, or its title and length"
SEVERAL = "several tracks here may be it"
CUT = "its file is cut into several tracks here"
TWICE = "it is there more than once, and here once"
BY_PATH, BY_KEYS, AGAIN = "by path", "by ids and tags", "once more"
"""How tracks are looked for, as whoever waits is told."""
TAGS, RATINGS, PLAYS, PLAYLISTS = "tags", "ratings", "plays", "playlists"
EVERYTHING = (TAGS, RATINGS, PLAYS, PLAYLISTS)

Told = Callable[[Candidate, Fields, TagMapping], Fields]
"""Hears of what would be said of a track, with the tags that it has; gives what of it is new."""
_Found = tuple[int, ForeignTrack, Candidate, str]
"""The number of a track among theirs, what they say of it, who it is here, and how that was found out."""


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
        self._places, self._mapped = Places(candidates, mappings), bool(mappings)
        self._parts, self._served = frozenset(parts), False
        self.matched = Matched()

    @property
    def mappings(self) -> Sequence[Mapping]:
        """How paths are mapped: as somebody said, or as it was guessed."""
        return self._places.mappings

    def plan(self, library: ForeignLibrary, watch: Watch) -> Matched:
        """Match all tracks of a library; `watch` is told how far that is, and may raise what ends it. Raises
        ConfigError, StoreError, BusyError."""
        self._watch = watch
        if not library.tells_tags:
            self._parts -= {TAGS}
        if not library.has_playlists:
            self._parts -= {PLAYLISTS}
        self._served = library.tells_served
        sample, numbered = Sample(), enumerate(watched(library.tracks(), BY_PATH, library.count(), watch))
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
        found, missed = list[_Found](), list[tuple[int, ForeignTrack, str]]()
        find = self._places.find
        for number, track in batch:
            if track.odd:
                self.matched.miss(track.odd, track.place or track.id)
                continue
            place = tidy(track.place)
            rows = find(place) if place else ()
            if track.part and len(rows) > 1:
                rows = tuple(row for row in rows if row.part == track.part)
            if len(rows) == 1:
                found.append((number, track, rows[0], PATH))
            elif rows:
                self.matched.miss(CUT, place)
            else:
                missed.append((number, track, place))
                if place:
                    sample.add(place)
        self._keep(found)
        self._pairs.miss((number, track.id, place, track.seconds) for number, track, place in missed)
        self._pairs.know_theirs((kind, key, number) for number, track, _ in missed for kind, key in keys_of(track.tags))

    def _guess(self, library: ForeignLibrary, sample: Sample) -> None:
        """Map the paths of those that were missed as some of them tell, and look again: to folders of the sources
        first, then to the drive, as of a program that plays that."""
        for find in (self._named, self._shown_as):
            told = guess(sample.paths, find) if sample.paths else Guess()
            known = self.matched.guess
            self.matched.guess = Guess((*known.mappings, *told.mappings), (*known.doubts, *told.doubts))
            if told.mappings:
                self._places.map(self.matched.guess.mappings)
                self._look_again(library)
                sample = Sample()
                for _, place in self._pairs.missed():
                    sample.add(place)

    def _look_again(self, library: ForeignLibrary) -> None:
        missed = self._pairs.missed()
        found = array("q", (number for number, place in missed if place and len(self._places.find(place)) == 1))
        self._again(library, ((number, None) for number in found))
        self._pairs.find(found)

    def _by_keys(self, library: ForeignLibrary) -> None:
        for page in self._candidates.everything():
            self._watch(0, 0, BY_KEYS)
            taken = self._pairs.holders(page[0].id, page[-1].id)
            free = [row for row in page if row.id not in taken]
            self._pairs.know_mine((kind, key, row.id, row.seconds) for row in free for kind, key in keys_of(row.tags))
        self._pairs.meet(NEAR)
        self._again(library, ((number, (item, HOW[Kind(kind)])) for number, item, kind in self._pairs.met()))

    def _again(self, library: ForeignLibrary, found: Iterator[tuple[int, tuple[int, str] | None]]) -> None:
        """Read the library once more for those that were found: in order of number, (item, how), None for by path."""
        wanted = next(found, None)
        waiting = list[tuple[int, ForeignTrack, tuple[int, str] | None]]()
        for number, track in enumerate(watched(library.tracks(), AGAIN, library.count(), self._watch)):
            if wanted is None:
                break
            if number == wanted[0]:
                waiting.append((number, track, wanted[1]))
                wanted = next(found, None)
            if len(waiting) >= _BATCH:
                self._keep(self._found(waiting))
                waiting.clear()
        self._keep(self._found(waiting))

    def _found(self, waiting: Sequence[tuple[int, ForeignTrack, tuple[int, str] | None]]) -> "Sequence[_Found]":
        rows = {row.id: row for row in self._candidates.these([known[0] for _, _, known in waiting if known])}
        found = list[_Found]()
        for number, track, known in waiting:
            if known is None:
                found += [(number, track, row, PATH) for row in self._places.find(tidy(track.place))[:1]]
            elif known[0] in rows:
                found.append((number, track, rows[known[0]], known[1]))
        return found

    def _keep(self, found: "Sequence[_Found]") -> None:
        first = self._first(found)
        places = self._shown_at([row for _, track, row, _ in found if track.plays or PLAYLISTS in self._parts])
        self._pairs.add([self._pair(*one, places) for one in first])
        if twice := len(found) - len(first):
            self.matched.missing[TWICE] += twice
        if PLAYLISTS in self._parts:
            self._pairs.call((track.id, row.id) for _, track, row, _ in found)

    def _first(self, found: "Sequence[_Found]") -> "Sequence[_Found]":
        """Those that are not here already: of several that are one track here the first counts."""
        taken, first = self._pairs.taken([row.id for _, _, row, _ in found]), list[_Found]()
        for one in found:
            if one[2].id not in taken:
                taken.add(one[2].id)
                first.append(one)
        return first

    def _pair(self, number: int, track: ForeignTrack, row: Candidate, how: str, places: dict[int, str]) -> Pair:
        if not row.public:
            raise BusyError(
                f"{row.source}: came to the library a moment ago, and it is not known yet whether it was there before; "
                "try again when the scan is done, which `musfuse jobs` shows"
            )
        fields = self._fields(track, row) if TAGS in self._parts and track.tags else None
        stars, starred = (track.stars, track.starred_ns) if RATINGS in self._parts else (0, None)
        plays = track.plays if PLAYS in self._parts else 0
        return Pair(
            row.id, number, how, row.public, row.key if fields else "", places.get(row.id, ""),
            json.dumps(fields) if fields else "", stars, starred, plays, track.first_ns or track.last_ns, track.last_ns,
        )  # fmt: skip

    def _shown_at(self, rows: Sequence[Candidate]) -> dict[int, str]:
        """Where tracks are on the drive, by id; where they are not, their originals as text that databases take."""
        folders = self._nodes.paths({row.parent for row in rows if row.parent is not None}) if rows else {}
        return {
            row.id: join(folders[row.parent], row.shown or "") if row.parent in folders else _legible(row.source)
            for row in rows
        }

    def _fields(self, track: ForeignTrack, row: Candidate) -> Fields:
        embedded = row.embedded
        served = row.tags if row.merged_text else None
        found = differences(track.tags, embedded, served)
        if self._served and served is not None:
            found = {name: values for name, values in found.items() if served.get(name, ()) != (values or ())}
        return self._told(row, found, served or embedded) if found else found

    def _named(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        raw = [name.encode("utf-8", "surrogateescape") for name in names]
        return (
            (name.decode("utf-8", "surrogateescape"), folder)
            for name, folder in self._candidates.named(raw, _MOST_NAMED)
        )

    def _shown_as(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        found = self._candidates.shown_as(names, _MOST_NAMED)
        paths = self._nodes.paths({parent for _, parent in found})
        return ((name, join(DRIVE, paths[parent])) for name, parent in found if parent in paths)


def _legible(path: str) -> str:
    """A path of which bytes may be no text."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
