"""What every maker of lossy files keeps to: bytes that never depend on the order of reads, exact lengths, and an error
where an original is not as its header says."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sound
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media.conftest import Studio
from media.lossy.made_files import played
from musfuse.errors import IndexMismatchError
from musfuse.media.layout import Timed
from musfuse.media.ports import NotIndexedError
from musfuse.model import Rendition, SampleRange

Read = Callable[..., bytes]
KINDS = pytest.mark.parametrize("made", [Rendition("opus:96"), Rendition("mp3:96")])
SERVED_RATE = {"opus": 48_000, "mp3": 44_100}
"""The rate of what is made of 44.1 kHz."""


@KINDS
def test_any_range_in_any_order_is_the_slice_of_the_whole(
    studio: Studio, music: Path, read_whole: Read, made: Rendition
) -> None:
    sound.write(music / "a.flac", 44_100 * 15)
    track = studio.track("a.flac", made, index=False)
    whole = read_whole(studio.engine.layout(track), 4096 * 7)
    studio.frame_cache.clear()
    layout = studio.engine.layout(track)
    assert layout.size == len(whole)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, layout.size + 10), st.integers(0, 80_000), st.booleans())
    def check(offset: int, size: int, anew: bool) -> None:
        if anew:
            studio.frame_cache.clear()
            layout.close()
        assert layout.read_at(offset, size) == whole[offset : offset + size]

    check()


@KINDS
def test_a_part_is_as_long_as_the_sheet_says(
    studio: Studio, music: Path, tmp_path: Path, read_whole: Read, made: Rendition
) -> None:
    sound.write(music / "a.flac", 44_100 * 3)
    whole = studio.track("a.flac", made, index=False)
    for part, samples in ((SampleRange(1000, 45_100), 44_100), (SampleRange(88_200, None), 44_100)):
        layout = studio.engine.layout(replace(whole, part=part))
        out = tmp_path / f"out.{made.kind}"
        out.write_bytes(read_whole(layout))
        assert len(played(out, 2)) == SERVED_RATE[made.kind]
        audio = layout.segments[-1]
        assert isinstance(audio, Timed)
        assert audio.sample_at(audio.length) == samples


@KINDS
def test_a_header_that_promises_too_much_is_an_error_and_then_counted(
    studio: Studio, music: Path, made: Rendition
) -> None:
    sound.write(music / "a.flac", 44_100)
    track = studio.track("a.flac", made, index=False)
    layout = studio.engine.layout(replace(track, format=replace(track.format, total_samples=44_100 * 3)))
    with pytest.raises(
        IndexMismatchError, match=r"a\.flac: its audio ends at sample 44100, where 132300 were expected"
    ):
        layout.read_at(0, layout.size)
    with pytest.raises(IndexMismatchError, match=r"a\.flac: "):
        layout.read_at(layout.size - 1000, 1000)
    with pytest.raises(NotIndexedError, match="its frame index is not built yet"):
        studio.engine.layout(track)


@KINDS
def test_a_header_that_promises_too_little_is_one_too(studio: Studio, music: Path, made: Rendition) -> None:
    sound.write(music / "a.flac", 44_100 * 2)
    track = studio.track("a.flac", made, index=False)
    layout = studio.engine.layout(replace(track, format=replace(track.format, total_samples=44_100)))
    with pytest.raises(IndexMismatchError, match=r"a\.flac: its audio goes on behind sample 44100"):
        layout.read_at(0, layout.size)


@KINDS
def test_what_cannot_be_decoded_is_an_error_that_names_the_original_and_then_counted(
    studio: Studio, music: Path, made: Rendition
) -> None:
    path = sound.write(music / "a.flac", 44_100 * 20)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = bytes(20_000)
    path.write_bytes(data)
    track = studio.track("a.flac", made, index=False)
    layout = studio.engine.layout(track)
    assert layout.read_at(0, 10_000)
    with pytest.raises(IndexMismatchError, match=r"a\.flac: "):
        layout.read_at(0, layout.size)
    with pytest.raises(NotIndexedError):
        studio.engine.layout(track)


@KINDS
def test_what_was_counted_is_believed(studio: Studio, music: Path, made: Rendition) -> None:
    sound.write(music / "a.wav", 30_000)
    track = studio.track("a.wav", made)
    lying = replace(track, format=replace(track.format, total_samples=99_000))
    assert studio.engine.layout(lying).size == studio.engine.layout(track).size


@KINDS
def test_times_of_a_stream_are_exact(studio: Studio, music: Path, made: Rendition) -> None:
    sound.write(music / "a.wav", 44_100)
    result = studio.engine.open_stream(studio.track("a.wav", made, index=False), made)
    chunks = list(result.chunks)
    assert result.rendition is made
    assert (result.duration_ns, chunks[-1].end_ns) == (1_000_000_000, 1_000_000_000)
    assert sum(len(chunk.data) for chunk in chunks) == result.size


@KINDS
def test_what_it_cannot_be_made_of_is_served_as_it_is(studio: Studio, music: Path, made: Rendition) -> None:
    sound.write(music / "f.wav", subtype="FLOAT")
    sound.write(music / "a.mp3")
    sound.write(music / "slow.wav", rate=1)
    sound.write(music / "odd.wav", rate=384_001)
    for name in ("f.wav", "a.mp3", "slow.wav", "odd.wav"):
        fmt = sound.format_of(studio.origin, name)
        assert studio.engine.rendition_of(fmt, made) is Rendition.ORIGINAL, name


@KINDS
def test_a_few_bytes_and_a_hole_take_no_memory(studio: Studio, music: Path, made: Rendition) -> None:
    """As long as a header is believed, at the lowest rate: 99 days. What is longer is counted first."""
    path = sound.write(music / "a.rf64", rate=1000)
    with path.open("r+b") as out:
        out.truncate(2 << 33)
    track = studio.track("a.rf64", made, index=False)
    tracemalloc.start()
    try:
        longest = replace(track, format=replace(track.format, total_samples=1 << 33))
        assert studio.engine.layout(longest).size > 10**10
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
        for samples in ((1 << 33) + 1, 1 << 62):
            with pytest.raises(NotIndexedError):
                studio.engine.layout(replace(track, format=replace(track.format, total_samples=samples)))
    finally:
        tracemalloc.stop()
