"""Facts and tags of what libsndfile opens, whose tags come before others, and what it refuses."""

from pathlib import Path

import pytest
import sound
from sound import FORMATS

from media.formats.reading import looked_at
from musfuse.errors import MalformedError, UnsupportedError
from musfuse.media.formats.port import Opened
from musfuse.media.formats.readers.sndfile import open_by_sndfile, read_by_sndfile
from musfuse.media.formats.readers.tagged import ReadTags
from musfuse.media.reading import read_original
from musfuse.model import AudioFormat, TagSet
from musfuse.origins import LocalOrigin


def test_riff_info_is_read(music: Path, origin: LocalOrigin) -> None:
    import soundfile

    with soundfile.SoundFile(music / "a.wav", "w", 44_100, 1, "PCM_16") as out:
        out.title, out.artist = "Info title", "Info artist"
        out.write(sound.pcm(1000, 1))
    got = read_original(FORMATS, origin, sound.source_file(origin, "a.wav")).tags
    assert (got.first("title"), got.first("artist")) == ("Info title", "Info artist")


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.w64", "a.caf", "a.au"])
@pytest.mark.parametrize(("bits", "channels", "rate"), [(16, 2, 44_100), (24, 6, 96_000)])
def test_facts_are_those_that_were_written(music: Path, name: str, bits: int, channels: int, rate: int) -> None:
    data = sound.write(music / name, 441, channels, bits, rate).read_bytes()
    fmt = looked_at(data, read_by_sndfile, name).format
    assert (fmt.channels, fmt.bits, fmt.sample_rate, fmt.total_samples, fmt.pcm) == (channels, bits, rate, 441, "int")


def test_samples_are_decoded_from_anywhere(music: Path, origin: LocalOrigin) -> None:
    path = sound.write(music / "a.aiff", 441)
    file, fmt = sound.source_file(origin, "a.aiff"), sound.format_of(origin, "a.aiff")
    source, raw = open_by_sndfile(origin, file, fmt, False), sound.ffmpeg_raw(path, 16)
    assert source.read(300, 1000) == raw[1200:]
    assert source.read(7, 10) == raw[28:68]
    assert not source.sequential
    source.close()


def test_tags_that_were_asked_for_come_before_those_beneath_and_its_own(music: Path) -> None:
    import soundfile

    with soundfile.SoundFile(music / "a.wav", "w", 44_100, 1, "PCM_16") as out:
        out.title, out.artist, out.album = "own", "own", "own"
        out.write(sound.pcm(100, 1))

    def says(text: str, *names: str) -> ReadTags:
        return lambda _: (TagSet({name: [text] for name in names}), AudioFormat("", ""))

    def damaged(opened: Opened) -> tuple[TagSet, AudioFormat]:
        raise MalformedError("damaged")

    data = (music / "a.wav").read_bytes()
    above, beneath = says("above", "title"), says("beneath", "title", "artist")
    both = looked_at(data, lambda opened: read_by_sndfile(opened, above, beneath), "a.wav").tags
    assert (both["title"], both["artist"], both["album"]) == (("above",), ("beneath",), ("own",))
    alone = looked_at(data, lambda opened: read_by_sndfile(opened, damaged, damaged), "a.wav").tags
    assert (alone["title"], alone["artist"], alone["album"]) == (("own",), ("own",), ("own",))


def test_a_file_without_samples_is_shown_as_it_is(music: Path) -> None:
    reading = looked_at(sound.write(music / "a.wav", 0).read_bytes(), read_by_sndfile, "a.wav")
    assert (reading.format.pcm, reading.notes) == ("", ("shown as it is: it holds no audio samples",))


def test_a_codec_that_libsndfile_does_not_know_is_shown_as_it_is(music: Path) -> None:
    data = bytearray(sound.write(music / "a.wav", 441).read_bytes())
    at = data.index(b"fmt ") + 8
    data[at : at + 2] = b"\x61\x01"  # Windows Media Audio
    reading = looked_at(bytes(data), read_by_sndfile, "a.wav")
    assert reading.notes[0].startswith("shown as it is: ")
    assert reading.format.sample_rate == 44_100
    data[at + 4 : at + 8] = bytes(4)  # nor any other reader finds a rate
    with pytest.raises(MalformedError):
        looked_at(bytes(data), read_by_sndfile, "a.wav")


def test_an_old_wavpack_behind_the_header_of_a_wav_is_named(music: Path) -> None:
    data = bytearray(sound.write(music / "a.wav", 441).read_bytes())
    at = data.index(b"fmt ") + 8
    data[at : at + 2] = b"\x61\x01"
    with pytest.raises(UnsupportedError, match="WavPack of version 3"):
        looked_at(bytes(data[:44]) + b"wvpk" + bytes(data[48:]), read_by_sndfile, "a.wav")
