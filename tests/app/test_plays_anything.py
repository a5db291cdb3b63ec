"""Files are played and rated, move, get other tags, go and come back, and the catalog is made anew: plays and ratings
are those of the same sound."""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import sound
from drive.albums import retag
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from patient import HandClock, until

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.library.catalog import TrackRow
from musfuse.service.requests.ratings import RateTracks
from musfuse.service.tagging import Who

RATE = 8000
FOLDERS, TITLES = st.sampled_from(["", "x/", "y/"]), st.sampled_from(["One", "Two", "one"])
WHICH = st.integers(0, 9)


@dataclass
class Sound:
    """What was done with one piece of audio, and where it lies; '' for nowhere."""

    number: int
    path: str
    plays: int = 0
    stars: int = 0


class Listener(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.music, self.aside, self.state = (self.folder / name for name in ("music", "aside", "state"))
        self.aside.mkdir()
        self.sounds: list[Sound] = []
        self.clock, self.names = HandClock(), 0
        self.library = self.opened()

    def opened(self) -> Library:
        flags = {"view.policy": "original", "art.covers": False, "prefetch.enabled": False}
        config = load_config(default_sections(), flags=flags, env={}).config
        self.music.mkdir(exist_ok=True)
        library = open_library(self.state, config, ExitStack(), sources=[self.music])
        assert library.playing.listening is not None
        library.playing.listening._clock = self.clock
        return library

    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())

    def new_path(self, folder: str) -> str:
        self.names += 1
        return f"{folder}{self.names}.flac"

    def lying(self) -> list[Sound]:
        return [one for one in self.sounds if one.path]

    def row(self, one: Sound) -> TrackRow:
        (source,) = self.library.sources.rows()
        found = self.library.catalog.tracks.at(source.uid, one.path, 0)
        assert found is not None
        return found

    @initialize()
    def begin(self) -> None:
        self.add("", "One")
        self.add("x/", "Two")

    @precondition(lambda self: len(self.sounds) < 4)
    @rule(folder=FOLDERS, title=TITLES)
    def add(self, folder: str, title: str) -> None:
        one = Sound(len(self.sounds), self.new_path(folder))
        path = self.music / one.path
        path.parent.mkdir(exist_ok=True)
        sound.write(path, 2000, 1, rate=RATE, seed=one.number + 1, artist="Ann", album="Best", title=title)
        self.sounds.append(one)
        self.scan()

    @precondition(lambda self: self.lying())
    @rule(which=WHICH)
    def play(self, which: int) -> None:
        one, drive = self.lying()[which % len(self.lying())], self.library.drive
        path = drive.path_of_item(self.row(one).track.id)
        assert path is not None
        opened = drive.open(path)
        drive.read_at(opened.handle, 0, opened.size)
        self.clock.now += 2
        drive.close(opened.handle)
        one.plays += 1
        listening = self.library.playing.listening
        assert listening is not None
        until(lambda: listening.idle)

    @precondition(lambda self: self.lying())
    @rule(which=WHICH, stars=st.integers(0, 5))
    def rate(self, which: int, stars: int) -> None:
        one = self.lying()[which % len(self.lying())]
        self.library.handlers().call(RateTracks(targets=(("", str(self.music / one.path)),), stars=stars))
        one.stars = stars

    @precondition(lambda self: self.lying())
    @rule(which=WHICH, folder=FOLDERS, title=TITLES, anew=st.booleans())
    def move(self, which: int, folder: str, title: str, anew: bool) -> None:
        """To another name, with another title, `anew` as a copy that takes its place."""
        one = self.lying()[which % len(self.lying())]
        old, one.path = self.music / one.path, self.new_path(folder)
        (self.music / one.path).parent.mkdir(exist_ok=True)
        if anew:
            shutil.copy(old, self.music / one.path)
            old.unlink()
        else:
            old.rename(self.music / one.path)
            retag(self.music / one.path, title=title)
        self.scan()

    @precondition(lambda self: self.lying())
    @rule(which=WHICH, title=TITLES, here=st.booleans())
    def another_title(self, which: int, title: str, here: bool) -> None:
        """In the file, or over it."""
        path = self.music / self.lying()[which % len(self.lying())].path
        if here:
            self.library.tagging.set([("", str(path))], [f"title={title}"], Who("tester"))
        else:
            retag(path, title=title)
            self.scan()

    @precondition(lambda self: len(self.lying()) > 1)
    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        one = self.lying()[which % len(self.lying())]
        shutil.move(self.music / one.path, self.aside / str(one.number))
        one.path = ""
        self.scan()

    @precondition(lambda self: len(self.lying()) < len(self.sounds))
    @rule(which=WHICH, folder=FOLDERS)
    def come_back(self, which: int, folder: str) -> None:
        gone = [one for one in self.sounds if not one.path]
        one = gone[which % len(gone)]
        one.path = self.new_path(folder)
        (self.music / one.path).parent.mkdir(exist_ok=True)
        shutil.move(self.aside / str(one.number), self.music / one.path)
        self.scan()

    @rule(damaged=st.booleans())
    def make_the_catalog_anew(self, damaged: bool) -> None:
        self.library.close()
        if damaged:
            (self.state / "catalog.db").write_bytes(b"no database")
        else:
            (self.state / "catalog.db").unlink()
        self.library = self.opened()
        self.scan()

    @invariant()
    def plays_and_ratings_are_those_of_the_sound(self) -> None:
        playing = self.library.playing
        for one in self.lying():
            public = self.row(one).public
            heard = playing.table.of(public)
            assert (heard.plays if heard else 0) == one.plays, one
            assert playing.ratings.of(public).stars == one.stars, one
        assert sum(heard.plays for heard in playing.table.most()) == sum(one.plays for one in self.sounds)
        assert len(list(playing.table.last())) == sum(one.plays for one in self.sounds)

    def teardown(self) -> None:
        self.library.close()
        shutil.rmtree(self.folder)


TestListener = Listener.TestCase
TestListener.settings = settings(
    max_examples=2, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
