"""Whatever becomes of sources, tags and views, in whatever order: once it is quiet every view shows what it is to show,
and who held a file meanwhile got one version of it or an error."""

import itertools
import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sound
from conftest import needs_fuse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from patient import until
from tests_support import examples

from musfuse.app.build.faces import choose_mounter
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import ConfigError, MusfuseError
from musfuse.library.userdb import ViewSpec
from musfuse.service.requests.views import SetView
from musfuse.service.tagging import Who

pytestmark = needs_fuse
ME = Who("tester")
FOLDERS = st.sampled_from(["", "a", "a/b", "c"])
GENRES = st.sampled_from(["Rock", "Jazz"])
TEMPLATES = {
    "$genre/$title": "{genre}/{title}.flac",
    "by $artist/$title": "by Ann/{title}.flac",
    "$title": "{title}.flac",
    "$album/$genre $title": "Best/{genre} {title}.flac",
}
FILTERS = {
    "": lambda genre: True,
    "genre:jazz": lambda genre: genre == "Jazz",
    "-genre:jazz": lambda genre: genre != "Jazz",
}
NAMES, PICK = st.sampled_from(["car", "hall"]), st.integers(0, 1000)
MAIN = "$albumartist/$album/$title"


@dataclass
class Song:
    """An original by the model: its own tags, and the genre that was set over them."""

    title: str
    genre: str
    said: str = ""
    changed: bool = False


@dataclass
class View:
    """A view by the model, and where it is mounted."""

    template: str
    filter: str
    mount: ExitStack = field(default_factory=ExitStack)


@dataclass
class Held:
    """A file of a view that somebody has open, and what it held when it was opened."""

    view: str
    fd: int
    data: bytes


