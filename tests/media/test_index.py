"""The frame index: round trip, hostile bytes, offsets; and the pass that builds it."""

import hashlib
import random
from array import array
from pathlib import Path

import pytest
import sound
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import MalformedError, MediaError
from musfuse.media.flac.build import build_index
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.index import FrameIndex, FrameOffsets, KeyParts, index_key, split_index_key
from musfuse.media.pcm import SndfilePcm
from musfuse.model import WHOLE, AudioFormat, SampleRange, SourceFile, Stamp
from musfuse.origins import LocalOrigin


@st.composite
def indexes(draw: st.DrawFn) -> FrameIndex:
    sizes = draw(st.lists(st.integers(11, draw(st.sampled_from([2000, 65_535, 200_000]))), min_size=1, max_size=200))
    block = draw(st.sampled_from([1152, 4096]))
    samples = block * (len(sizes) - 1) + draw(st.integers(1, block))
    return FrameIndex(44_100, 2, 16, block, samples, draw(st.binary(min_size=16, max_size=16)), array("I", sizes))


@given(indexes())
def test_round_trip(index: FrameIndex) -> None:
    again = FrameIndex.from_bytes(index.to_bytes())
    assert list(again.sizes) == list(index.sizes)
    assert (again.rate, again.channels, again.bits, again.block_size) == (44_100, 2, 16, index.block_size)
    assert (again.total_samples, again.md5) == (index.total_samples, index.md5)
    if max(index.sizes) < 65_536:
        assert len(index.to_bytes()) <= 45 + 2 * len(index.sizes)


