"""A feed makes the same id of bytes that come in any pieces, twice, or too early."""

from pathlib import Path

import pytest
import sound
from hypothesis import given, settings
from hypothesis import strategies as st
from sound import FORMATS

from media.identity.conftest import SOUNDS
from media.identity.hearing import heard
from musfuse.errors import MalformedError
from musfuse.media.encoded import open_content
from musfuse.media.identity import ContentFeed
from musfuse.media.identity.feed import MAX_SPANS, FrameHash, Span, in_order
from musfuse.origins import LocalOrigin, open_reader


def feed_of(path: Path) -> ContentFeed:
    origin = LocalOrigin("f", str(path.parent))
    file, fmt = sound.source_file(origin, path.name), sound.format_of(origin, path.name)
    with open_reader(origin, file) as reader:
        made = open_content(FORMATS, reader, file.stamp.size, fmt)
    assert made is not None
    return made


@given(data=st.data())
@settings(max_examples=80)
def test_any_pieces(sounds: dict[str, Path], data: st.DataObject) -> None:
    path = sounds[data.draw(st.sampled_from(sorted(SOUNDS)))]
    raw, feed = path.read_bytes(), feed_of(path)
    for _ in range(data.draw(st.integers(0, 8))):  # a reader who jumps about
        at = data.draw(st.integers(0, len(raw)))
        feed.feed(at, raw[at : at + data.draw(st.integers(0, 30_000))])
    size, overlap = data.draw(st.integers(5_000, 200_000)), data.draw(st.integers(0, 3_000))
    for at in range(0, len(raw), size):
        start = max(0, at - overlap)
        feed.feed(start, raw[start : at + size])
    assert feed.wanted is None
    assert feed.content() == heard(path) is not None


@pytest.mark.parametrize("name", ["a.mp3", "a.opus", "a.m4a"])
def test_byte_by_byte_and_only_what_counts(sounds: dict[str, Path], name: str) -> None:
    raw, feed = sounds[name].read_bytes(), feed_of(sounds[name])
    while (at := feed.wanted) is not None:
        assert feed.content() is None
        feed.feed(at, raw[at : at + 1])
    assert feed.content() == heard(sounds[name])


def test_reach_ends_with_what_counts() -> None:
    feed = ContentFeed([Span(10, 20), Span(30, 40), Span(100, 300)], FrameHash())
    assert feed.wanted == 10
    assert feed.reach(15) == 15
    assert feed.reach(25) == 20
    assert feed.reach(30) == 20
    assert feed.reach(90) == 40
    assert feed.reach(1000) == 300
    feed.feed(0, bytes(50))
    assert feed.wanted == 100
    assert feed.reach(150) == 150


def test_nothing_has_no_id() -> None:
    assert ContentFeed([], FrameHash()).content() is None


def test_spans_that_make_no_sense() -> None:
    assert in_order([Span(1, 2), Span(2, 5), Span(7, 7), Span(8, 9)], 9) == [(1, 5), (8, 9)]
    for spans in ([Span(5, 2)], [Span(0, 5), Span(4, 6)], [Span(0, 10)], [Span(5, 6), Span(0, 1)], [Span(-1, 3)]):
        with pytest.raises(MalformedError, match="does not lie where it says"):
            in_order(spans, 9)
    with pytest.raises(MalformedError, match="too many places"):
        in_order((Span(2 * n, 2 * n + 1) for n in range(MAX_SPANS + 1)), 1 << 30)
