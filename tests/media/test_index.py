"""The frame index: round trip, hostile bytes, offsets, keys."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.flac.index import FrameIndex, FrameOffsets, KeyParts, index_key, split_index_key
from musfuse.model import WHOLE, SampleRange, SourceFile, Stamp


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
