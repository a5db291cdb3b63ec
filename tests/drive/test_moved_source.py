"""A source that lies elsewhere now: what took long to find out about its files is not lost."""

import shutil
from pathlib import Path

import sound

from drive.albums import names, read
from drive.conftest import Make
from musfuse.media.indexing import Priority


def test_indexes_go_along(make_library: Make, music: Path, tmp_path: Path) -> None:
    sound.write(music / "Album/1.wav", title="One", artist="Band", album="Album")
    library = make_library(index__background=False)
    library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    before = read(library, "Band/Album/00 - One.flac")
    shutil.copytree(music, tmp_path / "elsewhere")
    shutil.rmtree(music)
    library.move_source(music, tmp_path / "elsewhere")
    (result,) = library.scan_all(library.scanner())
    assert (result.read, result.removed) == (0, 0)
    with library.database.read() as db:
        tracks = [row[0] for row in db.execute("SELECT id FROM track")]
    (row,) = (library.tracks.track(track) for track in tracks)
    assert row is not None
    assert library.indexes.get(row.track) is not None
    assert row.size == len(before)
    assert names(library, "Band/Album") == ["00 - One.flac"]
    assert read(library, "Band/Album/00 - One.flac") == before
