"""What is pinned."""

from pathlib import Path

from musfuse.model import SourceFile, Stamp
from musfuse.store.chunks.table import ChunkTable


def test_pins_are_counted_and_read_in_pages(tmp_path: Path) -> None:
    table = ChunkTable(tmp_path / "chunks.db")
    files = [SourceFile("s", f"{number:03}", Stamp(number, 1, "t")) for number in range(300)]
    assert all(table.pins.add(file) for file in files)
    assert not table.pins.add(files[0])
    assert table.pins.count() == (300, sum(range(300)))
    first = table.pins.page(("", ""))
    assert first + table.pins.page(first[-1]) == [("s", file.path) for file in files]
    assert table.pins.has(files[7])
    assert table.pins.remove(files[7])
    assert not table.pins.remove(files[7])
    assert not table.pins.has(files[7])
    assert table.pins.remove_all() == 299
    assert table.pins.count() == (0, 0)
    table.close()
