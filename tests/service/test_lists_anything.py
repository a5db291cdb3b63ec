"""Collections and playlists against a plain model, while files come, move, are tagged anew and go, and the catalog is
made anew: nothing that somebody said is lost, and what is shown is what is there."""

import itertools
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import sound
from drive.albums import target
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.service.requests.collections import CreateCollection, ListCollectionTracks
from musfuse.service.requests.playlists import AddToPlaylist, CreatePlaylist, ListPlaylistTracks, RemoveFromPlaylist
from musfuse.service.requests.tags import SetTags

FLAGS = {
    "index.background": False, "view.policy": "original", "view.template": "$title", "art.covers": False,
    "backup.keep": 0, "follow.enabled": False,
}  # fmt: skip
GENRES = st.sampled_from(["jazz", "rock"])
PICK = st.integers(0, 5)


@dataclass
class Track:
    """A file as the model has it: where it lies, and what it is called."""

    path: str
    title: str
    genre: str
    there: bool = True


class Lists(RuleBasedStateMachine):
    """A library with a collection, a playlist made here, and one among the sources."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.music = self.folder / "music"
        self.music.mkdir()
        self.numbers = itertools.count(1)
        self.tracks, self.chosen, self.listed = list[Track](), list[Track](), list[str]()
        self.open()
        self.library.add_sources([self.music])
        self.library.handlers().call(CreateCollection("Jazz", "genre:jazz"))
        self.library.handlers().call(CreatePlaylist("Own"))

    def open(self) -> None:
        self.closing = ExitStack()
        config = load_config(default_sections(), flags=FLAGS).config
        self.library: Library = open_library(self.folder / "state", config, self.closing)

    def teardown(self) -> None:
        self.closing.close()
        shutil.rmtree(self.folder)

    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())

    def there(self) -> list[Track]:
        return [track for track in self.tracks if track.there]

    def pick(self, number: int) -> Track | None:
        there = self.there()
        return there[number % len(there)] if there else None

    @rule(genre=GENRES)
    def come(self, genre: str) -> None:
        number = next(self.numbers)
        track = Track(f"{number}.flac", f"T{number}", genre)
        sound.write(self.music / track.path, 2000, seed=number, title=track.title, genre=genre)
        self.tracks.append(track)
        self.scan()

    @rule(number=PICK, folder=st.sampled_from(["", "sub/"]))
    def move(self, number: int, folder: str) -> None:
        if (track := self.pick(number)) is not None:
            (self.music / folder).mkdir(exist_ok=True)
            before, track.path = track.path, f"{folder}{next(self.numbers)}.flac"
            (self.music / before).rename(self.music / track.path)
            self.scan()

    @rule(number=PICK, genre=GENRES)
    def retag(self, number: int, genre: str) -> None:
        if (track := self.pick(number)) is not None:
            asked = tuple(target(f"title:{track.title}~0"))
            track.title, track.genre = f"N{next(self.numbers)}", genre
            fields = (f"title={track.title}", f"genre={genre}")
            self.library.handlers().call(SetTags(author="me", targets=asked, fields=fields))

    @rule(number=PICK)
    def go(self, number: int) -> None:
        if (track := self.pick(number)) is not None:
            (self.music / track.path).unlink()
            track.there = False
            self.scan()

    @rule(number=PICK, at=st.sampled_from([None, 1]))
    def choose(self, number: int, at: int | None) -> None:
        if (track := self.pick(number)) is not None:
            self.library.handlers().call(AddToPlaylist("Own", tuple(target(f"title:{track.title}~0")), at))
            self.chosen.insert(len(self.chosen) if at is None else 0, track)

    @rule(number=PICK)
    def take_out(self, number: int) -> None:
        if number < len(self.chosen):
            self.library.handlers().call(RemoveFromPlaylist("Own", (number + 1,)))
            del self.chosen[number]

    @rule()
    def write_a_list(self) -> None:
        self.listed = [track.path for track in reversed(self.tracks)]
        (self.music / "Found.m3u8").write_text("".join(f"{path}\n" for path in self.listed), "utf-8")
        self.scan()

    @rule()
    def lose_the_catalog(self) -> None:
        self.closing.close()
        (self.folder / "state/catalog.db").unlink(missing_ok=True)
        self.open()
        self.scan()

    @invariant()
    def all_is_as_the_model_has_it(self) -> None:
        service = self.library.handlers()
        jazz = {row.path for row in service.rows(ListCollectionTracks("Jazz"))}
        assert jazz == {f"{track.title}.flac" for track in self.there() if track.genre == "jazz"}
        own = list(service.rows(ListPlaylistTracks("Own")))
        assert [not row.gone for row in own] == [track.there for track in self.chosen]
        wanted = [f"{track.title}.flac" for track in self.chosen if track.there]
        assert [row.path for row in own if not row.gone] == wanted
        assert [row.path for row in service.rows(ListCollectionTracks("Own"))] == wanted
        if self.listed:
            by_path = {track.path: track for track in self.there()}
            found = [f"{by_path[path].title}.flac" for path in self.listed if path in by_path]
            assert [row.path for row in service.rows(ListCollectionTracks("Found"))] == found


TestLists = Lists.TestCase
TestLists.settings = settings(max_examples=5, stateful_step_count=12, deadline=None)
