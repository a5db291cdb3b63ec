"""What only the kernel shows: its page cache when an original changes, waiting stats, very large folders."""

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sound

from mount.conftest import Program

TAGS = {"artist": "A", "album": "B", "title": "T"}


def read_fully(handle: int, size: int, offset: int) -> bytes:
    """As a program reads: again after a short read, until the end or an error."""
    got = b""
    while len(got) < size and (piece := os.pread(handle, size - len(got), offset + len(got))):
        got += piece
    return got


@pytest.mark.parametrize("suffix", ["flac", "wav"])
@pytest.mark.parametrize("how", ["replaced", "rewritten"])
@pytest.mark.parametrize("longer", [True, False])
def test_a_source_that_changes_under_a_reader(
    program: Program, music: Path, suffix: str, how: str, longer: bool
) -> None:
    """The open handle keeps its bytes or gets EIO, never a mixture; a second reader sees the new version only."""
    original = sound.write(music / f"1.{suffix}", 600_000, **TAGS)
    program.mount()
    program.settle()
    (path,) = program.files()
    old = path.read_bytes()
    program.unmount()  # an empty page cache
    program.mount()
    program.wait_for_scan()
    with path.open("rb", buffering=0) as first:
        assert os.pread(first.fileno(), 50_000, 0) == old[:50_000]
        other = sound.write(music.parent / f"new.{suffix}", 900_000 if longer else 400_000, seed=2, **TAGS)
        if how == "replaced":
            other.replace(original)
        else:
            original.write_bytes(other.read_bytes())
        time.sleep(1.2)  # what the kernel and the drive remember of attributes
        new = path.read_bytes()
        assert len(new) == path.stat().st_size
        if suffix == "flac":
            assert new == original.read_bytes()
        else:
            copy = music.parent / "copy.flac"
            copy.write_bytes(new)
            sound.flac_test(copy)
            assert sound.ffmpeg_md5(copy) == sound.ffmpeg_md5(original)
        with path.open("rb", buffering=0) as second:
            step = 30_000
            for offset in range(0, max(len(old), len(new)) + step, step):
                assert os.pread(second.fileno(), step, offset) == new[offset : offset + step]
                try:
                    got = read_fully(first.fileno(), step, offset)
                except OSError as error:
                    assert error.errno == errno.EIO
                    continue
                assert got == old[offset : offset + step]
    assert path.read_bytes() == new


