"""Files named by what they hold."""

import os
from pathlib import Path

import pytest

from musfuse.store.chunks.cutter import LARGEST
from musfuse.store.chunks.files import ChunkFiles, digest_of

DATA = b"some bytes" * 1000
DIGEST = digest_of(DATA)


@pytest.fixture
def files(tmp_path: Path) -> ChunkFiles:
    made = ChunkFiles(tmp_path / "chunks")
    made.begin()
    made.settle(made.write(DATA), DIGEST)
    return made


def test_what_is_written_is_read(files: ChunkFiles) -> None:
    assert files.read(DIGEST, len(DATA)) == DATA
    assert files.has(DIGEST, len(DATA))
    assert list(files.all()) == [DIGEST]
    assert files.drop(DIGEST)
    assert files.drop(DIGEST)
    assert files.read(DIGEST, len(DATA)) is None
    assert not files.has(DIGEST, len(DATA))


@pytest.mark.parametrize(
    "damaged", [DATA[:-1], DATA + b"x", b"", b"X" + DATA[1:], DATA[:5000] + bytes([DATA[5000] ^ 1]) + DATA[5001:]]
)
def test_what_is_not_what_its_name_says_is_not_there(files: ChunkFiles, damaged: bytes) -> None:
    files.path(DIGEST).write_bytes(damaged)
    assert files.read(DIGEST, len(DATA)) is None


def test_a_folder_or_a_link_in_its_place_is_not_there(files: ChunkFiles, tmp_path: Path) -> None:
    path = files.path(DIGEST)
    path.unlink()
    path.mkdir()
    assert files.read(DIGEST, len(DATA)) is None
    path.rmdir()
    path.symlink_to(tmp_path / "gone")
    assert files.read(DIGEST, len(DATA)) is None
    assert not files.has(DIGEST, len(DATA))


def test_what_a_kill_left_half_written_is_gone_at_the_next_start(files: ChunkFiles, tmp_path: Path) -> None:
    left = files.write(b"half")
    again = ChunkFiles(tmp_path / "chunks")
    again.begin()
    assert not left.exists()
    assert again.read(DIGEST, len(DATA)) == DATA


def test_where_nothing_can_be_written_nothing_is_left(files: ChunkFiles, tmp_path: Path) -> None:
    (tmp_path / "chunks" / "new").rmdir()
    (tmp_path / "chunks" / "new").touch()
    with pytest.raises(OSError):
        files.write(DATA)


def test_names_that_are_no_chunks_are_passed_over(files: ChunkFiles, tmp_path: Path) -> None:
    (files.path(DIGEST).parent / "notes.txt").write_text("?")
    assert list(files.all()) == [DIGEST]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
@pytest.mark.timeout(10)
def test_a_pipe_in_its_place_is_not_waited_for(files: ChunkFiles) -> None:
    files.path(DIGEST).unlink()
    os.mkfifo(files.path(DIGEST))
    assert files.read(DIGEST, len(DATA)) is None
    assert files.read(DIGEST, 0) is None
    assert not files.has(DIGEST, 0)
    assert files.drop(DIGEST)


def test_a_folder_in_its_place_gives_way(files: ChunkFiles) -> None:
    path = files.path(DIGEST)
    path.unlink()
    (path / "deeper").mkdir(parents=True)
    assert not files.has(DIGEST, path.stat().st_size)
    files.settle(files.write(DATA), DIGEST)
    assert files.read(DIGEST, len(DATA)) == DATA
    path.unlink()
    (path / "deeper").mkdir(parents=True)
    assert files.drop(DIGEST)
    assert not path.exists()


def test_a_file_in_the_place_of_its_folder_gives_way(files: ChunkFiles) -> None:
    folder = files.path(DIGEST).parent
    assert files.drop(DIGEST)
    folder.rmdir()
    folder.write_bytes(b"?")
    files.settle(files.write(DATA), DIGEST)
    assert files.read(DIGEST, len(DATA)) == DATA


def test_a_folder_among_what_is_half_written_is_dropped_as_well(files: ChunkFiles, tmp_path: Path) -> None:
    (tmp_path / "chunks" / "new" / "0" / "deeper").mkdir(parents=True)
    ChunkFiles(tmp_path / "chunks").begin()
    assert not list((tmp_path / "chunks" / "new").iterdir())


def test_a_size_that_no_chunk_has_is_not_read(files: ChunkFiles) -> None:
    """A damaged table may tell any."""
    data = bytes(LARGEST + 1)
    files.settle(files.write(data), digest_of(data))
    assert files.read(digest_of(data), len(data)) is None
    for size in (-1, 1 << 62):
        assert files.read(DIGEST, size) is None
