"""What only the kernel shows: its page cache when an original changes, waiting stats, very large folders."""

import errno
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from drive.conftest import make_library  # noqa: F401 - a fixture
from tests_support import examples

from mount.conftest import Program
from musfuse.app.build.faces import choose_mounter
from musfuse.app.library import Library
from musfuse.media.indexing.pool import IndexPool, Priority
from musfuse.media.indexing.protocol import Answer, Job
from musfuse.origins import Origin

SECONDS_TO_HANG = 100
"""After so long something is taken to wait for ever."""
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


class HeldJobs:
    """Jobs for indexes that are handed to the pool only once they are let go; `asked` gets a key for each stat."""

    def __init__(self, pool: IndexPool) -> None:
        self._submit = pool.submit
        self.asked: queue.Queue[str] = queue.Queue()
        self.go = threading.Event()

    def submit(self, key: str, origin: Origin, job: Job, priority: Priority) -> "Future[Answer]":
        answered: Future[Answer] = Future()

        def hand_on() -> None:
            self.go.wait()
            self._submit(key, origin, job, priority).add_done_callback(lambda done: answered.set_result(done.result()))

        threading.Thread(target=hand_on).start()
        if priority is Priority.DEMAND:
            self.asked.put(key)
        return answered


@pytest.fixture
def mounted(make_library: Callable[..., Library], tmp_path: Path) -> Iterator[Callable[..., tuple[Library, Path]]]:
    """Mounts a library over `music` from this process, as its configuration says."""
    with ExitStack() as closing:

        def mount(**options: object) -> tuple[Library, Path]:
            library, mnt = make_library(**options), tmp_path / "mnt"
            mnt.mkdir()
            closing.callback(choose_mounter(library.config).mount(library.drive, mnt).unmount, force=True)
            return library, mnt

        yield mount


@needs_fuse
def test_waiting_stats_do_not_stall_other_folders(
    mounted: Callable[..., tuple[Library, Path]], music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stats wait for indexes, in one folder and in 64: what is asked for elsewhere is answered before any of them."""
    for n in range(64):
        sound.write(music / f"{n}" / "x.wav", 2000, artist="Wait", album=f"{n}", title="x")
        sound.write(music / f"{n % 4}" / f"{n}.wav", 2000, artist="Wait", album=f"{n % 4}", title=f"{n}")
    original = sound.write(music / "free.flac", artist="Free", album="F", title="f")
    library, mnt = mounted(index__wait_seconds=100_000)
    held = HeldJobs(library.media.pool)
    monkeypatch.setattr(library.media.pool, "submit", held.submit)
    waiting = [Path(entry.path) for folder in os.scandir(mnt / "Wait") for entry in os.scandir(folder.path)]
    free = mnt / "Free/F/f.flac"
    with ThreadPoolExecutor(len(waiting) + 1) as threads:
        stats = [threads.submit(path.stat) for path in waiting]
        try:
            for _ in range(64):  # the kernel asks for one name of a folder after the other
                held.asked.get(timeout=SECONDS_TO_HANG)
            elsewhere = threads.submit(lambda: (free.stat().st_size, os.listdir(mnt), free.read_bytes()))
            size, names, data = elsewhere.result(SECONDS_TO_HANG)
            assert not any(stat.done() for stat in stats)
        finally:
            held.go.set()
        assert len(stats) == 128
        assert all(stat.result().st_size for stat in stats)
    assert (size, sorted(names), data) == (original.stat().st_size, ["Free", "Wait"], original.read_bytes())


def test_very_many_files_in_one_folder(program: Program, music: Path) -> None:
    """So many that nothing takes them at once: no page of ours, no buffer of the kernel's."""
    count = examples(15_000)
    from musfuse.app.library import open_library
    from musfuse.config import Config
    from musfuse.library.catalog import FileRow
    from musfuse.model import AudioFormat, Stamp, TagSet

    sound.write(music / "0.mp3", 20_000, title="T0")
    facts = (music / "0.mp3").stat()
    library = open_library(program.library, Config())
    library.add_sources([music])
    folder = library.catalog.files.folder(library.sources.rows()[0].id, "", 1)
    fmt, stamp = AudioFormat("mp3", "mp3", 44_100, 2), Stamp(facts.st_size, facts.st_mtime_ns)
    library.catalog.files.put_files(
        (folder, FileRow(f"{n}.mp3", stamp, str(n), format=fmt, tags=TagSet({"title": [f"T{n % (count - 150)}"]})))
        for n in range(count)
    )
    library.name_tracks()
    library.close()
    program.run("mount", "--library", program.library, program.mnt, env={"MUSFUSE_SCAN_ON_MOUNT": "false"})
    where = program.mnt / "Unknown Artist/music"
    names = os.listdir(where)
    assert len(names) == len(set(names)) == count
    with os.scandir(where) as entries:
        assert all(entry.is_file(follow_symlinks=False) for entry in entries)
    assert (where / "T0.mp3").read_bytes() == (music / "0.mp3").read_bytes()


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
