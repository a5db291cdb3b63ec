"""Views that are rearranged by hand, on a real mount, with the tools that people have."""

import ctypes
import errno
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from library.arranging.conftest import Rearranged
from musfuse_fuse.mount import FuseFace
from patient import until

pytestmark = needs_fuse
ALBUM = {"artist": "Ann", "album": "Best"}


class Mounted(Rearranged):
    """Mounted at `mnt`, by a kernel that remembers for an hour."""

    def __init__(self, folder: Path, **options: object) -> None:
        super().__init__(folder, art__covers=True, **options)
        self.mnt = folder / "mnt"
        self.mnt.mkdir()

    def mount(self) -> None:
        """Open the library, anew where it is open, and mount it."""
        self.open()
        self.scan()
        mounted = FuseFace("mfusepy", 32, False, 3600).mount(self.drive, self.mnt)
        self._closing.callback(mounted.unmount, force=True)

    def sh(self, command: str) -> str:
        """What a command prints, and says about errors, at the mountpoint."""
        done = subprocess.run(
            command, shell=True, cwd=self.mnt, text=True, timeout=60, env={**os.environ, "LC_ALL": "C"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.stdout.strip()

    def files(self) -> list[str]:
        return self.sh("find . -mindepth 1 -printf '%P\\n' | sort").splitlines()


def checksums(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Bytes, times and modes of everything below a folder."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in [folder, *sorted(folder.rglob("*"))]
    }


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Mounted]:
    made = Mounted(tmp_path)
    for number, title in enumerate(("One", "Two", "Three"), 1):
        sound.write(made.music / f"{number}.flac", 2000, seed=number, **ALBUM, title=title)
    sound.write(made.music / "other" / "4.flac", 2000, seed=4, artist="Bob", album="Rest", title="Four")
    (made.music / "cover.png").write_bytes(sound.picture(50))
    before = checksums(made.music)
    made.mount()
    yield made
    made.close()
    assert checksums(made.music) == before


def test_tools_rearrange_a_view_for_good(mounted: Mounted) -> None:
    assert mounted.sh("mkdir Fav && mv Ann/Best Fav/ && mv Fav Favs && mv Favs/Best/Two.flac Bob/Rest/2.flac") == ""
    assert mounted.sh("rm Favs/Best/Three.flac && mv Bob/Rest/Four.flac 'Bob/Rest/4 - Four.flac'") == ""
    covers = ["cover.png", "cover_medium.jpg", "cover_thumb.jpg"]
    expected = [
        "Ann", "Bob", "Bob/Rest", "Bob/Rest/2.flac", "Bob/Rest/4 - Four.flac", "Favs", "Favs/Best", "Favs/Best/One.flac",
        *(f"Favs/Best/{name}" for name in covers),
    ]  # fmt: skip
    assert mounted.files() == expected
    assert os.listdir(mounted.mnt / "Favs/Best") == [*covers, "One.flac"]
    assert b"Two" in (mounted.mnt / "Bob/Rest/2.flac").read_bytes()
    assert not (mounted.mnt / "Ann/Best").exists()
    mounted.close()
    mounted.mount()
    assert mounted.files() == expected


def test_a_folder_is_removed_as_anywhere(mounted: Mounted) -> None:
    assert mounted.sh("rm -r Ann") == ""
    assert mounted.files() == ["Bob", "Bob/Rest", "Bob/Rest/Four.flac"]
    assert mounted.sh("rm Bob/Rest/*; ls -A Bob/Rest; rmdir Bob/Rest Bob; ls") == ""
    mounted.reset()
    assert len(mounted.files()) == 11


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (lambda: os.rename("none", "x"), errno.ENOENT), (lambda: os.rename("Ann/Best", "none/x"), errno.ENOENT),
        (lambda: os.mkdir("Ann"), errno.EEXIST), (lambda: os.mkdir("ANN"), errno.EEXIST),
        (lambda: os.mkdir("Bob/Rest/Four.flac/x"), errno.ENOTDIR), (lambda: os.rmdir("Bob/Rest/Four.flac"), errno.ENOTDIR),
        (lambda: os.rename("Ann", "Bob/Rest/Four.flac"), errno.ENOTDIR), (lambda: os.unlink("Ann"), errno.EISDIR),
        (lambda: os.rename("Bob/Rest/Four.flac", "Ann"), errno.EISDIR), (lambda: os.rmdir("Ann"), errno.ENOTEMPTY),
        (lambda: os.rename("Bob/Rest", "Ann/Best"), errno.ENOTEMPTY), (lambda: os.rename("Ann", "Ann/x"), errno.EINVAL),
        (lambda: os.rename("Bob/Rest/Four.flac", ".collections/x"), errno.EXDEV),
        (lambda: os.rename(".collections/80s", "x"), errno.EXDEV), (lambda: os.rename("Ann/Best/cover.png", "x"), errno.EXDEV),
        (lambda: os.mkdir(".search/x/y"), errno.EROFS), (lambda: os.rmdir(".search"), errno.EROFS),
        (lambda: os.mkdir("a:b"), errno.EINVAL), (lambda: os.mkdir(b"caf\xe9"), errno.EINVAL),
        (lambda: os.mkdir("x" * 300), errno.ENAMETOOLONG), (lambda: os.mkdir("€" * 100), errno.ENAMETOOLONG),
        (lambda: Path("new").write_bytes(b"bytes"), errno.EROFS), (lambda: os.link("Bob/Rest/Four.flac", "x"), errno.EROFS),
        (lambda: os.open("Bob/Rest/Four.flac", os.O_WRONLY), errno.EROFS), (lambda: os.symlink("Ann", "x"), errno.EROFS),
        (lambda: os.truncate("Bob/Rest/Four.flac", 0), errno.EROFS), (lambda: os.chmod("Bob/Rest/Four.flac", 0), errno.EROFS),
        (lambda: os.utime("Bob/Rest/Four.flac", (0, 0)), errno.EROFS), (lambda: os.mkfifo("x"), errno.EROFS),
        (lambda: os.chown("Bob/Rest/Four.flac", 1, 1), errno.EROFS),
        (lambda: Path("Bob/Rest/four.flac").touch(), errno.EEXIST), (lambda: Path("a:b").touch(), errno.EINVAL),
        (lambda: exchange("Ann", "Bob"), errno.EINVAL),
    ],
)  # fmt: skip
def test_errors_are_those_of_posix(shared: Mounted, call: Callable[[], object], number: int) -> None:
    os.chdir(shared.mnt)
    try:
        with pytest.raises(OSError) as caught:
            call()
    finally:
        os.chdir("/")
    assert errno.errorcode[caught.value.errno or 0] == errno.errorcode[number]
    assert shared.files() == ["Ann", "Ann/Best", "Ann/Best/One.flac", *COVERS, "Bob", "Bob/Rest", "Bob/Rest/Four.flac"]


