"""What is made of originals, and under which keys indexes are kept."""

from dataclasses import replace
from pathlib import Path

import pytest
import sound

from media.conftest import Studio
from musfuse.media.flac.encoder import Encoder
from musfuse.media.ports import NotIndexedError
from musfuse.media.transcoders import IndexStore, Passthrough
from musfuse.model import AudioFormat, Rendition, SampleRange
from musfuse.store import MemoryKv

INT16 = AudioFormat("wav", "pcm_16", 44_100, 2, 16, 1000, "int")


def by_rendition(studio: Studio, rendition: Rendition):  # type: ignore[no-untyped-def]
    from musfuse.media.engine import MediaEngine

    assert isinstance(studio.engine, MediaEngine)
    return studio.engine._transcoders[rendition.kind]


@pytest.mark.parametrize(
    ("change", "flac", "wav"),
    [
        ({}, True, False), ({"container": "aiff"}, True, True), ({"container": "rf64"}, True, False),
        ({"bits": 32}, False, False), ({"pcm": "float"}, False, False), ({"pcm": ""}, False, False),
        ({"container": "flac", "codec": "flac"}, False, True),
    ],
)  # fmt: skip
def test_what_is_made_into_what(studio: Studio, change: dict[str, object], flac: bool, wav: bool) -> None:
    fmt = replace(INT16, **change)  # type: ignore[arg-type]
    assert by_rendition(studio, Rendition.FLAC).accepts(fmt) is flac
    assert by_rendition(studio, Rendition.WAV).accepts(fmt) is wav
    assert Passthrough().accepts(fmt)


@pytest.mark.parametrize("rendition", [Rendition.FLAC, Rendition.WAV])
def test_nothing_is_made_before_there_is_an_index(studio: Studio, music: Path, rendition: Rendition) -> None:
    sound.write(music / "a.aiff", 1000)
    track = studio.track("a.aiff", rendition, index=False)
    with pytest.raises(NotIndexedError, match=r"a\.aiff: its frame index is not built yet"):
        by_rendition(studio, rendition).layout(track, studio.origin)


def test_tags_move_no_frame_as_long_as_they_fit_into_the_room(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 9000)
    before = studio.track("a.wav", title="Old")
    flac = by_rendition(studio, Rendition.FLAC)
    size = flac.layout(before, studio.origin).size
    changed = replace(before, embedded=before.tags, tags=replace_title(before.tags, "A much longer title" * 20))
    assert flac.layout(changed, studio.origin).size == size
    huge = replace(changed, tags=replace_title(before.tags, "x" * 100_000))
    assert flac.layout(huge, studio.origin).size > size


def replace_title(tags, title: str):  # type: ignore[no-untyped-def]
    return type(tags)({**tags, "title": [title]})


def test_an_index_is_kept_under_all_that_its_frames_depend_on(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 9000)
    track = studio.track("a.wav")
    store = studio.indexes
    keys = {
        store.key(track.file), store.key(track.file, SampleRange(5, 10)),
        store.key(replace(track.file, stamp=replace(track.file.stamp, size=5))),
        IndexStore(MemoryKv(), Encoder(0)).key(track.file),
    }  # fmt: skip
    assert len(keys) == 4
    assert all(IndexStore.parts(key) is not None for key in keys)
    assert IndexStore.parts("nonsense") is None
    assert store.get(track) is not None
    store.drop(track.file)
    assert store.get(track) is None


def test_timestamps_that_lie_are_remembered_for_the_file(studio: Studio, music: Path) -> None:
    sound.write(music / "a.wav", 100)
    file = studio.track("a.wav", index=False).file
    other = replace(file, path="b.wav", ident="other")
    assert not studio.indexes.lies(file)
    studio.indexes.set_lies(file)
    assert studio.indexes.lies(file)
    assert not studio.indexes.lies(other)


def test_the_original_is_passed_through(studio: Studio, music: Path) -> None:
    path = sound.write(music / "a.wav", 1000)
    layout = Passthrough().layout(studio.track("a.wav", "original"), studio.origin)
    assert layout.read_at(0, layout.size) == path.read_bytes()
    layout.close()
    assert Passthrough().token(Rendition.ORIGINAL) == "original"
