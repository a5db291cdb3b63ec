"""Runs of a track, written before their number is known."""

from pathlib import Path

from musfuse.store.frame_files import FrameFiles
from musfuse.store.frame_writer import FrameWriter, checksum

RUNS = (b"one" * 50, b"two" * 70)


def test_what_is_written_is_what_the_cache_reads(tmp_path: Path) -> None:
    files = FrameFiles(tmp_path / "runs", 1 << 20)
    path = files.new_path(1000)
    assert path is not None
    writer = FrameWriter(path)
    for run in RUNS:
        writer.add(run)
    assert writer.finish()
    files.adopt("k", path)
    assert [files.get("k", [len(run) for run in RUNS], number) for number in range(2)] == list(RUNS)
    assert (files.hits, files.misses) == (2, 0)
    assert files.figures()[0] == 1
    files.close()


def test_where_nothing_can_be_written_nothing_is(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "gone/file")
    writer.add(RUNS[0])
    writer.restart()
    assert not writer.finish()
    assert checksum(b"") != 0
