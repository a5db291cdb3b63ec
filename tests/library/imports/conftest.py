"""A library of another program that is made up, over a library of this one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.library.catalog.candidates import Candidates
from musfuse.library.catalog.pairs import Pairs
from musfuse.library.exchange.foreign import ForeignPlaylist, ForeignTrack
from musfuse.library.imports.places import Mapping
from musfuse.library.imports.planning import EVERYTHING, Planner
from musfuse.library.imports.saying import Saying
from musfuse.model import TagSource

TITLES = ("One", "Two", "Three")


@dataclass
class Elsewhere:
    """What another program has."""

    all: Sequence[ForeignTrack] = ()
    lists: Sequence[ForeignPlaylist] = ()
    name: str = "other"
    tells_tags: bool = True
    tells_served: bool = False
    has_playlists: bool = True
    read: int = field(default=0, init=False)

    def count(self) -> int:
        return len(self.all)

    def tracks(self) -> Iterator[ForeignTrack]:
        self.read += 1
        return iter(self.all)

    def playlists(self) -> Iterator[ForeignPlaylist]:
        return iter(self.lists)


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for number, title in enumerate(TITLES, 1):
        sound.write(
            music / f"Ann/Best/{title}.flac", 44_100 * number, seed=number, artist="Ann", album="Best", title=title,
            tracknumber=str(number),
        )  # fmt: skip
    return make_library(index__background=False, view__policy="original")


Planned = Callable[..., tuple[Planner, Saying, Pairs]]


@pytest.fixture
def planned(library: Library) -> Iterator[Planned]:
    """Plans an import of tracks."""
    made = list[Pairs]()

    def plan(
        elsewhere: Elsewhere | Sequence[ForeignTrack], mappings: Sequence[Mapping] = (), parts: Sequence[str] = EVERYTHING,
        source: TagSource = TagSource.ORCHESTRATOR,
    ) -> tuple[Planner, Saying, Pairs]:  # fmt: skip
        saying = Saying(library.collector, source)
        made.append(Pairs())
        candidates = Candidates(library.catalog.database)
        planner = Planner(candidates, library.catalog.nodes, made[-1], saying.new, mappings, parts)
        planner.plan(elsewhere if isinstance(elsewhere, Elsewhere) else Elsewhere(elsewhere), lambda *_: None)
        return planner, saying, made[-1]

    yield plan
    for pairs in made:
        pairs.__exit__(None, None, None)
