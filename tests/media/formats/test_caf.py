"""CAF: samples as soundfile writes them, Apple Lossless as ffmpeg and older programs do, headers that make no sense."""

import struct
from pathlib import Path

import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st

from media.formats.reading import scanned
from musfuse.errors import MalformedError
from musfuse.model import AudioFormat


def chunk(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    return kind + struct.pack(">q", len(body) if length is None else length) + body


def desc(rate: float = 44_100.0, codec: bytes = b"alac", channels: int = 2) -> bytes:
    return chunk(b"desc", struct.pack(">d4sIIIII", rate, codec, 0, 0, 4096, channels, 0))


def cookie(bits: int, old: bool = False) -> bytes:
    """An ALACSpecificConfig; in old files it stands behind two atoms."""
    config = struct.pack(">IBBBBBBHIII", 4096, 0, bits, 40, 10, 14, 2, 255, 0, 0, 44_100)
    return chunk(b"kuki", (struct.pack(">I4s4sI4sI", 12, b"frma", b"alac", 36, b"alac", 0) if old else b"") + config)


def pakt(samples: int) -> bytes:
    return chunk(b"pakt", struct.pack(">qqii", 1, samples, 0, 0))


HEAD, DATA = b"caff\0\1\0\0", chunk(b"data", bytes(44))


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(("told", "bits"), [(16, 16), (20, 24), (24, 24), (32, 32), (17, 0)])
def test_apple_lossless(old: bool, told: int, bits: int) -> None:
    fmt = scanned(HEAD + desc() + cookie(told, old) + chunk(b"free", bytes(9)) + pakt(12_345) + DATA).format
    assert fmt == AudioFormat("caf", "alac", 44_100, 2, bits, 12_345, "int" if bits else "")


def test_apple_lossless_of_ffmpeg(tmp_path: Path) -> None:
    for bits, rate, channels in ((16, 44_100, 2), (24, 96_000, 1)):
        wav = sound.write(tmp_path / "a.wav", 9000, channels, bits, rate)
        fmt = scanned(sound.convert(wav, tmp_path / "a.caf", "-c:a", "alac").read_bytes()).format
        assert (fmt.codec, fmt.sample_rate, fmt.channels, fmt.bits, fmt.pcm) == ("alac", rate, channels, bits, "int")
        assert fmt.total_samples is not None
        assert 9000 <= fmt.total_samples < 9000 + 4096  # it counts whole packets


def test_plain_samples(tmp_path: Path) -> None:
    fmt = scanned(sound.write(tmp_path / "a.caf", 700, 3, 24, 88_200).read_bytes()).format
    assert fmt == AudioFormat("caf", "pcm_24", 88_200, 3, 24, 700, "int")


def test_audio_of_untold_length_ends_the_header() -> None:
    """A data chunk of length -1 reaches to the end of the file (CAF specification 1.0, Audio Data chunk)."""
    endless = chunk(b"data", bytes(40), -1)
    assert scanned(HEAD + desc() + cookie(16) + pakt(9) + endless).format.total_samples == 9
    assert scanned(HEAD + desc() + cookie(16) + endless + pakt(9)).format.total_samples is None


@pytest.mark.parametrize("rate", [0.0, 0.5, 1e8, float("nan"), float("inf"), -44_100.0])
def test_rates_that_no_sound_has_are_no_apple_lossless(rate: float) -> None:
    with pytest.raises(MalformedError):
        scanned(HEAD + desc(rate) + cookie(16) + pakt(9) + DATA)


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([desc(), cookie(16), cookie(16, old=True)[:30], pakt(-1), DATA, chunk(b"free", b"", 1 << 62)])), max_size=5))  # fmt: skip
def test_damaged_headers(pieces: list[bytes]) -> None:
    try:
        fmt = scanned(HEAD + b"".join(pieces)).format
    except MalformedError as error:
        assert "a.x" in str(error)
        return
    assert fmt.container == "caf"
