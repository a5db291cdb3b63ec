"""Whatever is rearranged by hand, tagged anew, added, taken back and mounted again, in whatever order: a real mount shows
what a model of that says, and not a byte, name or time of a source changes."""

import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import sound
from conftest import needs_fuse
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from patient import until
from tests_support import run_states

from mount.test_rearranging import Mounted, checksums

pytestmark = needs_fuse
PICK = st.integers(0, 1000)
ARTISTS, ALBUMS = st.sampled_from(["ann", "bob"]), st.sampled_from(["best", "rest"])
NAMES = st.sampled_from(["new", "other", "ann", "best"])


@dataclass(eq=False)
class Folder:
    """A folder that somebody made or moved, or that lies above such a one."""

    name: str
    above: "Folder | None"
    kept: bool = False

    @property
    def path(self) -> str:
        above = self.above.path if self.above else ""
        return f"{above}/{self.name}".lstrip("/")


@dataclass
class Arranged:
    """What is rearranged, by the model: folders, which of them show folders of the template, where songs stay (under a
    name or the template's; None: nowhere), and further entries of songs, each with its folder and name."""

    folders: list[Folder] = field(default_factory=list)
    bases: dict[str, Folder] = field(default_factory=dict)
    stays: dict[str, tuple[Folder | None, str] | None] = field(default_factory=dict)
    copies: list[tuple[str, Folder | None, str]] = field(default_factory=list)


class Model:
    """Songs by their names, each with artist, album and title, by which the template names them."""

    def __init__(self) -> None:
        self.songs: dict[str, tuple[str, str, str]] = {}
        self.now = Arranged()
        self.before: list[Arranged] = []

    def at(self, path: str) -> Folder | None:
        return next((folder for folder in self.now.folders if folder.path == path), None)

    def shown_at(self, template: str) -> str:
        """Where a folder of the template is shown: by the nearest above it that is shown as another."""
        for above in [template, *_above(template)]:
            if above in self.now.bases:
                return self.now.bases[above].path + template[len(above) :]
        return template

    def copies(self) -> dict[str, tuple[str, Folder | None, str]]:
        """Paths of further entries of songs that are there."""
        shown = [copy for copy in self.now.copies if copy[0] in self.songs]
        return {f"{copy[1].path if copy[1] else ''}/{copy[2]}.flac".lstrip("/"): copy for copy in shown}

    def files(self) -> dict[str, str]:
        """Paths of files, with their songs."""
        return {**self.mains(), **{path: copy[0] for path, copy in self.copies().items()}}

    def mains(self) -> dict[str, str]:
        """Paths of the entries that songs have by themselves."""
        found = {}
        for song, (artist, album, title) in self.songs.items():
            stay = self.now.stays.get(song, "")
            if stay is None:
                continue
            where, name = (self.shown_at(f"{artist}/{album}"), "") if isinstance(stay, str) else (
                stay[0].path if stay[0] else "", stay[1]
            )  # fmt: skip
            found[f"{where}/{name or title}.flac".lstrip("/")] = song
        return found

    def tree(self) -> set[str]:
        paths = {*self.files(), *(folder.path for folder in self.now.folders if folder.kept)}
        return paths | {above for path in paths for above in _above(path)}

    def own(self, path: str, kept: bool = False) -> Folder | None:
        """The folder for a path that is shown, made with those above where there is none."""
        if not path:
            return None
        found = self.at(path)
        if found is None:
            above, _, name = path.rpartition("/")
            found = Folder(name, self.own(above))
            self.now.folders.append(found)
        found.kept = found.kept or kept
        return found

    def begin(self) -> None:
        self.before.append(copy.deepcopy(self.now))

    def left(self, path: str) -> None:
        """An entry is about to leave its folder, which stays."""
        above = path.rpartition("/")[0]
        if above and not any(other != path and other.rpartition("/")[0] == above for other in self.tree()):
            self.own(above, kept=True)

    def drop(self, path: str) -> None:
        """Forget what was arranged at and below a path where nothing is shown."""
        gone = [folder for folder in self.now.folders if folder.path == path or folder.path.startswith(f"{path}/")]
        self.now.folders = [folder for folder in self.now.folders if folder not in gone]
        self.now.bases = {key: folder for key, folder in self.now.bases.items() if folder not in gone}
        self.now.stays = {s: stay for s, stay in self.now.stays.items() if stay is None or stay[0] not in gone}
        self.now.copies = [copy for copy in self.now.copies if copy[1] not in gone]

    def mkdir(self, path: str) -> None:
        self.begin()
        self.own(path, kept=True)

    def rmdir(self, path: str) -> None:
        self.begin()
        self.left(path)
        self.drop(path)

    def rm(self, path: str) -> None:
        self.begin()
        self.left(path)
        copy = self.copies().get(path)
        if copy is not None:
            self.now.copies.remove(copy)
            return
        self.own(path.rpartition("/")[0])
        song = self.mains()[path]
        others = [copy for copy in self.now.copies if copy[0] == song]
        self.now.stays[song] = (others[0][1], others[0][2]) if others else None
        if others:  # it is where the copy was
            self.now.copies.remove(others[0])

    def cp(self, path: str, to: str) -> None:
        self.begin()
        above, _, name = to.rpartition("/")
        self.now.copies.append((self.files()[path], self.own(above, kept=True), name.removesuffix(".flac")))

    def mv(self, path: str, to: str) -> None:
        self.begin()
        above, _, name = to.rpartition("/")
        if path.rpartition("/")[0] != above:
            self.left(path)
        copy, song = self.copies().get(path), self.mains().get(path)
        if copy is not None:
            at = self.now.copies.index(copy)
            self.now.copies[at] = copy[0], self.own(above, kept=True), name.removesuffix(".flac")
            return
        if song is not None:
            self.now.stays[song] = self.own(above), name.removesuffix(".flac")
            return
        self.drop(to)
        inside = {file: song for file, song in self.mains().items() if file.startswith(f"{path}/")}
        said = all(song in self.now.stays for song in inside.values())
        templates = {f"{artist}/{album}" for artist in ("ann", "bob") for album in ("best", "rest")} | {"ann", "bob"}
        bases = [template for template in templates if self.shown_at(template) == path]
        moved = self.own(path)
        assert moved is not None
        for file, song in inside.items():
            self.now.stays.setdefault(song, (self.own(file.rpartition("/")[0]), ""))
        for folder in [one for one in self.tree() - self.files().keys() if one.startswith(f"{path}/")]:
            self.own(folder)
        if not moved.kept or not said:
            self.now.bases.update(dict.fromkeys(bases, moved))
        moved.above, moved.name = self.own(above), name


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


