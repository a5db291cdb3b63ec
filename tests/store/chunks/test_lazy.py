"""A chunk cache that is opened when it is needed first, and begins anew where it is damaged."""

import builtins
from pathlib import Path
from typing import Any

import pytest
from patient import HandClock, until

from musfuse.store.chunks.lazy import LazyChunks

from .shelves import bytes_on_disk, contents, fill, named, whole

DATA = contents(1, 300_000)
FILE = named("a", DATA)


def filled(folder: Path) -> None:
    lazy = LazyChunks(folder, 64 << 20)
    store = lazy.get()
    assert store is not None
    assert lazy.get() is store is lazy.opened()
    fill(store, FILE, DATA)
    lazy.close()


def test_nothing_is_made_before_it_is_asked_for(tmp_path: Path) -> None:
    lazy = LazyChunks(tmp_path / "chunks", 1 << 20)
    assert lazy.opened() is None
    lazy.close()
    assert not (tmp_path / "chunks").exists()
    assert LazyChunks(tmp_path / "chunks", 0).get() is None
    assert not (tmp_path / "chunks").exists()


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    filled(tmp_path / "chunks")
    lazy = LazyChunks(tmp_path / "chunks", 64 << 20)
    store = lazy.get()
    assert store is not None
    assert whole(store, FILE) == DATA
    lazy.close()


@pytest.mark.parametrize("damage", ["garbage", "gone", "suspected", "cut", "folder"])
def test_a_damaged_table_has_it_begin_anew(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    filled(tmp_path / "chunks")
    database = tmp_path / "chunks" / "chunks.db"
    if damage == "garbage":
        database.write_bytes(b"garbage" * 5000)
    elif damage == "gone":
        database.unlink()
    elif damage == "folder":
        database.unlink()
        database.mkdir()
    elif damage == "cut":
        database.write_bytes(database.read_bytes()[:5000])
    else:
        database.with_name("chunks.db.suspect").write_text("somebody met damage")
    lazy = LazyChunks(tmp_path / "chunks", 64 << 20)
    store = lazy.get()
    assert store is not None
    assert (whole(store, FILE), lazy.problem) == (b"", "")
    assert "what was pinned is no more" in caplog.text
    fill(store, FILE, DATA)
    assert whole(store, FILE) == DATA
    until(lambda: not list((tmp_path / "chunks").glob(".old-*")))
    assert bytes_on_disk(tmp_path / "chunks") == len(DATA)
    assert list(tmp_path.iterdir()) == [tmp_path / "chunks"]
    lazy.close()


def test_what_begins_anew_stays_where_its_folder_leads_and_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    (disk / "photos").mkdir(parents=True)
    (tmp_path / "chunks").symlink_to(disk)
    filled(tmp_path / "chunks")
    assert bytes_on_disk(disk) == len(DATA)
    (disk / "chunks.db").unlink()
    filled(tmp_path / "chunks")
    assert (tmp_path / "chunks").is_symlink()
    until(lambda: not list(disk.glob(".old-*")))
    assert bytes_on_disk(disk) == len(DATA)
    assert (disk / "photos").is_dir()


@pytest.mark.parametrize("name", ["new/a.jpg", "ab/notes.txt", "00/1/2.jpg", ".old-photos/a.jpg", "ff", "ee/ee.flac"])
def test_what_is_called_as_its_own_and_is_not_stays(tmp_path: Path, name: str) -> None:
    """On a disk that holds more, whether it never had a table, lost it, or only opens again."""
    theirs, chunks = tmp_path / "chunks" / name, tmp_path / "chunks"
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_text("theirs")
    for _ in range(2):
        filled(chunks)
        filled(chunks)
        (chunks / "chunks.db").unlink()
    filled(chunks)
    until(lambda: not [entry for entry in chunks.glob(".old-*") if entry.name != ".old-photos"])
    assert theirs.read_text() == "theirs"


def test_what_was_kept_goes_when_nothing_is_to_be_kept_any_more(tmp_path: Path) -> None:
    filled(tmp_path / "chunks")
    lazy = LazyChunks(tmp_path / "chunks", 64 << 20)
    store, pinned = lazy.get(), named("b", contents(2, 100_000))
    assert store is not None
    store.pin(pinned)
    fill(store, pinned, contents(2, 100_000))
    lazy.close()
    none = LazyChunks(tmp_path / "chunks", 0)
    assert none.contents() is None
    assert bytes_on_disk(tmp_path / "chunks") == 100_000
    left = none.get()
    assert left is not None
    assert left.unpin_all() == 1
    left.clear()
    assert bytes_on_disk(tmp_path / "chunks") == 0
    none.close()


def test_where_it_cannot_be_had_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    clock = HandClock()
    lazy = LazyChunks(tmp_path / "file" / "chunks", 1 << 20, clock)
    assert lazy.get() is None
    assert "file" in lazy.problem
    lazy.keep(FILE, 0, DATA)
    assert (lazy.read(FILE, 0, 10), lazy.missing_until(FILE, 5, 10)) == (b"", 10)
    assert lazy.contents() is lazy, "there may be one some time"
    (tmp_path / "file").unlink()
    assert lazy.get() is None
    clock.now += 61
    lazy.keep(FILE, 0, DATA)
    assert lazy.problem == ""
    assert lazy.read(FILE, 0, 10) == DATA[:10]
    assert lazy.missing_until(FILE, 5, 10) == 10
    lazy.close()
    assert lazy.get() is None, "not once more"


def test_without_its_packages_it_says_what_brings_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **named: Any) -> Any:
        if name == "musfuse.store.chunks.store":
            raise ImportError("No module named 'blake3'")
        return real(name, *args, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    lazy = LazyChunks(tmp_path / "chunks", 1 << 20)
    assert lazy.contents() is lazy.get() is None
    assert "pip install 'musfuse[cache]'" in lazy.problem
