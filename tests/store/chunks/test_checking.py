"""All that is kept is looked at."""

from pathlib import Path

from musfuse.store.chunks.checking import Verified, verify
from musfuse.store.chunks.store import ChunkStore

from .shelves import chunks_on_disk, contents, fill, named, whole

DATA = contents(1, 900_000)
FILE = named("a", DATA)


def test_what_is_damaged_and_what_belongs_to_nothing_is_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "chunks"
    store = ChunkStore(folder, 64 << 20)
    fill(store, FILE, DATA)
    chunks, told = chunks_on_disk(folder), list[tuple[int, int]]()
    assert verify(store.shelf, lambda *far: told.append(far), lambda: False) == Verified(len(chunks), 0, 0)
    assert told == [(len(chunks), len(chunks))]
    chunks[0].write_bytes(b"?")
    chunks[1].unlink()
    stray = chunks[2].with_name(chunks[2].name[:2] + "00" * 31)
    stray.write_bytes(b"?")
    assert verify(store.shelf, lambda *_: None, lambda: True) == Verified(0, 0, 0)
    assert verify(store.shelf, lambda *_: None, lambda: False) == Verified(len(chunks), 2, 1)
    assert not stray.exists()
    assert sorted(chunks_on_disk(folder)) == sorted(chunks[2:])
    fill(store, FILE, DATA)
    assert whole(store, FILE) == DATA
    store.close()
