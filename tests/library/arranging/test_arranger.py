"""Edits of a view against a plain tree of names: after whatever edits, taken back or not, the drive shows what that
says, and so does a tree that is made anew from what is kept."""

import shutil
import tempfile
from pathlib import Path

import sound
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests_support import run_states

from library.arranging.conftest import Rearranged, write_songs
from musfuse.errors import (
    BadNameError,
    ExistsError,
    IsAFolderError,
    MusfuseError,
    NoEntryError,
    NotAFolderError,
    NotEmptyError,
)
from musfuse.library.catalog.nodes import MAIN
from musfuse.library.names import name_key

PICK = st.integers(0, 1000)
NAMES = st.sampled_from(["Ann", "ANN", "Best", "best", "new", "New", "Four.flac", "x.flac", "X.flac", "y.mp3"])


class Model:
    """A tree of names: paths of folders with '', of files with the names of their originals."""

    def __init__(self, tree: dict[str, str]) -> None:
        self.tree = dict(tree)

    def below(self, path: str) -> list[str]:
        return [other for other in self.tree if other.startswith(f"{path}/")]

    def kind(self, path: str) -> str | None:
        """folder, file, or None for what is not there; raises what a lookup raises."""
        above = path.rpartition("/")[0]
        if above:
            kind = self.kind(above)
            if kind is None:
                raise NoEntryError(path)
            if kind == "file":
                raise NotAFolderError(path)
        if not path:
            return "folder"
        found = self.tree.get(path)
        return None if found is None else "file" if found else "folder"

    def other_spelling(self, path: str, *but: str) -> bool:
        """Whether an entry has the name of a path but for its case."""
        return any(_key(other) == _key(path) for other in self.tree if other != path and other not in but)

    def mkdir(self, path: str) -> None:
        if self.kind(path) or self.other_spelling(path):
            raise ExistsError(path)
        self.tree[path] = ""

    def rmdir(self, path: str) -> None:
        kind = self.kind(path)
        if kind is None:
            raise NoEntryError(path)
        if kind == "file":
            raise NotAFolderError(path)
        if self.below(path):
            raise NotEmptyError(path)
        del self.tree[path]

    def rm(self, path: str) -> None:
        kind = self.kind(path)
        if kind is None:
            raise NoEntryError(path)
        if kind == "folder":
            raise IsAFolderError(path)
        del self.tree[path]

    def cp(self, path: str, to: str) -> None:
        if self.kind(path) != "file":
            raise NoEntryError(path)
        over = self.kind(to)
        if over == "folder":
            raise IsAFolderError(to)
        if over == "file" and self.tree[path] == self.tree[to]:
            return
        if self.other_spelling(to):
            raise ExistsError(to)
        self.tree[to] = self.tree[path]

    def mv(self, path: str, to: str) -> None:
        kind, over = self.kind(path), self.kind(to)
        if kind is None:
            raise NoEntryError(path)
        if _key(to).startswith(f"{_key(path)}/"):
            raise BadNameError(to)
        if path == to:
            return
        if over == "folder" and kind == "file":
            raise IsAFolderError(to)
        if over == "file" and kind == "folder":
            raise NotAFolderError(to)
        if over == "folder" and self.below(to):
            raise NotEmptyError(to)
        if self.other_spelling(to, path):
            raise ExistsError(to)
        moved = {to + other[len(path) :]: self.tree.pop(other) for other in [path, *self.below(path)]}
        self.tree.update(moved)


def _key(path: str) -> str:
    return "/".join(map(name_key, path.split("/")))


