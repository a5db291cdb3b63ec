"""The pass that builds a frame index: it agrees with a whole encoding, and what the decoder yields is the truth."""

import hashlib
import random
from pathlib import Path

import pytest
import sound
import soundfile

from musfuse.errors import MalformedError, MediaError
from musfuse.media.flac.build import build_index
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.index import FrameOffsets
from musfuse.media.pcm import SndfilePcm
from musfuse.model import AudioFormat
from musfuse.origins import LocalOrigin


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
