"""Items that are opened without a path: the same file as under their path, or made into something else."""

from contextlib import suppress
from pathlib import Path

import pytest
import sound
from originals import Originals

from drive.albums import ME, read, target
from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.drive import CacheHint, Opened
from musfuse.errors import NoEntryError, SourceChangedError, TooManyOpenError
from musfuse.media.indexing.pool import Priority
from musfuse.model import Rendition

TAGS = {"artist": "A", "album": "B"}


def item_at(library: Library, path: str) -> int:
    return library.drive.row(path)[0].item


def whole(library: Library, opened: Opened) -> bytes:
    data = library.drive.read_at(opened.handle, 0, opened.size + 10)
    library.drive.close(opened.handle)
    assert len(data) == opened.size
    return data


@pytest.mark.parametrize(("name", "path"), [("1.wav", "A/B/One.flac"), ("1.mp3", "A/B/One.mp3")])
def test_it_is_the_file_under_its_path(make_library: Make, music: Path, name: str, path: str) -> None:
    sound.write(music / name, **TAGS, title="One")
    library = make_library(index__background=False)
    drive, item = library.drive, item_at(library, path)
    first = drive.open_item(item)  # where it has to be waited for
    second = drive.open(path)
    third = drive.open_item(item, drive.row(path)[0].own.rendition)
    assert (first.node, third.node) == (second.node, second.node)
    assert (first.hint, second.hint, third.hint) == (CacheHint.DROP, CacheHint.KEEP, CacheHint.KEEP)
    assert whole(library, first) == whole(library, second) == whole(library, third) == read(library, path)
    assert drive.attr_of(first.handle) is None
    assert drive.open_handles == 0


def test_an_item_that_is_not_there(make_library: Make, music: Path) -> None:
    path = sound.write(music / "1.flac", **TAGS, title="One")
    sound.write(music / "2.flac", **TAGS, title="Two")
    library = make_library()
    item = item_at(library, "A/B/One.flac")
    for unknown in (0, -1, 1000, 1 << 62):
        with pytest.raises(NoEntryError, match="there is none"):
            library.drive.open_item(unknown)
    path.unlink()
    library.drive._items.freshness.forget()
    with pytest.raises(NoEntryError):
        library.drive.open_item(item)
    assert library.drive.open_handles == 0


def test_handles_are_bounded_together(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    library = make_library()
    item = item_at(library, "A/B/One.flac")
    library.drive._handles._limit = 2
    library.drive.open("A/B/One.flac")
    library.drive.open_item(item)
    with pytest.raises(TooManyOpenError):
        library.drive.open_item(item, Rendition.WAV)
    assert library.drive.shut_down() == 2


def test_an_original_that_changes_under_a_reader(make_library: Make, music: Path, kept_at: Originals) -> None:
    path = sound.write(music / "1.flac", 200_000, **TAGS, title="One")
    library = make_library()
    drive, item = library.drive, item_at(library, "A/B/One.flac")
    before = path.read_bytes()
    opened = drive.open_item(item)
    drive.read_at(opened.handle, 0, 1000)
    sound.write(music.parent / "new.flac", 400_000, seed=2, **TAGS, title="One").replace(path)
    drive._items.freshness.forget()
    again = drive.open_item(item)
    assert (again.node, again.hint) == (opened.node, CacheHint.BYPASS)
    with suppress(*kept_at.older):
        assert drive.read_at(opened.handle, 50_000, 1000) == before[50_000:51_000]
    with pytest.raises(SourceChangedError):
        drive.read_at(opened.handle, len(before) - 10, 100)
    drive.close(opened.handle)
    assert whole(library, again) == path.read_bytes() == read(library, "A/B/One.flac")


def test_tags_that_change_are_in_the_next_one(make_library: Make, music: Path) -> None:
    sound.write(music / "1.mp3", **TAGS, title="One")
    library = make_library()
    item = item_at(library, "A/B/One.mp3")
    library.tagging.set(target("title:One"), ["title=Other"], ME)
    assert whole(library, library.drive.open_item(item)) == read(library, "A/B/Other.mp3")
    assert whole(library, library.drive.open_item(item, Rendition.ORIGINAL)) == (music / "1.mp3").read_bytes()


def test_other_renditions(make_library: Make, music: Path, tmp_path: Path) -> None:
    wave = sound.write(music / "1.wav", **TAGS, title="One")
    flac = sound.write(music / "2.flac", seed=2, **TAGS, title="Two")
    sound.write(music / "3.mp3", **TAGS, title="Three")
    library = make_library(index__background=False)
    drive, one, two = library.drive, item_at(library, "A/B/One.flac"), item_at(library, "A/B/Two.flac")
    assert whole(library, drive.open_item(one, Rendition.ORIGINAL)) == wave.read_bytes()
    made = drive.open_item(two, Rendition.WAV)  # of which nobody has made an index
    assert made.node not in (drive.attr("A/B/Two.flac").node, drive.open_item(one, Rendition.ORIGINAL).node)
    assert drive.open_item(two, Rendition.WAV).node == made.node
    served = tmp_path / "two.wav"
    served.write_bytes(whole(library, made))
    assert sound.ffmpeg_md5(served) == sound.ffmpeg_md5(flac)
    assert read(library, "A/B/Two.flac") == flac.read_bytes()
    for item, rendition in (
        (one, Rendition.WAV),
        (two, Rendition.FLAC),
        (item_at(library, "A/B/Three.mp3"), Rendition.FLAC),
    ):
        with pytest.raises(NoEntryError, match="is not made of it"):
            drive.open_item(item, rendition)


def test_a_part_of_an_image_has_no_original(make_library: Make, music: Path) -> None:
    sound.write(music / "image.wav", 44_100 * 8, album="B")
    tracks = "".join(f"  TRACK 0{n} AUDIO\n    TITLE T{n}\n    INDEX 01 00:0{n}:00\n" for n in (1, 2))
    (music / "image.cue").write_text(f'PERFORMER A\nTITLE B\nFILE "image.wav" WAVE\n{tracks}')
    library = make_library()
    item = item_at(library, "A/B/02 - T2.flac")
    assert whole(library, library.drive.open_item(item)) == read(library, "A/B/02 - T2.flac")
    assert whole(library, library.drive.open_item(item, Rendition.WAV))[:4] == b"RIFF"
    for rendition in (Rendition.ORIGINAL, Rendition.RETAGGED):
        with pytest.raises(NoEntryError, match="cut out of an image"):
            library.drive.open_item(item, rendition)


def test_what_does_not_decode_is_tried_once(make_library: Make, music: Path) -> None:
    path = sound.write(music / "1.flac", 200_000, **TAGS, title="One")
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2] + bytes(len(raw) // 4) + raw[len(raw) * 3 // 4 :])
    library = make_library(index__background=False)
    (shown,) = library.drive.list("A/B")
    item = item_at(library, f"A/B/{shown.name}")
    with pytest.raises(NoEntryError):
        library.drive.open_item(item, Rendition.WAV)
    asked: list[Priority] = []
    library.sizes.request = lambda track, priority: asked.append(priority)  # type: ignore[assignment, return-value, method-assign]
    with pytest.raises(NoEntryError, match="there is no wav of it"):
        library.drive.open_item(item, Rendition.WAV)
    assert not asked
    assert whole(library, library.drive.open_item(item)) == path.read_bytes()
