"""Copying by drag on a real mount, with the tools that people have."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from musfuse_fuse.mount import FuseFace
from patient import until
from tests_support import needs_program

from mount.test_rearranging import ALBUM, Mounted, checksums
from musfuse.drive.copying import ROOM

pytestmark = needs_fuse
COVERS = ["cover.png", "cover_medium.jpg", "cover_thumb.jpg"]
TITLES = ["One.flac", "Three.flac", "Two.flac"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mounted]:
    made = Mounted(tmp_path_factory.mktemp("copying"))
    for number, title in enumerate(("One", "Two", "Three"), 1):
        sound.write(made.music / f"{number}.flac", 20_000, seed=number, **ALBUM, title=title)
    sound.write(made.music / "other" / "4.wav", 9000, seed=4, artist="Bob", album="Rest", title="Four")
    (made.music / "cover.png").write_bytes(sound.picture(50))
    before = checksums(made.music)
    made.mount()
    yield made
    made.close()
    assert checksums(made.music) == before


@pytest.fixture
def mounted(shared: Mounted) -> Iterator[Mounted]:
    """Everything is taken back."""
    yield shared
    shared.reset()
    shared.library.drives.taken_back(1)
    until(lambda: sorted(os.listdir(shared.mnt)) == ["Ann", "Bob"])


def titles(mounted: Mounted, folder: str) -> list[str]:
    """The tracks in a folder."""
    return mounted.sh(f"ls {folder} | grep flac").split()


@pytest.mark.parametrize(
    "command",
    [
        "cp -r Ann/Best {0}", "cp -a Ann/Best {0}", "mkdir {0} && cp --reflink=auto --sparse=always Ann/Best/* {0}/",
        "rsync -a Ann/Best/ {0}", "rsync -a --inplace Ann/Best/ {0}",
        "mkdir {0} && (cd Ann/Best && tar c .) | tar x -C {0}",
        "mkdir {0} && for f in One Two Three; do cat Ann/Best/$f.flac > {0}/$f.flac; done",
        "mkdir {0} && for f in One Two Three; do dd if=Ann/Best/$f.flac of={0}/$f.flac bs=777 2>/dev/null; done",
    ],
)  # fmt: skip
def test_tools_copy(mounted: Mounted, command: str) -> None:
    if "rsync" in command:
        needs_program("rsync")
    folder = f"copy{abs(hash(command))}"  # the kernel keeps names for an hour, of what was taken back as well
    assert mounted.sh(command.format(folder)) == ""
    tracks_alone = "flac" in command
    only = [f"Only in Ann/Best: {name}" for name in COVERS] if tracks_alone else []
    assert (titles(mounted, folder), mounted.sh(f"diff -r Ann/Best {folder}").splitlines()) == (TITLES, only)
    assert mounted.library.arranging.arranger(1).table.count() == (4 if tracks_alone else 7)
    assert mounted.sh(f"rm -r {folder}; ls {folder} 2>/dev/null") == ""


def test_what_is_copied_stays_over_mounts_scans_and_tags_until_it_is_taken_back(mounted: Mounted) -> None:
    shutil.copytree(mounted.mnt / "Ann", mounted.mnt / "Bob" / "Ann")
    shutil.copy2(mounted.mnt / "Bob/Rest/Four.flac", mounted.mnt / "4.flac")
    before = mounted.files()
    assert mounted.sh("mv Bob/Ann/Best Best && rm Ann/Best/Two.flac 4.flac && rmdir Bob/Ann") == ""
    mounted.close()
    for path in (mounted.folder / "state").glob("catalog.db*"):
        path.unlink()
    mounted.mount()
    assert sorted(mounted.sh("ls Best").split()) == sorted([*COVERS, *TITLES])
    assert mounted.sh("cmp Ann/Best/One.flac Best/One.flac; cmp Ann/Best/cover.png Best/cover.png") == ""
    assert titles(mounted, "Ann/Best") == ["One.flac", "Three.flac"]
    arranger = mounted.library.arranging.arranger(1)
    told = [(edit.what, edit.path, edit.target) for edit in arranger.table.latest()]
    assert ("copy", "Ann/Best/One.flac", "Bob/Ann/Best/One.flac") in told
    mounted.library.arranging.named_again(lambda: arranger.take_back(4))
    until(lambda: mounted.files() == before)


def test_file_managers_see_that_there_is_room(mounted: Mounted) -> None:
    told = os.statvfs(mounted.mnt)
    assert told.f_bavail * told.f_frsize == ROOM
    assert told.f_blocks > told.f_bavail == told.f_bfree
    assert told.f_files > told.f_favail == told.f_ffree


def test_nothing_stays_of_what_is_no_copy(mounted: Mounted) -> None:
    before = mounted.files()
    for number, command in enumerate((
        "echo text > x", "head -c 5000 Ann/Best/One.flac > x", "(cat Ann/Best/One.flac; echo) > x", "touch x",
        "(cat Ann/Best/One.flac; cat Ann/Best/Two.flac) > x", "cp /bin/ls x", "truncate -s 5 x",
    )):  # fmt: skip
        assert mounted.sh(f"({command}{number}) 2>&1") != "", command
        until(lambda: mounted.files() == before)
    with (mounted.mnt / "Ann/Best/One.flac").open("rb") as source, pytest.raises(OSError):
        shutil.copyfileobj(source, (mounted.mnt / "none" / "x").open("wb"))
    assert mounted.files() == before


def test_a_copy_that_is_retagged_changes_as_its_track_does(mounted: Mounted) -> None:
    assert mounted.sh("mkdir X && cp Ann/Best/One.flac X/") == ""
    one, other = mounted.mnt / "Ann/Best/One.flac", mounted.mnt / "X/One.flac"
    path = mounted.music / "1.flac"
    kept, times = path.read_bytes(), path.stat()
    sound.tag(path, comment="other words " * 400)
    mounted.scan()
    until(lambda: other.stat().st_size == one.stat().st_size == path.stat().st_size)
    assert other.read_bytes() == one.read_bytes()
    path.write_bytes(kept)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    mounted.scan()
    until(lambda: other.read_bytes() == one.read_bytes())


def test_a_track_that_goes_takes_its_copies_along_and_brings_them_back(mounted: Mounted, tmp_path: Path) -> None:
    assert mounted.sh("mkdir X && cp Ann/Best/One.flac Ann/Best/Two.flac X/") == ""
    original, times = mounted.music / "1.flac", mounted.music.stat()
    original.rename(tmp_path / "away")
    mounted.scan()
    until(lambda: os.listdir(mounted.mnt / "X") == ["Two.flac"])
    (tmp_path / "away").rename(original)
    mounted.scan()
    until(lambda: os.listdir(mounted.mnt / "X") == ["One.flac", "Two.flac"])
    os.utime(mounted.music, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_cover_is_copied_by_its_name_and_comes_with_the_first_track_that_has_it(mounted: Mounted) -> None:
    assert mounted.sh("mkdir Late && cp -a Ann/Best/cover.png Late/ && cmp Ann/Best/cover.png Late/cover.png") == ""
    assert os.listdir(mounted.mnt / "Late") == []
    assert mounted.sh("cp Ann/Best/One.flac Late/ && cmp Ann/Best/cover.png Late/cover.png") == ""
    assert sorted(os.listdir(mounted.mnt / "Late")) == ["One.flac", "cover.png"]
    assert "Read-only" in mounted.sh("cp Ann/Best/cover.png Late/another.png")
    assert mounted.sh("rm Late/cover.png; ls Late; rm Ann/Best/cover.png; ls Ann/Best").split() == [
        "One.flac", *TITLES, *COVERS[1:],
    ]  # fmt: skip
    assert mounted.sh("cp Ann/Best/cover_medium.jpg Late/; ls Late").split() == ["One.flac", "cover_medium.jpg"]


def test_a_cover_that_was_removed_or_moved_before_its_tracks_came_is_not_where_it_was(mounted: Mounted) -> None:
    assert mounted.sh("mkdir A B C D && for f in A B C D; do cp Ann/Best/cover.png $f/; done") == ""
    assert mounted.sh("rm A/cover.png && mv B/cover.png B/.later && mv B/.later E/ 2>/dev/null; mkdir E") == ""
    assert "Read-only" in mounted.sh("mv C/cover.png C/another.png")
    assert mounted.sh("mv D/cover.png E/cover.png; for f in A B C D E; do cp Ann/Best/One.flac $f/; done") == ""
    shown = {folder: sorted(os.listdir(mounted.mnt / folder)) for folder in "ABCDE"}
    cover = ["One.flac", "cover.png"]
    assert shown == {"A": cover[:1], "B": cover[:1], "C": cover, "D": cover[:1], "E": cover}
    copying = mounted.drive.copying
    assert copying is not None
    assert copying.attr("E/cover.png") is None
    twice = "mkdir G && cp Ann/Best/cover.png G/ && cp Ann/Best/cover.png G/ && rm G/cover.png"
    assert mounted.sh(f"{twice} && cp Ann/Best/One.flac G/; ls G") == "One.flac"
    assert mounted.sh(
        "mkdir H && cp Ann/Best/cover.png H/; truncate -s 9 H/cover.png 2>/dev/null; cp Ann/Best/One.flac H/; ls H"
    ) == ("One.flac")
    assert mounted.sh("mkdir F && cp Ann/Best/cover.png F/ && rmdir F && mkdir F && cp Ann/Best/One.flac F/; ls F") == (
        "One.flac"
    )


def test_what_macos_keeps_beside_files_does_not_stand_in_the_way(mounted: Mounted, tmp_path: Path) -> None:
    face = FuseFace("mfusepy", 32, False, 3600, keeps_mac_files=True)
    other = face.mount(mounted.drive, tmp_path)
    try:
        shutil.copytree(tmp_path / "Ann", tmp_path / "Mac")
        (tmp_path / "Mac" / "._Best").write_bytes(b"\0\5\x16\7")
        shutil.copy2(tmp_path / "Mac" / "._Best", tmp_path / "Mac" / "Best" / "._One.flac")
        shutil.copy2(tmp_path / "Mac" / "Best" / "One.flac", tmp_path / "Mac" / "1.flac")
        assert (tmp_path / "Mac" / "1.flac").read_bytes() == (tmp_path / "Ann" / "Best" / "One.flac").read_bytes()
        assert (tmp_path / "Mac" / "Best" / "._One.flac").read_bytes() == b"\0\5\x16\7"
        for wrong in (
            lambda: os.utime(tmp_path / "Ann/Best/One.flac"),
            lambda: os.chmod(tmp_path / "Ann/Best/One.flac", 0),
        ):
            with pytest.raises(OSError):
                wrong()
        until(lambda: sorted(os.listdir(mounted.mnt / "Mac" / "Best")) == sorted([*COVERS, *TITLES]))
    finally:
        other.unmount(force=True)