@pytest.mark.parametrize("suffix", ["mp3", "wav"])
@pytest.mark.parametrize("how", ["replaced", "rewritten"])
def test_a_source_that_changes_with_its_size_and_mtime_kept(
    program: Program, music: Path, suffix: str, how: str
) -> None:
    """What `rsync -a --checksum` and some taggers do: nobody gets a mixture, and a new reader gets the new version."""
    original = sound.write(music / f"1.{suffix}", 600_000, **TAGS)
    program.mount()
    program.settle()
    (path,) = program.files()
    facts = original.stat()
    with path.open("rb", buffering=0) as first:
        old = read_fully(first.fileno(), 10 << 20, 0)
        assert os.pread(first.fileno(), 1000, 0) == old[:1000]
        other = bytearray(original.read_bytes())
        middle = len(other) // 2
        other[middle : middle + 50_000] = other[middle + 50_000 : middle + 100_000]
        new = music.parent / "new"
        new.write_bytes(other)
        if how == "rewritten":
            original.write_bytes(other)
        else:
            new.replace(original)
        os.utime(original, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        assert (original.stat().st_size, original.stat().st_mtime_ns) == (facts.st_size, facts.st_mtime_ns)
        program.run("scan", "--library", program.library)
        fresh = path.read_bytes()
        assert fresh != old
        if suffix == "mp3":
            assert fresh == other
        else:
            (music.parent / "copy.flac").write_bytes(fresh)
            assert sound.ffmpeg_md5(music.parent / "copy.flac") == sound.ffmpeg_md5(original)
        os.posix_fadvise(first.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for offset in range(0, len(old), 30_000):
            try:
                assert read_fully(first.fileno(), 30_000, offset) == old[offset : offset + 30_000]
            except OSError as error:
                assert error.errno == errno.EIO
        assert path.read_bytes() == fresh
    assert path.read_bytes() == fresh


def test_waiting_stats_do_not_stall_other_folders(program: Program, music: Path) -> None:
    """64 stats wait for indexes, in one folder and in many; stats elsewhere go on."""
    for n in range(32):
        sound.write(music / "one" / f"{n}.wav", 44_100 * 40, artist="Wait", album="One", title=f"{n}")
        sound.write(music / f"many{n}" / "x.wav", 44_100 * 40, artist="Wait", album=f"Many{n}", title="x")
    sound.write(music / "free.flac", artist="Free", album="F", title="f")
    program.mount(env={"MUSFUSE_INDEX_BACKGROUND": "false"})
    program.wait_for_scan()
    waiting = [
        Path(entry.path)
        for folder in os.scandir(program.mnt / "Wait")
        for entry in os.scandir(folder.path)
    ]  # fmt: skip
    assert len(waiting) == 64
    done: list[int] = []
    threads = [threading.Thread(target=lambda p=path: done.append(p.stat().st_size)) for path in waiting]
    for thread in threads:
        thread.start()
    free = program.mnt / "Free/F/00 - f.flac"
    times = []
    time.sleep(0.3)
    for _ in range(40):
        began = time.perf_counter()
        free.stat()
        times.append(time.perf_counter() - began)
        time.sleep(0.03)
    still = 64 - len(done)
    for thread in threads:
        thread.join(timeout=100)
    assert still > 20, "the stats waited for too short a time to show anything"
    assert sorted(times)[len(times) // 2] < 0.05, times
    assert sum(t > 0.05 for t in times) <= 4, times
    assert len(done) == 64
    assert all(done)


def test_a_hundred_thousand_files_in_one_folder(program: Program, music: Path) -> None:
    from musfuse.app.library import open_library
    from musfuse.config import Config
    from musfuse.library.catalog import FileRow
    from musfuse.model import AudioFormat, Stamp, TagSet

    sound.write(music / "0.mp3", 20_000, title="T0")
    facts = (music / "0.mp3").stat()
    library = open_library(program.library, Config())
    library.add_sources([music])
    folder = library.files.folder(library.sources.rows()[0].id, "", 1)
    fmt, stamp = AudioFormat("mp3", "mp3", 44_100, 2), Stamp(facts.st_size, facts.st_mtime_ns)
    library.files.put_files(
        (folder, FileRow(f"{n}.mp3", stamp, str(n), format=fmt, tags=TagSet({"title": [f"T{n % 99_000}"]})))
        for n in range(100_000)
    )
    library.name_tracks()
    library.close()
    program.run("mount", "--library", program.library, program.mnt, env={"MUSFUSE_SCAN_ON_MOUNT": "false"})
    where = program.mnt / "Unknown Artist/Unknown Album"
    names = os.listdir(where)
    assert len(names) == len(set(names)) == 100_000
    with os.scandir(where) as entries:
        assert all(entry.is_file(follow_symlinks=False) for entry in entries)
    assert (where / "00 - T0.mp3").read_bytes() == (music / "0.mp3").read_bytes()


def test_the_drive_fills_while_it_scans(program: Program, music: Path, until: Callable[..., None]) -> None:
    sound.write(music / "1.flac", title="One")
    program.mount()
    until(lambda: len(program.files()) == 1)
    sound.write(music / "2.flac", title="Two")
    program.run("scan", "--library", program.library)
    until(lambda: len(program.files()) == 2)


def test_inode_numbers_are_those_of_nodes(program: Program, music: Path) -> None:
    sound.write(music / "1.flac", artist="A", title="One")
    program.mount()
    program.wait_for_scan()
    (path,) = program.files()
    listed = {entry.name: entry.inode() for entry in os.scandir(path.parent)}
    assert path.stat().st_ino == listed[path.name]
