"""PCM out of originals: packed samples, ranges, decoders that are lent, errors of where the original lies."""

import io
import threading
from pathlib import Path

import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import MalformedError, NotFoundError
from musfuse.media.pcm import (
    MAX_CHANNELS,
    MAX_RATE,
    DecoderPool,
    RangePcm,
    SndfileInput,
    SndfilePcm,
    can_encode,
    open_sndfile,
    pack,
)
from musfuse.model import AudioFormat, SampleRange
from musfuse.origins import LocalOrigin


def opened(origin: LocalOrigin, path: Path) -> SndfilePcm:
    return SndfilePcm(origin, sound.source_file(origin, path.name))


@pytest.mark.parametrize("bits", [8, 16, 24])
@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff"])
def test_samples_of_any_position_are_those_that_ffmpeg_decodes(
    origin: LocalOrigin, music: Path, suffix: str, bits: int
) -> None:
    path = sound.write(music / f"a.{suffix}", 3000, 2, bits)
    wanted, unit = sound.ffmpeg_raw(path, bits), 2 * bits // 8
    source = opened(origin, path)
    assert (source.format.bits, source.format.total_samples, source.sequential) == (bits, 3000, False)
    for start, count in ((0, 3000), (2999, 5), (7, 100), (6, 1), (3000, 4), (0, 1)):
        assert pack(source.read(start, count), bits) == wanted[start * unit : (start + count) * unit]
    source.close()


@given(st.sampled_from([8, 16, 24]), st.binary(max_size=60))
def test_packed_samples_keep_their_upper_bits(bits: int, data: bytes) -> None:
    size = 4 if bits > 16 else 2
    words = data[: len(data) // size * size]
    kept = [words[at : at + size][size - bits // 8 :] for at in range(0, len(words), size)]
    assert pack(words, bits) == b"".join(kept)


@pytest.mark.parametrize(
    ("kind", "bits", "channels", "rate", "can"),
    [
        ("int", 16, 2, 44_100, True), ("int", 24, MAX_CHANNELS, MAX_RATE, True), ("int", 8, 1, 1, True),
        ("int", 32, 2, 44_100, False), ("float", 32, 2, 44_100, False), ("", 16, 2, 44_100, False),
        ("int", 16, MAX_CHANNELS + 1, 44_100, False), ("int", 16, 2, MAX_RATE + 1, False), ("int", 16, 0, 44_100, False),
    ],
)  # fmt: skip
def test_what_flac_holds_exactly(kind: str, bits: int, channels: int, rate: int, can: bool) -> None:
    assert can_encode(AudioFormat("wav", "pcm", rate, channels, bits, 1, kind)) is can


def test_a_range_ends_where_it_ends(origin: LocalOrigin, music: Path) -> None:
    path = sound.write(music / "a.wav", 3000, 1, 16)
    whole = opened(origin, path)
    everything = whole.read(0, 3000)
    part = RangePcm(whole, SampleRange(1000, 1500))
    assert part.format.total_samples == 500
    assert part.read(0, 9999) == everything[2000:3000]
    assert part.read(499, 2) == everything[2998:3000]
    assert part.read(500, 1) == part.read(700, 1) == b""
    rest = RangePcm(whole, SampleRange(2500))
    assert rest.format.total_samples == 500
    assert rest.read(0, 9999) == everything[5000:]
    part.close()


def test_what_is_no_sound_is_told_by_its_path(origin: LocalOrigin, music: Path) -> None:
    (music / "a.wav").write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(MalformedError, match=r"/a\.wav: its header is damaged"):
        open_sndfile(origin, sound.source_file(origin, "a.wav"))


def test_an_original_that_went_is_told_as_its_origin_tells_it(origin: LocalOrigin, music: Path) -> None:
    path = sound.write(music / "a.wav", 3000)
    file = sound.source_file(origin, "a.wav")
    path.unlink()
    with pytest.raises(NotFoundError):
        open_sndfile(origin, file)


def test_libsndfile_may_seek_anywhere_and_hears_of_no_error() -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError("the network is gone")

    source = SndfileInput(io.BufferedReader(io.BytesIO(b"0123456789")))  # type: ignore[arg-type]
    assert source.seek(4) == 4
    assert source.seek(-100) == 4
    assert source.seek(1 << 80) == 4
    assert source.tell() == 4
    source.check()
    failing = SndfileInput(io.BufferedReader(Failing()))
    assert failing.readinto(bytearray(4)) == 0
    with pytest.raises(OSError, match="the network is gone"):
        failing.check()
    failing.check()  # told once


class Counted:
    """A source that fails when it is told to."""

    def __init__(self, made: list["Counted"]) -> None:
        made.append(self)
        self.closed = self.fails = False

    def read(self, start: int, count: int) -> bytes:
        if self.fails:
            raise MalformedError("damaged")
        assert not self.closed
        return b"x" * count

    def close(self) -> None:
        self.closed = True


def test_decoders_are_lent_to_one_thread_at_a_time_and_a_few_are_kept() -> None:
    made: list[Counted] = []
    pool, together = DecoderPool(lambda: Counted(made), keep=2), threading.Barrier(4)  # type: ignore[arg-type, return-value]

    class Waiting(Counted):
        def read(self, start: int, count: int) -> bytes:
            together.wait(60)
            return super().read(start, count)

    pool._open_source = lambda: Waiting(made)  # type: ignore[assignment, return-value]
    threads = [threading.Thread(target=pool.read, args=(0, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 4
    assert sum(not source.closed for source in made) == 2
    pool.close()
    assert all(source.closed for source in made)


def test_a_decoder_that_failed_is_not_lent_again() -> None:
    made: list[Counted] = []
    pool = DecoderPool(lambda: Counted(made))  # type: ignore[arg-type, return-value]
    assert pool.read(0, 3) == b"xxx"
    made[0].fails = True
    with pytest.raises(MalformedError):
        pool.read(0, 3)
    assert made[0].closed
    assert pool.read(0, 3) == b"xxx"
    assert len(made) == 2
    pool.close()
    assert pool.read(0, 1) == b"x"  # a reader that comes late
    assert made[-1].closed