COVERS = [f"Ann/Best/{name}" for name in ("cover.png", "cover_medium.jpg", "cover_thumb.jpg")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mounted]:
    made = Mounted(tmp_path_factory.mktemp("shared"))
    sound.write(made.music / "1.flac", 2000, **ALBUM, title="One")
    sound.write(made.music / "other" / "4.flac", 2000, seed=4, artist="Bob", album="Rest", title="Four")
    (made.music / "cover.png").write_bytes(sound.picture(50))
    made.mount()
    yield made
    made.close()


def exchange(one: str, other: str) -> None:
    """Exchange two names, as renameat2(2) with RENAME_EXCHANGE would."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.renameat2(-100, one.encode(), -100, other.encode(), 2) < 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def test_names_beside_what_is_moved_stay(tmp_path: Path) -> None:
    made = Mounted(tmp_path)
    for number in range(3):
        sound.write(made.music / f"{number}.flac", 2000, seed=number, **ALBUM, title="One")
    made.mount()
    try:
        assert made.sh("mkdir Bob; mv Ann/Best/One*.flac Bob/; ls Ann/Best; ls -d Bob/*.flac").splitlines() == [
            "Bob/One (2).flac", "Bob/One (3).flac", "Bob/One.flac",
        ]  # fmt: skip
    finally:
        made.close()


def test_a_file_that_is_removed_while_it_is_open_is_read_to_its_end(mounted: Mounted) -> None:
    path = mounted.mnt / "Bob/Rest/Four.flac"
    whole = path.read_bytes()
    fd = os.open(path, os.O_RDONLY)
    try:
        path.unlink()
        assert os.listdir(path.parent) == []
        assert os.fstat(fd).st_size == len(whole)
        assert os.pread(fd, len(whole) + 1, 0) == whole
        (mounted.mnt / "Ann/Best/One.flac").rename(path)  # there is another one of the name now
        assert os.fstat(fd).st_size == len(whole)
        assert os.listdir(path.parent) == [path.name]
        path.unlink()
    finally:
        os.close(fd)
    assert os.listdir(path.parent) == []
    assert mounted.library.arranging.arranger(1).table.count() == 3


def test_a_file_that_is_replaced_while_it_is_open_is_read_to_its_end(mounted: Mounted) -> None:
    path = mounted.mnt / "Bob/Rest/Four.flac"
    whole = path.read_bytes()
    with path.open("rb") as file:
        (mounted.mnt / "Ann/Best/One.flac").rename(path)
        assert file.read() == whole
        assert b"One" in path.read_bytes()
    assert b"One" in path.read_bytes()


def test_what_is_open_goes_on_where_it_is_moved(mounted: Mounted) -> None:
    with (mounted.mnt / "Bob/Rest/Four.flac").open("rb") as file:
        mounted.sh("mv Bob/Rest Ann/; mv Ann/Rest/Four.flac Ann/4.flac")
        inode = os.fstat(file.fileno()).st_ino
        assert file.read() == (mounted.mnt / "Ann/4.flac").read_bytes()
        assert (mounted.mnt / "Ann/4.flac").stat().st_ino == inode


def test_another_mount_of_the_view_follows(mounted: Mounted, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    other = FuseFace("mfusepy", 32, False, 3600).mount(mounted.drive, beside)
    try:
        assert sorted(os.listdir(beside)) == ["Ann", "Bob"]
        assert len(os.listdir(beside / "Ann/Best")) == 6
        mounted.sh("mv Ann/Best Bob/; rm Bob/Best/One.flac; mv Bob/Rest Rest")
        until(lambda: sorted(os.listdir(beside)) == ["Ann", "Bob", "Rest"])
        until(lambda: len(os.listdir(beside / "Bob/Best")) == 5 and not (beside / "Ann/Best").exists())
        assert (beside / "Bob/Best/Two.flac").stat().st_size
        assert (beside / "Rest/Four.flac").read_bytes()
        mounted.sh("mv Bob/Best A; mkdir Bob/Best; mv A B")  # another folder has the name, and nothing that was in it
        until(lambda: os.listdir(beside / "Bob/Best") == [])
        until(lambda: not (beside / "Bob/Best/Two.flac").exists())
        assert (beside / "B/Two.flac").exists()
    finally:
        other.unmount(force=True)


def test_without_the_option_nothing_changes(mounted: Mounted) -> None:
    mounted.sh("mv Ann/Best Bob/")
    before = mounted.files()
    mounted.close()
    mounted._options["view.writable_view"] = False
    mounted.mount()
    assert mounted.files() == before
    for call in (lambda: os.mkdir(mounted.mnt / "x"), lambda: os.rename(mounted.mnt / "Bob", mounted.mnt / "x")):
        with pytest.raises(OSError) as caught:
            call()
        assert caught.value.errno == errno.EROFS
    assert (mounted.mnt / "Bob").stat().st_mode & 0o777 == 0o555
