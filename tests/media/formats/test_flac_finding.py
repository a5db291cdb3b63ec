"""Frames of a FLAC found by their headers: the right one for every sample, within bounds where headers lie."""

import io
from itertools import accumulate

import numpy as np
import pytest

from musfuse.errors import MalformedError
from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.frames import renumber
from musfuse.media.formats.flac.finding import FrameFinder

BLOCK, FRAMES = 4096, 200


class Counting(io.BytesIO):
    """Counts what is read."""

    total = 0

    def readinto(self, buffer: object) -> int:
        count = super().readinto(buffer)  # type: ignore[arg-type]
        self.total += count
        return count


def made_frames(frames: int = FRAMES) -> list[bytes]:
    """Frames of very different lengths: silence and noise in turns."""
    rng = np.random.default_rng(4)
    noise = rng.integers(-20_000, 20_000, (BLOCK, 2)).astype("<i2").tobytes()
    words = b"".join(noise if n % 37 < 4 else bytes(len(noise)) for n in range(frames))
    return [renumber(f, n) for n, f in enumerate(Encoder(5).encode_run(words, 44_100, 2, 16))]


def stream(frames: list[bytes], samples: int | None = None) -> bytes:
    total = len(frames) * BLOCK if samples is None else samples
    info = BLOCK.to_bytes(2, "big") * 2 + bytes(6) + (44_100 << 44 | 1 << 41 | 15 << 36 | total).to_bytes(8, "big")
    return b"fLaC" + bytes((0x80, 0, 0, 34)) + info + bytes(16) + b"".join(frames)


def finder(data: bytes, start: int = 0) -> tuple[FrameFinder, Counting]:
    raw = Counting(data)
    return FrameFinder(io.BufferedReader(raw, 4096), start, len(data)), raw  # type: ignore[arg-type]


def test_every_frame_is_found_with_the_one_behind_it() -> None:
    frames = made_frames()
    offsets = list(accumulate(map(len, frames), initial=0))
    found, _ = finder(b"ID3 in front" + stream(frames), 12)
    for n in range(FRAMES):
        for sample in (n * BLOCK, n * BLOCK + BLOCK - 1):
            spots = found.around(sample)
            wanted = [(offsets[m], m * BLOCK) for m in (n, n + 1) if m < FRAMES]
            assert [(s.offset, s.sample) for s in spots] == wanted


@pytest.mark.parametrize("number", [0, FRAMES * 3, (1 << 31) - 1])
def test_frames_whose_numbers_lie_end_the_search_with_a_frame_or_an_error(number: int) -> None:
    frames = [renumber(f, number if n % 3 else n) for n, f in enumerate(made_frames())]
    found, _ = finder(stream(frames))
    for sample in range(0, FRAMES * BLOCK, 7 * BLOCK):
        try:
            first = found.around(sample)[0]
        except MalformedError:
            continue
        assert first.sample <= sample < first.sample + first.samples


def test_a_stream_without_frames_behind_the_first_is_not_read_whole() -> None:
    data = stream(made_frames(1), 1 << 30) + bytes(64 << 20)
    found, raw = finder(data)
    with pytest.raises(MalformedError):
        found.around(1 << 29)
    assert raw.total < 6 << 20


def test_bytes_that_begin_as_frames_do_are_passed_over() -> None:
    data = stream(made_frames(1), 1 << 30) + b"\xff\xf8\xc9\x18" * (1 << 18)
    found, raw = finder(data)
    with pytest.raises(MalformedError):
        found.around(1 << 29)
    assert raw.total < 6 << 20


@pytest.mark.parametrize(
    "data", [b"", b"RIFF" + bytes(60), b"fLaC" + bytes((3, 0, 0, 34)) + bytes(60), b"fLaC\0\0\0\x22" + bytes(34)]
)
def test_what_is_no_stream_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        finder(data)


@pytest.mark.parametrize("sizes", [(BLOCK, BLOCK + 1), (16, BLOCK), (1152, 1152)])
def test_fixed_blocks_whose_size_is_not_told_are_refused(sizes: tuple[int, int]) -> None:
    data = bytearray(stream(made_frames(1)))
    data[8:12] = sizes[0].to_bytes(2, "big") + sizes[1].to_bytes(2, "big")
    with pytest.raises(MalformedError):
        finder(bytes(data))
