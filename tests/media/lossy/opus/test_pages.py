"""Pages of audio, made of runs as they are asked for."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.media.layout import Timed
from musfuse.media.lossy.opus.pages import OpusPages
from musfuse.media.lossy.opus.stream import RUN, OpusStream
from musfuse.media.retag.oggpages import FIRST, LAST, Page, checksum, parse_page


class Counted:
    """Runs of bytes that tell which packet they are of."""

    def __init__(self, stream: OpusStream) -> None:
        self.stream, self.asked = stream, list[int]()
        self.ahead: list[int] = []

    def get(self, run: int) -> bytes:
        self.asked.append(run)
        first = run * RUN
        count = self.stream.runs[run] // self.stream.packet_bytes
        return b"".join(bytes((n % 251,)) * self.stream.packet_bytes for n in range(first, first + count))

    def go_on(self, run: int) -> None:
        self.ahead.append(run)

    def close(self) -> None:
        self.asked.clear()


def pages_of(stream: OpusStream) -> tuple[OpusPages, Counted]:
    runs = Counted(stream)
    return OpusPages(stream, runs, 99, 3, 44_100, stream.samples * 147 // 160), runs  # type: ignore[arg-type]


def parsed(data: bytes) -> Iterator[Page]:
    at = 0
    while at < len(data):
        page = parse_page(data[at : at + 300], at)
        assert page is not None
        raw = data[page.start : page.end]
        assert checksum(raw[:22] + bytes(4) + raw[26:]) == int.from_bytes(raw[22:26], "little")
        yield page
        at = page.end


def test_pages_follow_each_other_and_hold_the_packets_in_order() -> None:
    stream = OpusStream(2, 128, 48_000 * 9 + 5)
    audio, _ = pages_of(stream)
    data = audio.read(0, audio.length)
    found = list(parsed(data))
    assert [page.sequence for page in found] == list(range(3, 3 + stream.pages))
    assert {page.serial for page in found} == {99}
    assert [page.flags for page in found] == [0] * (len(found) - 1) + [LAST]
    assert not any(page.flags & FIRST for page in found)
    assert found[-1].granule == stream.samples + 3840
    bodies = b"".join(data[page.start + page.head : page.end] for page in found)
    assert [bodies[n * 320] for n in range(stream.packets)] == [n % 251 for n in range(stream.packets)]


@pytest.mark.parametrize("stream", [OpusStream(2, 64, 480_000), OpusStream(2, 510, 500_001), OpusStream(1, 6, 0)])
def test_any_range_is_the_slice_of_the_whole(stream: OpusStream) -> None:
    audio, _ = pages_of(stream)
    length = audio.length
    whole = audio.read(0, length)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, length - 1), st.integers(0, 300_000))
    def check(offset: int, size: int) -> None:
        size = min(size, length - offset)
        assert audio.read(offset, size) == whole[offset : offset + size]

    check()


def test_a_range_costs_its_runs_and_who_reads_on_has_the_next_ones_made() -> None:
    stream = OpusStream(2, 128, 48_000 * 60)
    audio, runs = pages_of(stream)
    audio.read(audio.length // 2, 4096)
    assert len(set(runs.asked)) == 1
    assert runs.ahead == []
    audio.read(audio.length // 2 + 4096, 4096)
    assert runs.ahead == [3]
    assert "128 kbit/s" in audio.describe()
    audio.close()
    assert runs.asked == []


def test_it_is_known_what_plays_when() -> None:
    stream = OpusStream(2, 128, 48_000 * 20)
    audio, _ = pages_of(stream)
    assert isinstance(audio, Timed)
    times = [audio.sample_at(offset) for offset in range(0, audio.length, 997)]
    assert times == sorted(times)
    assert (audio.sample_at(0), audio.sample_at(audio.length)) == (0, 44_100 * 20)
    assert abs(audio.sample_at(audio.length // 2) - 44_100 * 10) < 44_100 // 5
