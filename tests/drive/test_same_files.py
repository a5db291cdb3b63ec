"""Files that are the same elsewhere, and files that are others in the same place."""

import os
import shutil
from pathlib import Path

import pytest
import sound

from drive.albums import names, read
from drive.conftest import Make, Place
from musfuse.media.indexing.pool import Priority


def test_indexes_go_along(make_library: Make, music: Path, tmp_path: Path, place: Place) -> None:
    sound.write(music / "Album/1.wav", title="One", artist="Band", album="Album")
    library = make_library(index__background=False)
    library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    before = read(library, "Band/Album/One.flac")
    shutil.copytree(music, tmp_path / "elsewhere")
    shutil.rmtree(music)
    library.sourcing.move((place(music), ""), (place(tmp_path / "elsewhere"), ""))
    (result,) = library.scan_all(library.scanner())
    assert (result.read, result.removed) == (0, 0)
    with library.catalog.database.read() as db:
        tracks = [row[0] for row in db.execute("SELECT id FROM item")]
    (row,) = (library.catalog.tracks.track(track) for track in tracks)
    assert row is not None
    assert library.media.indexes.get(row.track) is not None
    assert row.size == len(before)
    assert names(library, "Band/Album") == ["One.flac"]
    assert read(library, "Band/Album/One.flac") == before


@pytest.mark.not_over("sftp", reason="it tells size and mtime, and nothing else of a file")
def test_a_file_replaced_with_its_size_and_mtime_kept(make_library: Make, music: Path, tmp_path: Path) -> None:
    path, tags = music / "1.wav", {"title": "One", "artist": "Band", "album": "Album"}
    sound.write(path, seed=1, **tags)
    library = make_library()
    before = read(library, "Band/Album/One.flac")  # its encoded runs are kept now
    other = sound.write(tmp_path / "other.wav", seed=2, **tags)
    assert other.stat().st_size == path.stat().st_size
    os.utime(other, ns=(0, path.stat().st_mtime_ns))
    other.replace(path)
    library.scan_all(library.scanner())
    after = read(library, "Band/Album/One.flac")
    assert after != before
    (tmp_path / "after.flac").write_bytes(after)
    sound.flac_test(tmp_path / "after.flac")
    assert sound.ffmpeg_md5(tmp_path / "after.flac") == sound.ffmpeg_md5(path)
