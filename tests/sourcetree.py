"""A source that random hands change, and what is to be seen of it: the rules that tests of following share."""

import itertools
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import sound
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

FOLDERS = ("", "a", "a/b", "c")
IN = st.sampled_from(FOLDERS)
NAMES = st.sampled_from(["1.flac", "2.flac", "3.flac"])


class SourceTree(RuleBasedStateMachine):
    """`files` is the model: paths below the source, each with the title that nobody else has. `born` says what each was
    called first, and `numbers` are inode numbers by that: they stay. `held` are the places that had a file when things
    were settled last."""

    def __init__(self) -> None:
        super().__init__()
        self.closing, self.titles = ExitStack(), map(str, itertools.count())
        self.files: dict[str, str] = {}
        self.born: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.changed, self.elsewhere, self.held = set[str](), set[str](), set[str]()
        self.folder = Path(tempfile.mkdtemp())
        self.closing.callback(shutil.rmtree, self.folder)
        self.music, self.aside = self.folder / "music", self.folder / "aside"
        for each in (self.music, self.aside):
            each.mkdir()

    @property
    def expected(self) -> set[str]:
        """Paths of the drive."""
        return {f"Ann/B/{title}.flac" for title in self.files.values()}

    def moved(self, path: str, to: str) -> None:
        """A file is elsewhere now."""
        self.files[to], self.born[to] = self.files.pop(path), self.born.pop(path)
        if path in self.changed:
            self.changed.add(to)
        self.elsewhere.add(to)

    def settled(self, numbers: dict[str, int]) -> None:
        """Files have the inode numbers that they always had. What was changed and moved in one go is another file, as
        far as anybody can tell; what took another's place has the number of that, or its own."""
        for path in self.elsewhere & self.files.keys() & (self.changed | self.held):
            self.born[path] = next(self.titles)
        for path, number in numbers.items():
            self.check_number(path, number)
        self.changed.clear()
        self.elsewhere.clear()
        self.held = set(self.files)

    def check_number(self, path: str, number: int) -> None:
        """The file that lies there has the inode number that it always had."""
        assert self.numbers.setdefault(self.born[path], number) == number, path

    @rule(folder=IN, name=NAMES)
    def write(self, folder: str, name: str) -> None:
        path, title = f"{folder}/{name}".lstrip("/"), next(self.titles)
        sound.write(self.music / path, 100, artist="Ann", album="B", title=title)
        self.files[path], self.born[path] = title, title

    @rule(folder=IN, name=NAMES)
    def remove(self, folder: str, name: str) -> None:
        path = f"{folder}/{name}".lstrip("/")
        if path in self.files:
            (self.music / path).unlink()
            del self.files[path]

    @rule(folder=IN, name=NAMES)
    def retag(self, folder: str, name: str) -> None:
        path = f"{folder}/{name}".lstrip("/")
        if path in self.files:
            self.files[path] = next(self.titles)
            self.changed.add(path)
            sound.tag(self.music / path, title=self.files[path])

    @rule(folder=IN, name=NAMES, into=IN, other=NAMES)
    def rename(self, folder: str, name: str, into: str, other: str) -> None:
        path, to = f"{folder}/{name}".lstrip("/"), f"{into}/{other}".lstrip("/")
        if path in self.files and to not in self.files:
            (self.music / into).mkdir(parents=True, exist_ok=True)
            os.rename(self.music / path, self.music / to)
            self.moved(path, to)

    @rule(folder=st.sampled_from(["a", "a/b", "c"]))
    def drop_folder(self, folder: str) -> None:
        shutil.rmtree(self.music / folder, ignore_errors=True)
        self.files = {path: title for path, title in self.files.items() if not path.startswith(f"{folder}/")}

    @rule(folder=st.sampled_from(["a", "c"]), into=st.sampled_from(["a", "c", "a/b"]))
    def move_folder(self, folder: str, into: str) -> None:
        if into.startswith(folder) or not (self.music / folder).exists() or (self.music / into).exists():
            return
        (self.music / into).parent.mkdir(exist_ok=True)
        os.rename(self.music / folder, self.music / into)
        for path in [path for path in self.files if path.startswith(f"{folder}/")]:
            to = into + path[len(folder) :]
            self.moved(path, to)

    @rule(folder=st.sampled_from(["a", "c"]))
    def move_in(self, folder: str) -> None:
        if (self.music / folder).exists():
            return
        for n, name in enumerate(("1.flac", "in/4.flac")):
            title = next(self.titles)
            sound.write(self.aside / folder / name, 100, artist="Ann", album="B", title=title, seed=n)
            self.files[f"{folder}/{name}"], self.born[f"{folder}/{name}"] = title, title
        os.rename(self.aside / folder, self.music / folder)