class Edits(RuleBasedStateMachine):
    """One library for all examples: each begins with everything taken back."""

    made: Rearranged

    def __init__(self) -> None:
        super().__init__()
        self.made.reset()
        self.model = Model(self.made.shown())
        self.before: list[dict[str, str]] = []

    @rule(pick=PICK, name=NAMES)
    def mkdir(self, pick: int, name: str) -> None:
        self.same("mkdir", self.in_some_folder(pick, name))

    @rule(pick=PICK)
    def rmdir(self, pick: int) -> None:
        self.same("rmdir", self.some(pick))

    @rule(pick=PICK)
    def rm(self, pick: int) -> None:
        self.same("rm", self.some(pick))

    @rule(pick=PICK, into=PICK, name=NAMES)
    def mv(self, pick: int, into: int, name: str) -> None:
        self.same("mv", self.some(pick), self.in_some_folder(into, name))

    @rule(pick=PICK, into=PICK)
    def mv_into(self, pick: int, into: int) -> None:
        path = self.some(pick)
        self.same("mv", path, self.in_some_folder(into, path.rpartition("/")[2]))

    @rule(pick=PICK, into=PICK, name=NAMES)
    def cp(self, pick: int, into: int, name: str) -> None:
        self.same("cp", self.some(pick), self.in_some_folder(into, name))

    @rule(pick=PICK, over=PICK)
    def cp_over(self, pick: int, over: int) -> None:
        self.same("cp", self.some(pick), self.some(over))

    @rule(pick=PICK, over=PICK)
    def mv_over(self, pick: int, over: int) -> None:
        self.same("mv", self.some(pick), self.some(over))

    @rule()
    def undo(self) -> None:
        if self.before:
            self.made.take_back()
            self.model.tree = self.before.pop()

    @rule()
    def make_anew(self) -> None:
        self.made.made_anew()

    @rule(pick=PICK)
    def lose_the_catalog(self, pick: int) -> None:
        if pick % 50 == 0:  # it takes a scan
            self.made.close()
            for path in (self.made.folder / "state").glob("catalog.db*"):
                path.unlink()
            self.made.open()
            self.made.scan()

    @invariant()
    def shows_the_same(self) -> None:
        assert self.made.shown() == self.model.tree

    def some(self, pick: int) -> str:
        paths = sorted(self.model.tree)
        return paths[pick % len(paths)] if paths and pick % 10 else "none"

    def in_some_folder(self, pick: int, name: str) -> str:
        folders = ["", *sorted(path for path, original in self.model.tree.items() if not original)]
        return f"{folders[pick % len(folders)]}/{name}".lstrip("/")

    def same(self, what: str, *paths: str) -> None:
        """Do the same with both; either both raise the same or neither raises."""
        real = self.made.drive.rearranging
        calls = {
            "mkdir": real.make_folder, "rmdir": real.remove_folder, "rm": real.remove_file, "mv": real.move,
            "cp": self.copy,
        }  # fmt: skip
        before = dict(self.model.tree)
        expected = _raised(getattr(self.model, what), paths)
        assert _raised(calls[what], paths) is expected, (what, paths, before)
        if expected is None and (what not in ("mv", "cp") or self.model.tree != before):
            self.before.append(before)

    def copy(self, path: str, to: str) -> None:
        """As who writes the bytes of a file under another path does in the end."""
        _, row = self.made.drive.row(path)
        if row is None:
            raise NoEntryError(path)
        self.made.drive.rearranging.copy(row.track.id, to)


def _raised(call: object, paths: tuple[str, ...]) -> type[MusfuseError] | None:
    try:
        call(*paths)  # type: ignore[operator]
    except MusfuseError as error:
        return type(error)
    return None


def test_the_drive_is_what_a_plain_tree_says() -> None:
    folder = Path(tempfile.mkdtemp())
    made = Rearranged(folder)
    write_songs(made.music)
    made.open()
    made.scan()
    Edits.made = made
    try:
        run_states(Edits, max_examples=8, steps=20)
    finally:
        made.close()
        shutil.rmtree(folder)


def test_the_last_edits_are_taken_back_together(rearranged: Rearranged) -> None:
    before = rearranged.shown()
    edits = rearranged.drive.rearranging
    edits.move("Ann", "Fav")
    expected = rearranged.shown()
    edits.make_folder("Fav/New")
    edits.remove_file("Fav/Best/One.flac")
    edits.move("Fav/Best", "Fav/New/Best")
    arranger = rearranged.library.arranging.arranger(MAIN)
    rearranged.library.arranging.named_again(lambda: arranger.take_back(3))
    assert rearranged.shown() == expected
    rearranged.library.arranging.named_again(lambda: arranger.take_back(99))
    assert (rearranged.shown(), arranger.table.count()) == (before, 0)


def test_numbers_beside_what_leaves_stay(rearranged: Rearranged) -> None:
    long = "x" * 300
    for number, title in enumerate(("Same", "Same", "Same", "Same", long, long, long), 20):
        sound.write(rearranged.music / f"{number}.flac", 500, seed=number, artist="Eve", title=title)
    rearranged.scan()
    edits = rearranged.drive.rearranging
    names = sorted(path for path in rearranged.shown() if path.startswith("Eve/"))
    assert "Eve/Same (4).flac" in names
    for path in ("Eve/Same (2).flac", "Eve/Same.flac", names[-1]):
        edits.remove_file(path)
        names.remove(path)
        assert sorted(path for path in rearranged.shown() if path.startswith("Eve/")) == names
    rearranged.made_anew()
    assert sorted(path for path in rearranged.shown() if path.startswith("Eve/")) == names
