"""What is written is compared with what it may be a copy of, in whatever pieces and order it comes."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.drive.incoming import MAX_SPANS, Candidate, Incoming
from musfuse.errors import ReadOnlyError
from musfuse.media.layout import Inline, Layout

TRACKS = {1: b"head" + b"a" * 40, 2: b"head" + b"a" * 40 + b"tail", 3: b"head" + bytes(30) + b"end"}


def incoming(tracks: dict[int, bytes] = TRACKS) -> Incoming:
    def candidates() -> Iterator[Candidate]:
        for item, data in tracks.items():
            yield Candidate(item, Layout([Inline(data)]))

    return Incoming("x.flac", 7, 0, candidates)


def item_of(made: Incoming) -> int:
    whole = made.whole()
    return whole.item if whole is not None else 0


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(TRACKS)), st.lists(st.integers(0, 48), max_size=6), st.randoms(), st.booleans())
def test_a_copy_is_known_in_whatever_pieces_it_comes(
    item: int, cuts: list[int], shuffle: random.Random, sized: bool
) -> None:
    data, made = TRACKS[item], incoming()
    points = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = list(itertools.pairwise(points))
    shuffle.shuffle(pieces)
    if sized:
        made.resize(len(data))
    for count, (start, end) in enumerate(pieces):
        assert made.whole() is None or count, "nothing was written yet"
        made.write(start, data[start:end])
    assert item_of(made) == item
    assert made.read(0, 1000) == data
    assert made.read(len(data) - 1, 5) == data[-1:]


@pytest.mark.parametrize(
    ("offset", "data"), [(0, b"other"), (0, b"headb"), (4, b"\1"), (0, TRACKS[2] + b"x"), (500, b"")]
)
def test_what_no_track_has_is_refused_and_so_is_what_comes_behind(offset: int, data: bytes) -> None:
    made = incoming()
    with pytest.raises(ReadOnlyError, match=r"x\.flac: bytes cannot be written"):
        made.write(offset, data)
    with pytest.raises(ReadOnlyError):
        made.write(0, b"head")
    assert made.whole() is None
    made.resize(0)  # it begins again
    made.write(0, TRACKS[1])
    assert item_of(made) == 1


def test_pieces_of_two_tracks_are_no_copy_of_either() -> None:
    tracks = {1: b"one " + b"a" * 40, 2: b"two " + b"a" * 30 + b"b" * 10}
    for pieces in (((0, tracks[1][:4]), (34, tracks[2][34:])), ((34, tracks[2][34:]), (0, tracks[1][:4]))):
        made = incoming(tracks)
        made.write(4, b"a" * 30)
        made.write(*pieces[0])
        with pytest.raises(ReadOnlyError):
            made.write(*pieces[1])
        assert made.whole() is None


def test_what_was_cut_may_go_on_as_another_track() -> None:
    made = incoming()
    made.write(0, TRACKS[3])
    made.resize(4)
    made.write(4, TRACKS[1][4:])
    assert item_of(made) == 1


def test_zeros_may_be_left_out() -> None:
    made = incoming()
    made.write(0, b"head")
    made.write(34, b"end")
    assert item_of(made) == 3
    assert made.read(0, 100) == TRACKS[3]
    other = incoming()
    other.write(0, b"head")
    other.resize(44)
    assert other.whole() is None, "the track has bytes there"


def test_part_of_a_track_is_none(tmp_path: object) -> None:
    made = incoming()
    assert made.whole() is None
    made.write(0, TRACKS[2][:-1])
    assert made.whole() is None
    made.resize(44)
    assert item_of(made) == 1
    made.close()
    assert made.whole() is None
    with pytest.raises(ReadOnlyError):
        made.write(0, b"head")


def test_pieces_that_do_not_touch_are_bounded() -> None:
    made = incoming({1: bytes(4 * MAX_SPANS)})
    with pytest.raises(ReadOnlyError, match="pieces"):
        for at in range(0, 4 * MAX_SPANS, 2):
            made.write(at, b"\0")


def test_no_more_is_opened_than_has_to_be() -> None:
    opened = []

    def candidates() -> Iterator[Candidate]:
        for item in range(1, 10):
            opened.append(item)
            yield Candidate(item, Layout([Inline(bytes([item]) * 9)]))

    made = Incoming("x", 1, 0, candidates)
    made.write(0, b"\3" * 9)
    assert item_of(made) == 3
    assert opened == [1, 2, 3]
