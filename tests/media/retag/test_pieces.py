"""Pieces of a retagged file: the same bytes in as few of them as can be."""

import itertools

import sound
from hypothesis import given
from hypothesis import strategies as st

from musfuse.media.art.facts import describe_picture
from musfuse.media.retag.pieces import Kept, Piece, RenumberedPages, from_parts, joined, piece_length, total
from musfuse.media.tags.id3 import OldBody

ORIGINAL = bytes(range(200))
PICTURE = describe_picture(sound.picture(16), 3, "").picture  # type: ignore[union-attr]
PIECES = st.lists(
    st.binary(max_size=5)
    | st.builds(Kept, st.integers(0, 100), st.integers(0, 100))
    | st.builds(RenumberedPages, st.just(0), st.integers(0, 9), st.just(1), st.just(1))
)


def content(pieces: list[Piece]) -> list[object]:
    """The bytes, and whatever stands for others."""
    found: list[object] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            found += piece
        elif isinstance(piece, Kept):
            found += ORIGINAL[piece.start : piece.start + piece.length]
        elif piece_length(piece):
            found.append(piece)
    return found


@given(PIECES)
def test_joined_pieces_are_the_same_bytes(pieces: list[Piece]) -> None:
    made = joined(pieces)
    assert content(made) == content(pieces)
    assert total(made) == total(pieces)
    assert all(map(piece_length, made))
    for first, second in itertools.pairwise(made):
        assert not (isinstance(first, bytes) and isinstance(second, bytes))
        if isinstance(first, Kept) and isinstance(second, Kept):
            assert first.start + first.length != second.start
    assert joined(made) == made


def test_lengths() -> None:
    assert [piece_length(p) for p in (b"abc", Kept(5, 7), RenumberedPages(1, 9, 1, 1))] == [3, 7, 9]
    assert piece_length(PICTURE) == PICTURE.size
    assert total([b"ab", Kept(0, 3), PICTURE]) == 5 + PICTURE.size


def test_what_stays_of_an_id3_tag_stays_where_it_is() -> None:
    assert from_parts([b"head", OldBody(10, 4), PICTURE]) == [b"head", Kept(10, 4), PICTURE]