@given(indexes(), st.data())
def test_bytes_that_were_changed_are_refused_or_consistent(index: FrameIndex, data: st.DataObject) -> None:
    raw = bytearray(index.to_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    for candidate in (bytes(raw), bytes(raw[:at]), bytes(raw) + b"x"):
        try:
            got = FrameIndex.from_bytes(candidate)
        except MalformedError:
            continue
        assert len(got.sizes) == -(-got.total_samples // got.block_size)


@given(indexes(), st.data())
def test_offsets_cover_any_range(index: FrameIndex, data: st.DataObject) -> None:
    offsets = FrameOffsets(index)
    offset = data.draw(st.integers(0, offsets.length - 1))
    size = data.draw(st.integers(1, offsets.length - offset))
    first, last = offsets.covering(offset, size)
    assert offsets.starts[first] <= offset < offsets.starts[first + 1]
    assert offsets.starts[last] <= offset + size - 1 < offsets.starts[last + 1]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    ("name", "bits", "channels"), [("a.wav", 16, 2), ("a.aiff", 24, 1), ("a.wav", 8, 2), ("a.w64", 24, 6)]
)
def test_the_pass_agrees_with_a_whole_encoding(
    music: Path, origin: LocalOrigin, name: str, bits: int, channels: int, threads: int
) -> None:
    samples = 4096 * 70 + 5
    sound.write(music / name, samples, channels, bits)
    seen: list[int] = []
    index = build_index(lambda: SndfilePcm(origin, sound.source_file(origin, name)), Encoder(5), threads, seen.append)
    assert index.total_samples == samples
    assert seen[-1] == samples
    data, rate = soundfile.read(music / name, dtype="int32", always_2d=True)
    out = music / "whole.flac"
    soundfile.write(out, data, rate, f"PCM_{'S8' if bits == 8 else bits}", format="FLAC", compression_level=5 / 8)
    whole = out.read_bytes()
    assert index.md5 == whole[26:42]
    assert index.audio_bytes == len(whole) - _audio_start(whole)


def _audio_start(flac: bytes) -> int:
    at = 4
    while True:
        last, length = flac[at] & 0x80, int.from_bytes(flac[at + 1 : at + 4], "big")
        at += 4 + length
        if last:
            return at


def test_the_md5_is_that_of_the_packed_samples(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.wav", 10_000, 2, 24)
    raw = (music / "a.wav").read_bytes()
    start = raw.index(b"data") + 8
    index = build_index(lambda: SndfilePcm(origin, sound.source_file(origin, "a.wav")), Encoder(5), 1)
    assert index.md5 == hashlib.md5(raw[start : start + 60_000]).digest()


def test_no_samples_is_an_error(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.wav", 0)
    with pytest.raises(MalformedError, match="no audio samples"):
        build_index(lambda: SndfilePcm(origin, sound.source_file(origin, "a.wav")), Encoder(5), 1)


class Announced:
    """A source whose header lies about its length, by a number of samples; and its timestamps perhaps."""

    def __init__(self, words: bytes, announced: int | None, lies: bool = False, damaged: bool = False) -> None:
        self._words, self._lies, self._damaged = words, lies, damaged
        self.format = AudioFormat("wav", "pcm_16", 44_100, 1, 16, announced, "int")
        self.sequential = False

    def read(self, start: int, count: int) -> bytes:
        self.sequential = self.sequential or self._lies
        if self._damaged and (start + count) * 2 > len(self._words):
            raise MediaError("damaged")
        return self._words[start * 2 : (start + count) * 2]

    def close(self) -> None:
        pass


class Sink:
    def __init__(self) -> None:
        self.runs: list[bytes] = []
        self.restarts = 0

    def add(self, run: bytes) -> None:
        self.runs.append(run)

    def restart(self) -> None:
        self.runs.clear()
        self.restarts += 1


@pytest.mark.parametrize("announced", [None, 0, 1, 1_048_576, 1_048_577, 3_000_000, 3_200_000, 50_000_000])
@pytest.mark.parametrize("threads", [1, 3])
def test_what_the_decoder_yields_is_the_truth(announced: int | None, threads: int) -> None:
    samples = 3_000_017
    words = random.Random(1).randbytes(20_000) * (samples * 2 // 20_000 + 1)
    words = words[: samples * 2]
    sink = Sink()
    index = build_index(lambda: Announced(words, announced), Encoder(0), threads, keep=sink)
    assert (index.total_samples, index.md5) == (samples, hashlib.md5(words).digest())
    assert sum(map(len, sink.runs)) == index.audio_bytes
    assert [len(run) for run in sink.runs] == list(FrameOffsets(index).runs)
    assert not sink.restarts


def test_lying_timestamps_begin_the_pass_anew() -> None:
    words, sink = bytes(2 * 2_500_000), Sink()
    index = build_index(lambda: Announced(words, 2_500_000, lies=True), Encoder(0), 2, keep=sink)
    assert (index.sequential, index.total_samples, sink.restarts) == (True, 2_500_000, 1)
    assert sum(map(len, sink.runs)) == index.audio_bytes


def test_damage_within_is_an_error() -> None:
    with pytest.raises(MediaError, match="damaged"):
        build_index(lambda: Announced(bytes(2 * 2_500_000), 3_000_000, damaged=True), Encoder(0), 2)


def test_a_key_holds_everything_but_the_path() -> None:
    file = SourceFile("u", "old/place.wav", Stamp(10, 20), "ino7")
    key = index_key(file, 5, 4096, "fp")
    assert index_key(SourceFile("u", "new/place.wav", Stamp(10, 20), "ino7"), 5, 4096, "fp") == key
    others = [
        index_key(SourceFile("v", "old/place.wav", Stamp(10, 20), "ino7"), 5, 4096, "fp"),
        index_key(SourceFile("u", "old/place.wav", Stamp(11, 20), "ino7"), 5, 4096, "fp"),
        index_key(SourceFile("u", "old/place.wav", Stamp(10, 21), "ino7"), 5, 4096, "fp"),
        index_key(file, 8, 4096, "fp"),
        index_key(file, 5, 1152, "fp"),
        index_key(file, 5, 4096, "other"),
        index_key(file, 5, 4096, "fp", SampleRange(100, 150)),
    ]
    assert key not in others
    assert len(set(others)) == len(others)


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        (WHOLE, "0-"),
        (SampleRange(588), "588-"),
        (SampleRange(0, 44_100), "0-44100"),
        (SampleRange(588, 44_688), "588-44100"),
    ],
)
def test_keys_are_those_that_earlier_versions_made(samples: SampleRange, text: str) -> None:
    """Byte for byte: whatever was indexed before would be indexed again otherwise."""
    stamp = Stamp(1234, 5678, "1 2 3")
    numbered, unnumbered = (
        SourceFile("0a", "a/b c/\udcff.wav", stamp, "42"),
        SourceFile("0a", "a/b c/\udcff.wav", stamp),
    )
    renumbered = SourceFile("0a", "x", stamp, "9", older_name="0a/7@t")
    assert index_key(numbered, 5, 4096, "f1d2", samples) == f"0a/42/1234-5678/{text}/5/4096/f1d2"
    assert index_key(unnumbered, 5, 4096, "f1d2", samples) == f"0a/path:a/b%20c/%FF.wav/1234-5678/{text}/5/4096/f1d2"
    assert index_key(renumbered, 5, 4096, "f1d2", samples) == f"0a/7@t/1234-5678/{text}/5/4096/f1d2"
    parts = split_index_key(index_key(unnumbered, 5, 4096, "f1d2", samples))
    assert parts == KeyParts("0a/path:a/b%20c/%FF.wav", "1234-5678", text, "5/4096/f1d2")
