"""Whatever becomes of a source, in whatever order and however fast: once it is quiet the drive shows that, and files
that were moved or retagged are the same files."""

import itertools
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import sound
from conftest import needs_fuse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from patient import until

from musfuse.app.build.faces import choose_mounter
from musfuse.app.jobs import Jobs
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config

pytestmark = needs_fuse
FOLDERS = ("", "a", "a/b", "c")
IN = st.sampled_from(FOLDERS)
NAMES = st.sampled_from(["1.flac", "2.flac", "3.flac"])


class Sources(RuleBasedStateMachine):
    """`files` is the model: paths below the source, each with the title that nobody else has. `numbers` are inode
    numbers by what the file was called first."""

    def __init__(self) -> None:
        super().__init__()
        self.closing, self.titles = ExitStack(), map(str, itertools.count())
        self.files: dict[str, str] = {}
        self.born: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        folder = Path(tempfile.mkdtemp())
        self.closing.callback(shutil.rmtree, folder)
        self.music, self.mnt, self.aside = folder / "music", folder / "mnt", folder / "aside"
        for each in (self.music, self.mnt, self.aside):
            each.mkdir()
        flags = {"fuse.cache_seconds": 3600, "index.background": False, "follow.quiet_ms": 30}
        config = load_config(default_sections(), flags=flags, env={}).config
        library = open_library(folder / "library", config, self.closing, sources=[self.music])
        jobs = Jobs(library)
        library.follow(lambda: jobs.request("rescan"))
        assert library.follower is not None
        self.closing.callback(jobs.join)
        self.closing.callback(jobs.stop)
        self.closing.callback(library.follower.close)
        jobs.start()
        jobs.runner.wait(jobs.request("scan").id)
        mount = choose_mounter(config).mount(library.drive, self.mnt)
        self.closing.callback(mount.unmount, force=True)

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
            sound.tag(self.music / path, title=self.files[path])

    @rule(folder=IN, name=NAMES, into=IN, other=NAMES)
    def rename(self, folder: str, name: str, into: str, other: str) -> None:
        path, to = f"{folder}/{name}".lstrip("/"), f"{into}/{other}".lstrip("/")
        if path in self.files and to not in self.files:
            (self.music / into).mkdir(parents=True, exist_ok=True)
            os.rename(self.music / path, self.music / to)
            self.files[to], self.born[to] = self.files.pop(path), self.born.pop(path)

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
            self.files[to], self.born[to] = self.files.pop(path), self.born.pop(path)

    @rule(folder=st.sampled_from(["a", "c"]))
    def move_in(self, folder: str) -> None:
        if (self.music / folder).exists():
            return
        for n, name in enumerate(("1.flac", "in/4.flac")):
            title = next(self.titles)
            sound.write(self.aside / folder / name, 100, artist="Ann", album="B", title=title, seed=n)
            self.files[f"{folder}/{name}"], self.born[f"{folder}/{name}"] = title, title
        os.rename(self.aside / folder, self.music / folder)

    @rule()
    def settle(self) -> None:
        expected = {f"Ann/B/{title}.flac" for title in self.files.values()}
        until(lambda: shown(self.mnt) == expected)
        for path, title in self.files.items():
            number = (self.mnt / f"Ann/B/{title}.flac").stat().st_ino
            assert self.numbers.setdefault(self.born[path], number) == number, path

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.closing.close()


def shown(top: Path) -> set[str]:
    try:
        return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    except FileNotFoundError:
        return {"?"}  # it changes while it is listed


TestSources = Sources.TestCase
TestSources.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
