"""What is particular to pyFLAC's libFLAC; what every build has to do stands in `tests/contracts/test_encoder.py`."""

from pathlib import Path

import numpy as np
import pytest
import sound

from musfuse.errors import MediaError
from musfuse.media.flac.frames import parse_header

pytest.importorskip("pyflac")
from musfuse.media.flac.pyflac_encoder import PyflacFrames


@pytest.mark.parametrize("block", [192, 1152, 4096])
def test_the_block_size_is_that_which_was_asked_for(block: int) -> None:
    frames = PyflacFrames().frames(sound.words(5000, 1, 16), 44_100, 1, 16, 5, block)
    sizes = [parse_header(frame).block_size for frame in frames]
    assert sum(sizes) == 5000
    assert set(sizes[:-1]) == {block}


@pytest.mark.parametrize(("bits", "raw"), [(8, "int8"), (16, "<i2"), (24, "<i4")])
def test_samples_have_their_own_width_whatever_words_they_come_in(bits: int, raw: str, tmp_path: Path) -> None:
    """pyFLAC knows arrays of 16 and 32 bits only; the reference decoder has the same samples again."""
    words = sound.words(5000, 2, bits)
    frames = PyflacFrames().frames(words, 44_100, 2, bits, 5, 4096)
    assert {parse_header(frame).bits for frame in frames} == {bits}
    info = (44_100 << 44 | 1 << 41 | (bits - 1) << 36 | 5000).to_bytes(8, "big")
    path = tmp_path / "a.flac"
    head = b"fLaC\x80\0\0\x22" + (4096).to_bytes(2, "big") * 2 + bytes(6) + info + bytes(16)
    path.write_bytes(head + b"".join(frames))
    decoded = sound.flac_raw(path)
    if bits == 24:
        decoded = b"".join(b"\0" + decoded[at : at + 3] for at in range(0, len(decoded), 3))
    given = np.frombuffer(words, "<i2" if bits < 24 else "<i4")
    assert np.array_equal(np.frombuffer(decoded, raw), given >> 8 if bits == 8 else given)


def test_the_header_is_not_among_the_frames() -> None:
    frames = PyflacFrames().frames(sound.words(9000, 2, 16), 48_000, 2, 16, 5, 4096)
    assert [parse_header(frame).number for frame in frames] == [0, 1, 2]


@pytest.mark.parametrize(("rate", "channels"), [(1 << 20, 2), (44_100, 9)])
def test_what_libflac_does_not_take_is_an_error_that_names_it(rate: int, channels: int) -> None:
    with pytest.raises(MediaError, match=f"refused {rate} Hz, {channels} channels, 16 bits"):
        PyflacFrames().frames(bytes(720), rate, channels, 16, 5, 4096)
