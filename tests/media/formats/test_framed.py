"""Streams of frames without a container: named so or not, where their sound begins, and what is none."""

import io
from pathlib import Path

import pytest
import sound
from hostile import id3, mpeg

from media.formats.reading import looked_at
from musfuse.errors import MalformedError
from musfuse.media.formats.port import Opened, Reading
from musfuse.media.formats.readers.framed import WINDOW, check_frames, framed_spans, front_of, unless_framed
from musfuse.media.identity.feed import Span
from musfuse.model import AudioFormat, TagSet

OTHER = Reading(AudioFormat("other", "other"), TagSet())
TAG = id3(bytes(300))


def read(data: bytes, name: str) -> Reading:
    """What is made of a file that some other reader would read as `OTHER`."""
    found = looked_at(data, unless_framed(lambda _: OTHER), name)
    assert isinstance(found, Reading)
    return found


@pytest.fixture(scope="module")
def adts(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A stream of ADTS, 0.2 s long."""
    folder = tmp_path_factory.mktemp("adts")
    wav = sound.write(folder / "a.wav", 8820)
    return sound.convert(wav, folder / "a.aac", "-bitexact").read_bytes()


def spans(data: bytes, start: int = 0) -> list[Span]:
    return framed_spans(io.BytesIO(data), start, len(data))


@pytest.mark.parametrize("name", ["a.mp3", "A.MP3", "a.aac"])
def test_frames_of_adts_are_that_whatever_they_are_named(adts: bytes, name: str) -> None:
    fmt = read(adts, name).format
    assert (fmt.codec, fmt.sample_rate, fmt.channels) == ("aac", 44_100, 2)
    tagged = read(TAG + adts, name)
    assert (tagged.format.codec, tagged.format.sample_rate) == ("aac", 44_100)


def test_their_tags_are_those_around_them(adts: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.aac"
    path.write_bytes(adts)
    sound.tag_id3(path, "Front", "Jazz")
    sound.add_apev2(path, Title="Behind", Artist="Ape")
    assert dict(read(path.read_bytes(), "a.aac").tags) == {"title": ("Front",), "genre": ("Jazz",), "artist": ("Ape",)}


def test_a_file_of_another_name_is_left_to_its_reader(adts: bytes) -> None:
    assert read(adts, "a.wv") is OTHER
    assert read(b"nothing of the kind", "a.wv") is OTHER
    assert read(mpeg(), "a.mp3") is OTHER


def test_a_small_file_without_a_frame_is_nothing() -> None:
    with pytest.raises(MalformedError, match="no MPEG audio"):
        read(bytes(5000), "a.mp3")
    assert read(bytes(WINDOW + 1), "a.mp3") is OTHER  # perhaps it comes later


def test_the_front_is_that_of_the_stream_and_no_more_than_a_window() -> None:
    data = TAG + mpeg(200)
    assert looked_at(data, front_of, "a.mp3") == data[len(TAG) : len(TAG) + WINDOW]

    def check(opened: Opened) -> None:
        check_frames(opened, front_of(opened))

    looked_at(data, check, "a.mp3")
    looked_at(TAG + mpeg(2), check, "a.mp3")
    with pytest.raises(MalformedError):
        looked_at(TAG + mpeg(1)[:-1], check, "a.mp3")


def test_sound_lies_between_tags_and_begins_with_a_frame(adts: bytes) -> None:
    tail = b"TAG" + bytes(125)
    for stream in (mpeg(), adts):
        assert spans(stream) == [Span(0, len(stream))]
        front = TAG + TAG + b"junk"
        assert spans(front + stream + tail) == [Span(len(front), len(front) + len(stream))]
        assert spans(front + stream, len(TAG)) == [Span(len(front), len(front) + len(stream))]


def test_bare_flac_frames_begin_where_they_do(tmp_path: Path) -> None:
    data = sound.write(tmp_path / "a.flac", 9000).read_bytes()
    frames = data[next(at for at in range(42, len(data)) if data[at : at + 2] == b"\xff\xf8") :]
    for stream in (frames, frames[:100] + mpeg()):  # what follows may look like any other
        assert spans(TAG + stream) == [Span(len(TAG), len(TAG) + len(stream))]


def test_where_no_frame_is_found_all_that_is_no_tag_counts() -> None:
    assert spans(TAG + bytes(100)) == [Span(len(TAG), len(TAG) + 100)]
    assert spans(TAG) == []
    assert spans(b"") == []


def test_tags_without_end_are_left_after_eight() -> None:
    data = TAG * 20
    assert spans(data) == [Span(8 * len(TAG), len(data))]
