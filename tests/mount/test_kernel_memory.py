"""The kernel remembers names and attributes for an hour here, and still everybody sees what is so."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import sound
from conftest import needs_fuse
from drive.conftest import Make, make_library  # noqa: F401 - a fixture
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from musfuse.app.build.faces import choose_mounter
from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive import DirEntry, Drive
from musfuse.errors import MusfuseError
from musfuse.model import NodeKind
from musfuse.service.tagging import Who

pytestmark = needs_fuse
ME = Who("tester")
HOUR = {"fuse__cache_seconds": 3600, "index__background": False}
Until = Callable[..., None]
Mounted = Callable[..., tuple[Library, Path]]


@pytest.fixture
def mounted(make_library: Make, tmp_path: Path) -> Iterator[Mounted]:
    """Mounts a library over `music` from this process."""
    with ExitStack() as closing:

        def mount(**options: object) -> tuple[Library, Path]:
            library, mnt = make_library(**{**HOUR, **options}), tmp_path / "mnt"
            mnt.mkdir()
            closing.callback(choose_mounter(library.config).mount(library.drive, mnt).unmount, force=True)
            return library, mnt

        yield mount


def tree(top: str) -> dict[str, int | None]:
    """Paths below a folder with the sizes of files, None for folders, as stat tells them."""
    found: dict[str, int | None] = {}
    for folder, folders, files in os.walk(top):
        found |= {os.path.relpath(os.path.join(folder, name), top): None for name in folders}
        for name in files:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, top)] = os.stat(path).st_size
    return found


def is_gone(path: Path) -> bool:
    with suppress(FileNotFoundError):
        path.lstat()
        return False
    return True


def test_the_kernel_keeps_listings_until_something_in_them_changes(
    mounted: Mounted, music: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        sound.write(music / f"{n}.flac", artist="Ann", album=f"Album {n}", title="One", seed=n)
    library, mnt = mounted()
    listed = list[str]()
    really = Drive.list

    def noting(drive: Drive, path: str, *more: Any) -> Iterator[DirEntry]:
        listed.append(path)
        return really(drive, path, *more)

    monkeypatch.setattr(Drive, "list", noting)

    def walked() -> list[str]:
        """Folders that a walk has listed anew."""
        listed.clear()
        tree(str(mnt))
        return sorted(listed)

    before = tree(str(mnt))
    assert sorted(listed) == ["", "Ann", "Ann/Album 0", "Ann/Album 1", "Ann/Album 2"]
    until(lambda: walked() == [])
    library.tagging.set([("Ann/Album 1/One.flac", "")], ["title=Two"], ME)
    until(lambda: os.listdir(mnt / "Ann/Album 1") == ["Two.flac"])
    assert set(tree(str(mnt))) == {path.replace("1/One", "1/Two") for path in before}
    until(lambda: walked() == [])


def test_another_title_is_another_name_at_once(mounted: Mounted, music: Path, until: Until) -> None:
    sound.write(music / "1.flac", artist="Ann", album="Best", title="One")
    sound.write(music / "2.flac", artist="Ann", album="Best", title="Two", seed=2)
    library, mnt = mounted()
    before = tree(str(mnt))
    assert set(before) == {"Ann", "Ann/Best", "Ann/Best/One.flac", "Ann/Best/Two.flac"}
    library.tagging.set([("Ann/Best/One.flac", "")], ["title=Three"], ME)
    until(lambda: is_gone(mnt / "Ann/Best/One.flac"))
    assert (mnt / "Ann/Best/Three.flac").stat().st_size
    library.tagging.set([("Ann/Best/Two.flac", "")], ["title=One"], ME)
    until(lambda: is_gone(mnt / "Ann/Best/Two.flac"))
    assert (mnt / "Ann/Best/One.flac").stat().st_ino == library.drive.attr("Ann/Best/One.flac").node
    library.tagging.set([("artist:Ann", "artist:Ann")], ["album=Other"], ME)
    until(lambda: is_gone(mnt / "Ann/Best"))
    assert is_gone(mnt / "Ann/Best/One.flac")
    until(lambda: sorted(os.listdir(mnt / "Ann")) == ["Other"])
    assert sorted(os.listdir(mnt / "Ann/Other")) == ["One.flac", "Three.flac"]


def test_another_size_is_told_at_once(mounted: Mounted, music: Path, until: Until) -> None:
    original = sound.write(music / "1.flac", artist="Ann", album="Best", title="One")
    library, mnt = mounted()
    path = mnt / "Ann/Best/One.flac"
    assert path.stat().st_size == original.stat().st_size
    library.tagging.set([("Ann/Best/One.flac", "")], ["comment=" + "x" * 20_000], ME)
    until(lambda: path.stat().st_size > original.stat().st_size + 10_000)
    assert len(path.read_bytes()) == path.stat().st_size


def test_a_file_and_a_folder_change_places(mounted: Mounted, music: Path, until: Until) -> None:
    sound.write(music / "1.flac", artist="A", album="B", title="Foo")
    sound.write(music / "2.flac", artist="A", album="B", title="Bar", seed=2)
    library, mnt = mounted(view__template="${grouping|''}/$title")
    file, folder = mnt / "Foo.flac", mnt / "Bar.flac"
    for _ in range(2):
        assert stat.S_ISREG(file.stat().st_mode)
        assert stat.S_ISREG(folder.stat().st_mode)
        library.tagging.set([("Foo.flac", "")], ["grouping=Bar.flac"], ME)  # a file gives way to a folder
        until(lambda: _kind(folder) == stat.S_IFDIR)
        assert [entry.name for entry in os.scandir(folder)] == ["Foo.flac"]
        assert is_gone(file)
        library.tagging.undo(0, ME)
        until(lambda: _kind(folder) == stat.S_IFREG and not is_gone(file))
        until(lambda: folder.read_bytes()[:4] == b"fLaC")


def _kind(path: Path) -> int:
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except OSError as error:
        assert error.errno in (errno.ENOENT, errno.EIO), error  # EIO once: an inode has become another kind
        return 0


def test_an_original_that_changed_is_opened_as_it_is_now(mounted: Mounted, music: Path) -> None:
    """Nobody scanned, and the kernel knows the old size: it is told to look again before it reads."""
    original = sound.write(music / "1.flac", 50_000, artist="Ann", album="Best", title="One")
    library, mnt = mounted()
    path = mnt / "Ann/Best/One.flac"
    for samples in (90_000, 20_000):
        before = path.stat().st_size
        sound.write(original, samples, artist="Ann", album="Best", title="One", seed=samples)
        library.drive._items.freshness.forget()
        assert path.read_bytes() == original.read_bytes()
        assert path.stat().st_size == original.stat().st_size != before


def test_who_looks_around_sees_what_changed_outside(mounted: Mounted, music: Path, until: Until) -> None:
    original = sound.write(music / "1.flac", 50_000, artist="Ann", album="Best", title="One")
    library, mnt = mounted()
    path = mnt / "Ann/Best/One.flac"
    old = path.stat().st_size
    sound.write(original, 90_000, artist="Ann", album="Best", title="One")
    library.drive._items.freshness.forget()
    library.drive._asked.on_visited.__self__._visited.clear()  # type: ignore[attr-defined] # the last visit was long ago
    os.listdir(path.parent)
    until(lambda: path.stat().st_size == original.stat().st_size != old)


@pytest.mark.parametrize("how", ["renamed", "removed"])
def test_an_open_file_is_read_to_its_end_and_does_not_bring_its_old_path_back(
    mounted: Mounted, music: Path, until: Until, how: str
) -> None:
    original = sound.write(music / "1.flac", 50_000, artist="Ann", album="Best", title="One")
    library, mnt = mounted()
    path, data = mnt / "Ann/Best/One.flac", original.read_bytes()
    with path.open("rb") as reader:
        before, head = os.fstat(reader.fileno()), reader.read(1)  # from here on the original is open, too
        os.posix_fadvise(reader.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if how == "renamed":
            library.tagging.set([("Ann/Best/One.flac", "")], ["title=Two"], ME)
        else:
            original.unlink()
            library.scan_all(library.scanner())
        until(lambda: is_gone(path))
        assert head + reader.read() == data  # at its end the kernel asks for the size, and says of which handle
        assert is_gone(path)
        with suppress(FileNotFoundError):  # an fstat does not say that, so that it is asked of the path
            assert os.fstat(reader.fileno()).st_ino == before.st_ino
    assert is_gone(path)


def test_what_was_in_a_folder_that_was_spelled_otherwise_is_not_there_when_the_folder_is(
    mounted: Mounted, music: Path, until: Until
) -> None:
    library, mnt = mounted()

    def change(name: str, album: str = "", title: str = "") -> None:
        (music / name).unlink(missing_ok=True)
        if album:
            sound.write(music / name, 100, artist="Ann", album=album, title=title)
        library.scan_all(library.scanner())

    change("a.flac", "One", "Two")
    change("c.flac", "one", "One")
    one = mnt / "Ann/One/One.flac"
    until(one.exists)
    change("a.flac")
    until(lambda: (mnt / "Ann/one/One.flac").exists())
    change("c.flac")
    change("a.flac", "One", "Two")
    until(lambda: (mnt / "Ann/One/Two.flac").exists())
    until(lambda: is_gone(one))


TITLES = st.sampled_from(["One", "Two", "Three", "one"])
NAMES = st.sampled_from(["a.flac", "b.flac", "c.flac"])


class Changes(RuleBasedStateMachine):
    """Originals come, change and go, tags are edited; after each settling the kernel shows what the drive says, also of
    every path that there ever was."""

    def __init__(self) -> None:
        super().__init__()
        self.closing, self.seen = ExitStack(), set[str]()
        self.folder = Path(tempfile.mkdtemp())
        self.closing.callback(shutil.rmtree, self.folder)
        self.music, self.mnt = self.folder / "music", self.folder / "mnt"
        self.music.mkdir()
        self.mnt.mkdir()
        flags = {"fuse.cache_seconds": 3600, "index.background": False}
        config = load_config(default_sections(), flags=flags, env={}).config
        self.library = open_library(self.folder / "library", config, self.closing, sources=[self.music])
        mount = choose_mounter(config).mount(self.library.drive, self.mnt)
        self.closing.callback(mount.unmount, force=True)

    @rule(name=NAMES, title=TITLES, album=TITLES, samples=st.sampled_from([100, 9000]))
    def write(self, name: str, title: str, album: str, samples: int) -> None:
        sound.write(self.music / name, samples, artist="Ann", album=album, title=title)
        self.scan()

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        (self.music / name).unlink(missing_ok=True)
        self.scan()

    @rule(name=NAMES, title=TITLES)
    def edit(self, name: str, title: str) -> None:
        with suppress(MusfuseError):  # there may be none
            self.library.tagging.set([(str(self.music / name), "")], [f"title={title}"], ME)

    def scan(self) -> None:
        self.library.scan_all(self.library.scanner())

    @invariant()
    def shows_what_is_so(self) -> None:
        for left in reversed(range(400)):
            told, there = self.told(), tree_or_nothing(str(self.mnt))
            self.seen |= set(told) | set(there)
            wrong = {path for path in self.seen - set(told) if not is_gone(self.mnt / path)}
            if told == there and not wrong:
                return
            assert left, (told, there, wrong)
            os.stat(self.folder)

    def told(self, path: str = "") -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for entry in self.library.drive.list(path):
            below = f"{path}/{entry.name}".lstrip("/")
            if entry.kind is NodeKind.FOLDER:
                found |= {below: None, **self.told(below)}
            else:
                found[below] = self.library.drive.attr(below).size
        return found

    def teardown(self) -> None:
        self.closing.close()


def tree_or_nothing(top: str) -> dict[str, int | None]:
    """The tree; nothing where it changes under the walk."""
    try:
        return tree(top)
    except OSError:
        return {"?": None}


TestChanges = Changes.TestCase
TestChanges.settings = settings(
    max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