class Rearranging(RuleBasedStateMachine):
    """One library for all examples: each begins with everything taken back, and with songs of its own."""

    made: Mounted
    count = 0

    @initialize(tags=st.lists(st.tuples(ARTISTS, ALBUMS), min_size=2, max_size=4))
    def begin(self, tags: list[tuple[str, str]]) -> None:
        self.made.reset()
        for path in self.made.music.iterdir():
            path.unlink()
        self.model = Model()
        for artist, album in tags:
            self.write(artist, album)
        self.made.scan()
        self.sums = checksums(self.made.music)
        self.same()

    @rule(pick=PICK, name=NAMES)
    def mkdir(self, pick: int, name: str) -> None:
        path = self.in_some_folder(pick, name)
        if path not in self.model.tree():
            self.model.mkdir(path)
            os.mkdir(self.made.mnt / path)
            self.same()

    @rule(pick=PICK)
    def rmdir(self, pick: int) -> None:
        tree = self.model.tree()
        for path in self.picked(pick, [path for path in tree if not any(o.startswith(f"{path}/") for o in tree)]):
            if path not in self.model.files():
                self.model.rmdir(path)
                os.rmdir(self.made.mnt / path)
                self.same()

    @rule(pick=PICK)
    def rm(self, pick: int) -> None:
        for path in self.picked(pick, self.model.files()):
            self.model.rm(path)
            os.unlink(self.made.mnt / path)
            self.same()

    @rule(pick=PICK, into=PICK, name=NAMES)
    def mv_folder(self, pick: int, into: int, name: str) -> None:
        self.mv(pick, sorted(self.model.tree() - self.model.files().keys()), self.in_some_folder(into, name))

    @rule(pick=PICK, into=PICK)
    def mv_file(self, pick: int, into: int) -> None:
        Rearranging.count += 1
        self.mv(pick, sorted(self.model.files()), self.in_some_folder(into, f"moved {Rearranging.count}.flac"))

    @rule(pick=PICK, into=PICK)
    def cp(self, pick: int, into: int) -> None:
        Rearranging.count += 1
        to = self.in_some_folder(into, f"copied {Rearranging.count}.flac")
        for path in self.picked(pick, self.model.files()):
            self.model.cp(path, to)
            shutil.copy2(self.made.mnt / path, self.made.mnt / to)
            self.same()

    @rule(pick=PICK, into=PICK)
    def cp_in_part(self, pick: int, into: int) -> None:
        for path in self.picked(pick, self.model.files()):
            data = (self.made.mnt / path).read_bytes()
            with suppress(OSError):
                (self.made.mnt / self.in_some_folder(into, "part.flac")).write_bytes(data[:-1])
            self.same()

    def mv(self, pick: int, paths: list[str], to: str) -> None:
        for path in self.picked(pick, paths):
            if to not in self.model.tree() and not to.startswith(f"{path}/"):
                self.model.mv(path, to)
                os.rename(self.made.mnt / path, self.made.mnt / to)
                self.same()

    @rule(count=st.integers(1, 3))
    def undo(self, count: int) -> None:
        count = min(count, len(self.model.before))
        if count:
            arranger = self.made.library.arranging.arranger(1)
            self.made.library.arranging.named_again(lambda: arranger.take_back(count))
            self.model.now = self.model.before[-count]
            del self.model.before[-count:]
            self.same()

    @rule(pick=PICK, artist=ARTISTS, album=ALBUMS)
    def retag(self, pick: int, artist: str, album: str) -> None:
        for song in self.picked(pick, self.model.songs):
            sound.tag(self.made.music / song, artist=artist, album=album)
            self.model.songs[song] = artist, album, self.model.songs[song][2]
            self.scanned()

    @rule(artist=ARTISTS, album=ALBUMS)
    def add(self, artist: str, album: str) -> None:
        self.write(artist, album)
        self.scanned()

    @rule()
    def make_the_tree_anew(self) -> None:
        self.made.made_anew()
        self.same()

    @rule(lose=st.booleans())
    def mount_again(self, lose: bool) -> None:
        self.made.close()
        if lose:
            for path in (self.made.folder / "state").glob("catalog.db*"):
                path.unlink()
        self.made.mount()
        self.same()

    def teardown(self) -> None:
        if hasattr(self, "sums"):
            assert checksums(self.made.music) == self.sums

    def write(self, artist: str, album: str) -> None:
        Rearranging.count += 1
        number = Rearranging.count
        name, title = f"{number}.flac", f"song {number:04}"
        sound.write(self.made.music / name, 500, seed=number, artist=artist, album=album, title=title)
        self.model.songs[name] = artist, album, title

    def scanned(self) -> None:
        """The source changed, by us."""
        self.sums = checksums(self.made.music)
        self.made.scan()
        self.same()

    def same(self) -> None:
        """The mount shows what the model says; other mounts' changes reach the kernel a moment later."""
        expected = self.model.tree()
        try:
            until(lambda: set(self.shown()) == expected, 10)
        except AssertionError:
            raise AssertionError(sorted(self.shown()), sorted(expected)) from None
        for path, song in self.model.files().items():
            assert self.model.songs[song][2].encode() in (self.made.mnt / path).read_bytes()

    def shown(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self.made.mnt):
            for name in (*folders, *files):
                yield os.path.relpath(os.path.join(folder, name), self.made.mnt)

    def in_some_folder(self, pick: int, name: str) -> str:
        folders = ["", *sorted(self.model.tree() - self.model.files().keys())]
        return f"{folders[pick % len(folders)]}/{name}".lstrip("/")

    @staticmethod
    def picked(pick: int, of: object) -> list[str]:
        """One of some, or none where there are none."""
        found = sorted(of)  # type: ignore[call-overload]
        return [found[pick % len(found)]] if found else []


def test_a_mount_shows_what_the_model_says() -> None:
    folder = Path(tempfile.mkdtemp())
    made = Mounted(folder)
    made._options |= {"art.covers": False, "view.template": "$artist/$album/$title", "view.policy": "original"}
    sound.write(made.music / "0.flac", 500, artist="ann", album="best", title="begin")
    made.mount()
    Rearranging.made = made
    try:
        run_states(Rearranging, max_examples=4, steps=15)
    finally:
        made.close()
        shutil.rmtree(folder)
