"""What an encoder has to do, for each build of libFLAC: frames that fit into any stream, and lose nothing."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sound
import soundfile

from musfuse.errors import ConfigError, MediaError
from musfuse.media.flac import encoder as encoders
from musfuse.media.flac.encoder import PYFLAC, SOUNDFILE, Encoder, frame_maker
from musfuse.media.flac.frames import parse_header, renumber
from musfuse.media.pcm import MAX_RATE, sample_words

LEVELS = (0, 2, 3, 5, 6, 7, 8)
SHAPES = [(16, 1), (16, 2), (24, 2), (24, 6), (8, 2)]


@pytest.fixture(params=[SOUNDFILE, PYFLAC])
def build(request: pytest.FixtureRequest) -> str:
    if request.param == PYFLAC:
        pytest.importorskip("pyflac")
    return str(request.param)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("bits", "channels"), SHAPES)
def test_runs_encoded_alone_are_those_of_the_whole(build: str, level: int, bits: int, channels: int) -> None:
    """What everything rests on: renumbered frames of a run are, byte for byte, those of the whole stream."""
    encoder = Encoder(level, build)
    block = encoder.block_size
    pcm = sound.words(block * 20 + 77, channels, bits)
    unit = len(pcm) // (block * 20 + 77)
    whole = encoder.encode_run(pcm, 44_100, channels, bits)
    assert [parse_header(frame).number for frame in whole] == list(range(21))
    for first in (1, 7, 16):
        run = encoder.encode_run(pcm[first * block * unit :], 44_100, channels, bits)
        assert [renumber(frame, first + n) for n, frame in enumerate(run)] == whole[first:]


@pytest.mark.parametrize(("bits", "channels"), SHAPES)
@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000, MAX_RATE])
def test_frames_decode_to_the_samples(build: str, bits: int, channels: int, rate: int) -> None:
    encoder, samples = Encoder(5, build), 3 * 4096 + 1
    pcm = sound.words(samples, channels, bits)
    frames = encoder.encode_run(pcm, rate, channels, bits)
    info = (rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | samples).to_bytes(8, "big")
    head = b"fLaC\x80\x00\x00\x22" + (4096).to_bytes(2, "big") * 2 + bytes(6) + info + bytes(16)
    word = sample_words(bits)
    decoded, _ = soundfile.read(io.BytesIO(head + b"".join(frames)), dtype=word, always_2d=True)
    assert np.array_equal(decoded, np.frombuffer(pcm, word).reshape(-1, channels))


def test_many_threads_at_once(build: str) -> None:
    encoder, pcm = Encoder(5, build), sound.words(40_000, 2, 16)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: encoder.encode_run(pcm, 44_100, 2, 16), range(16)))
    assert all(frames == made[0] for frames in made)


def test_refused_parameters_are_an_error(build: str) -> None:
    with pytest.raises(MediaError, match="refused 1048576 Hz"):
        Encoder(5, build).encode_run(bytes(400), 1 << 20, 1, 16)
    with pytest.raises(MediaError, match="9 channels"):
        Encoder(5, build).encode_run(bytes(360), 44_100, 9, 16)


def test_fingerprints_differ_by_level_and_stay(build: str) -> None:
    assert Encoder(5, build).fingerprint() == Encoder(5, build).fingerprint() != Encoder(8, build).fingerprint()


def test_builds_have_fingerprints_of_their_own() -> None:
    """Even where both make the same of the probe: that proves nothing of other samples."""
    pytest.importorskip("pyflac")
    assert Encoder(5, SOUNDFILE).fingerprint() != Encoder(5, PYFLAC).fingerprint()


def test_each_says_which_build_it_is(build: str) -> None:
    assert frame_maker(build).version.startswith({SOUNDFILE: "libsndfile ", PYFLAC: "pyFLAC "}[build])


def test_one_that_is_not_installed_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    encoders.frame_maker.cache_clear()
    monkeypatch.setitem(sys.modules, "musfuse.media.flac.pyflac_encoder", None)
    with pytest.raises(ConfigError, match=r"musfuse\[pyflac\]"):
        Encoder(5, PYFLAC).encode_run(bytes(400), 44_100, 1, 16)
    encoders.frame_maker.cache_clear()