class Views(RuleBasedStateMachine):
    """Real mounts of all views of one library, by a kernel that remembers for an hour."""

    def __init__(self) -> None:
        super().__init__()
        self.closing, self.count = ExitStack(), itertools.count(1)
        self.songs: dict[str, Song] = {}
        self.views: dict[str, View] = {}
        self.seen: dict[str, set[str]] = {}
        self.held: list[Held] = []
        self.folder = Path(tempfile.mkdtemp())
        self.closing.callback(shutil.rmtree, self.folder)
        self.music = self.folder / "music"
        self.music.mkdir()
        flags = {"fuse.cache_seconds": 3600, "index.background": False, "view.template": MAIN}
        config = load_config(default_sections(), flags=flags, env={}).config
        self.library = open_library(self.folder / "library", config, self.closing, sources=[self.music])
        self.library.trees.in_background = lambda: None  # that is: when it settles
        self.mounter = choose_mounter(config)

    @initialize(genres=st.lists(GENRES, min_size=2, max_size=4))
    def begin(self, genres: list[str]) -> None:
        for genre in genres:
            self.write("a", genre)
        self.shown("main", View(MAIN, ""))
        self.settle()

    # what becomes of the source

    @rule(folder=FOLDERS, genre=GENRES)
    def write(self, folder: str, genre: str) -> None:
        number = next(self.count)
        path = f"{folder}/{number}.flac".lstrip("/")
        self.songs[path] = Song(f"Song {number:03}", genre)
        self.record(path, number)

    @rule(pick=PICK)
    def rewrite(self, pick: int) -> None:
        for path, song in self.picked(pick):
            self.record(path, next(self.count))
            song.changed = True

    @rule(pick=PICK, genre=GENRES)
    def retag(self, pick: int, genre: str) -> None:
        for path, song in self.picked(pick):
            song.genre = genre
            sound.tag(self.music / path, genre=genre)

    @rule(pick=PICK)
    def remove(self, pick: int) -> None:
        for path, _ in self.picked(pick):
            (self.music / path).unlink()
            del self.songs[path]

    @rule(pick=PICK, into=FOLDERS)
    def rename(self, pick: int, into: str) -> None:
        for path, song in self.picked(pick):
            if song.changed:  # what was moved and changed in one go is another file, as far as anybody can tell
                self.scan()
            to = f"{into}/{next(self.count)}.flac".lstrip("/")
            (self.music / into).mkdir(parents=True, exist_ok=True)
            (self.music / path).rename(self.music / to)
            self.songs[to] = self.songs.pop(path)

    @rule(folder=st.sampled_from(["a", "a/b", "c"]))
    def drop_folder(self, folder: str) -> None:
        shutil.rmtree(self.music / folder, ignore_errors=True)
        self.songs = {path: song for path, song in self.songs.items() if not path.startswith(f"{folder}/")}

    @rule(folder=st.sampled_from(["a", "c"]))
    def move_folder(self, folder: str) -> None:
        if (self.music / folder).exists():
            if any(song.changed for song in self.songs.values()):
                self.scan()
            to = f"moved {next(self.count)}"
            (self.music / folder).rename(self.music / to)
            for path in [path for path in self.songs if path.startswith(f"{folder}/")]:
                self.songs[to + path[len(folder) :]] = self.songs.pop(path)

    @rule()
    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())
        for song in self.songs.values():
            song.changed = False

    # what somebody says of tags and views

    @rule(pick=PICK, genre=GENRES)
    def set_genre(self, pick: int, genre: str) -> None:
        for path, song in self.picked(pick):
            with suppress(MusfuseError):  # no scan has seen it there
                self.library.tagging.set([(str(self.music / path), "")], [f"genre={genre}"], ME)
                song.said = genre

    @rule(pick=PICK)
    def clear_genre(self, pick: int) -> None:
        for path, song in self.picked(pick):
            with suppress(MusfuseError):
                self.library.tagging.clear([(str(self.music / path), "")], ["genre"], ME)
                song.said = ""

    @rule(name=NAMES, template=st.sampled_from([*TEMPLATES]), chosen=st.sampled_from([*FILTERS]))
    def add_or_set_view(self, name: str, template: str, chosen: str) -> None:
        view = self.views.get(name)
        with suppress(ConfigError):  # no track has such a genre now
            if view is None:
                self.library.viewing.add(ViewSpec(name, template, "", chosen))
                self.shown(name, View(template, chosen))
            else:
                self.library.viewing.change(SetView(name, template, None, chosen))
                view.template, view.filter = template, chosen

    @rule(name=NAMES)
    def remove_view(self, name: str) -> None:
        view = self.views.pop(name, None)
        if view is not None:
            self.unmount(name, view)
            self.library.viewing.remove(name)

    @rule(steps=st.integers(0, 5))
    def make_some_of_the_trees(self, steps: int) -> None:
        left = itertools.count(steps, -1)
        self.library.trees.build(lambda: next(left) <= 0)

    # what is to be seen

    @rule(pick=PICK)
    def hold(self, pick: int) -> None:
        self.settle()
        files = [(name, path) for name in self.views for path in sorted(self.expected(name))]
        if files:
            name, path = files[pick % len(files)]
            fd = os.open(self.folder / name / path, os.O_RDONLY)
            self.held.append(Held(name, fd, self.whole(name, path)))
            assert os.pread(fd, 100, 0) == self.held[-1].data[:100]

    @rule()
    def settle(self) -> None:
        self.scan()
        self.library.trees.build()
        for name in self.views:
            self.check(name)
            for path, song in self.expected(name).items():
                data = (self.folder / name / path).read_bytes()
                assert song.title.encode() in data
                assert f"genre={song.said or song.genre}".lower().encode() in data.lower(), (path, song)
        for held in self.held:
            os.posix_fadvise(held.fd, 0, 0, os.POSIX_FADV_DONTNEED)
            with suppress(OSError):
                assert os.pread(held.fd, len(held.data) + 1, 0) == held.data

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            for name, view in self.views.items():
                self.unmount(name, view)
            self.closing.close()

    def record(self, path: str, number: int) -> None:
        """Have a file there whose audio no other has."""
        song = self.songs[path]
        tags = {"title": song.title, "genre": song.genre, "artist": "Ann", "albumartist": "Ann", "album": "Best"}
        sound.write(self.music / path, 2000, seed=number, **tags)

    def picked(self, pick: int) -> list[tuple[str, Song]]:
        """One song, or none where there are none."""
        paths = sorted(self.songs)
        return [(paths[pick % len(paths)], self.songs[paths[pick % len(paths)]])] if paths else []

    def shown(self, name: str, view: View) -> None:
        """Mount a view."""
        place = self.folder / name
        place.mkdir(exist_ok=True)
        view.mount.callback(self.mounter.mount(self.library.drives[name], place).unmount, force=True)
        self.views[name] = view
        self.seen[name] = set()

    def unmount(self, name: str, view: View) -> None:
        """Unmount a view; who held files of it closes them."""
        for held in self.held:
            if held.view == name:
                os.close(held.fd)
        self.held = [held for held in self.held if held.view != name]
        view.mount.close()

    def expected(self, name: str) -> dict[str, Song]:
        """The files of a view by the model."""
        view = self.views[name]
        pattern = TEMPLATES.get(view.template, "Ann/Best/{title}.flac")
        songs = ((song, song.said or song.genre) for song in self.songs.values())
        return {pattern.format(title=s.title, genre=genre): s for s, genre in songs if FILTERS[view.filter](genre)}

    def check(self, name: str) -> None:
        """Wait until a view shows what it is to show, and nothing that it ever showed beside."""
        try:
            until(lambda: self.is_right(name))
        except AssertionError:
            shown = sorted(os.path.relpath(path, self.folder) for path in (self.folder / name).rglob("*"))
            raise AssertionError(name, shown, self.expected(name), self.seen[name]) from None

    def is_right(self, name: str) -> bool:
        wanted, top = set(self.expected(name)), self.folder / name
        try:
            there = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
        except OSError:
            return False  # it changes while it is listed
        self.seen[name] |= there | wanted
        return there == wanted and not any((top / path).exists() for path in self.seen[name] - wanted)

    def whole(self, name: str, path: str) -> bytes:
        """A file as the drive serves it, past the kernel."""
        drive = self.library.drives[name]
        opened = drive.open(path)
        try:
            return drive.read_at(opened.handle, 0, opened.size)
        finally:
            drive.close(opened.handle)


TestViews = Views.TestCase
TestViews.settings = settings(
    max_examples=examples(6), stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
