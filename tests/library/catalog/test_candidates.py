"""Tracks that may be another library's, as the catalog knows them."""

from pathlib import Path

import sound
from drive.albums import ME, target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.library.catalog.candidates import Candidates
from musfuse.model import path_text


def test_what_is_known_of_a_track(make_library: Make, music: Path) -> None:
    sound.write(music / "Ann/One.flac", 44_100, artist="Ann", album="Best", title="One")
    sound.write(music / "Two.flac", 5000, seed=2, artist="Ann", album="Best", title="Two")
    library = make_library(index__background=False, view__policy="original")
    library.tagging.set(target("title:one"), ["genre=Rock"], ME)
    candidates = Candidates(library.catalog.database)
    ((source, root),) = candidates.roots()
    folder = candidates.folder(source, "Ann")
    assert folder is not None
    (one,) = candidates.of_folder(folder)
    assert root == str(music)
    assert one.source == f"{music}/Ann/One.flac"
    assert one.key == f"{one.uid}/{path_text('Ann/One.flac')}#0"
    assert (one.seconds, one.public, one.shown) == (1.0, library.drive.row("Ann/Best/One.flac")[1].public, "One.flac")  # type: ignore[union-attr]
    assert one.edited_ns > 0
    assert (one.tags.get("genre"), one.embedded.get("genre")) == (("Rock",), None)
    pages = list(candidates.everything())
    assert sorted(row.source for page in pages for row in page) == [f"{music}/Ann/One.flac", f"{music}/Two.flac"]
    assert [row.id for row in candidates.these([one.id, 999])] == [one.id]
    assert candidates.named([b"One.flac", b"\xff.flac", b"none"], 10) == [(b"One.flac", f"{music}/Ann")]
