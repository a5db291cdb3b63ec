"""Files that have no index yet, shown as they are until they have one, on every face."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sound
import soundfile
from drive.albums import ME, target
from drive.conftest import Make
from patient import until

from faces.conftest import FACES
from faces.shown import Shown, manifest
from musfuse.app.library import Library
from musfuse.errors import NoEntryError
from musfuse.media.indexing.pool import Priority

WAVES = ("A/B/01 - One.wav", "A/B/02 - Two.aiff")
MADE = ("A/B/01 - One.flac", "A/B/02 - Two.flac")


def index(library: Library) -> tuple[int, int]:
    return library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None)


@pytest.mark.parametrize("face", FACES)
def test_an_original_becomes_flac_once_it_is_indexed(
    face: str,
    show_as: Callable[..., Shown],
    make_library: Make,
    music: Path,
    where: str,
    request: pytest.FixtureRequest,
) -> None:
    if face == "winfsp":
        request.getfixturevalue("simulation")
    tags = {"artist": "A", "album": "B"}
    one = sound.write(music / "1.wav", 60_000, **tags, title="One", tracknumber="1")
    two = sound.write(music / "2.aiff", 40_000, 1, 24, **tags, title="Two", tracknumber="2")
    lossy = sound.write(music / "3.mp3", 40_000, **tags, title="Three", tracknumber="3")
    library = make_library(view__unindexed="original", index__background=False, index__wait_seconds=120)
    shown = show_as(face, library)
    kept, number = "A/B/03 - Three.mp3", library.drive.attr(WAVES[0]).node
    if where == "local":  # what is read of others is indexed along the way
        before = {path: data for path, seen, data in manifest(shown) if not seen.folder}
        assert before == {
            WAVES[0]: one.read_bytes(), WAVES[1]: two.read_bytes(), kept: lossy.read_bytes()
        }, "as they are, and nobody waited for an index"  # fmt: skip
    with shown.open(WAVES[0]) as (size, read):
        head = read(0, 1000)
        assert index(library) == (2, 0) or where != "local"
        until(lambda: sorted(shown.entries("A/B")) == sorted(path[4:] for path in (*MADE, kept)))
        end = size if where == "local" else size // 4096 * 4096  # what is left of the last page is EIO now
        assert head + read(1000, end - 1000) == one.read_bytes()[:end], "who has it open reads on"
    after = {path: data for path, seen, data in manifest(shown) if not seen.folder}
    assert sorted(after) == sorted([*MADE, kept])
    for path, original in zip(MADE, (one, two), strict=True):
        samples, _ = soundfile.read(io.BytesIO(after[path]), dtype="int32")
        assert np.array_equal(samples, soundfile.read(original, dtype="int32")[0])
    assert library.drive.attr(MADE[0]).node == number, "it is the same file by another name"
    for path in WAVES:
        with pytest.raises(FileNotFoundError):
            shown.stat(path)


def test_another_version_is_its_original_again(make_library: Make, music: Path) -> None:
    path = sound.write(music / "1.wav", artist="A", album="B", title="One")
    library = make_library(view__unindexed="original", index__background=False)
    index(library)
    assert library.drive.attr("A/B/One.flac").size
    sound.write(path, 50_000, artist="A", album="B", title="One", seed=2)
    library.scan_all(library.scanner())
    assert [entry.name for entry in library.drive.list("A/B")] == ["One.wav"]
    assert library.drive.attr("A/B/One.wav").size == path.stat().st_size
    assert index(library) == (1, 0)
    assert [entry.name for entry in library.drive.list("A/B")] == ["One.flac"]


def test_tags_that_are_set_are_in_what_is_shown_meanwhile_and_cost_no_index(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", artist="A", album="B", title="One")
    library = make_library(view__unindexed="original", index__background=False)
    library.tagging.set(target("artist:A"), ["title=Uno"], ME)
    (entry,) = library.drive.list("A/B")
    assert entry.name == "Uno.wav"
    index(library)
    library.tagging.set(target("artist:A"), ["title=Eins"], ME)
    (entry,) = library.drive.list("A/B")
    assert entry.name == "Eins.flac", "its index still counts"


def test_what_is_edited_while_it_is_indexed_is_shown_as_what_it_becomes(make_library: Make, music: Path) -> None:
    """As what is looked at twice, which makes nothing of its index wrong."""
    sound.write(music / "1.wav", artist="A", album="B", title="One")
    library = make_library(view__unindexed="original", index__background=False)
    (row,) = library.catalog.tracks.unindexed(0, 10)
    assert row.becomes is not None
    library.tagging.set(target("artist:A"), ["title=Uno"], ME)
    asked = replace(row.track, rendition=row.becomes)
    assert library.sizes.request(asked, Priority.BACKGROUND).result(120).index is not None
    (entry,) = library.drive.list("A/B")
    assert entry.name == "Uno.flac"
    assert library.catalog.renditions.pending(library.sizes.tokens()) == 0, "its size is that with the new tags"


def test_one_whose_index_is_lost_is_its_original_again(make_library: Make, music: Path) -> None:
    path = sound.write(music / "1.wav", artist="A", album="B", title="One")
    library = make_library(view__unindexed="original", index__background=False)
    index(library)
    row = library.catalog.tracks.at(library.sources.rows()[0].uid, "1.wav", 0)
    assert row is not None
    library.sizes.forget(row.track.file)
    with pytest.raises(NoEntryError, match="served as the original"):
        library.drive.open("A/B/One.flac")
    opened = library.drive.open("A/B/One.wav")
    assert library.drive.read_at(opened.handle, 0, 1 << 20) == path.read_bytes()
    library.drive.close(opened.handle)
