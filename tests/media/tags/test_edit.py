"""What an edit says of fields and pictures, and how headers grow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.media.tags.edit import grown, make_edit
from musfuse.model import ArtKind, Picture, TagSet

BEFORE = TagSet({"title": ["Old"], "artist": ["A", "B"], "tracknumber": ["3"], "tracktotal": ["9"], "date": ["1999"]})
MIB = 1 << 20


def test_only_what_differs_is_touched_and_written() -> None:
    edit = make_edit(BEFORE, TagSet({**BEFORE, "title": ["New"], "artist": ["B", "A"], "date": (), "mood": ["calm"]}))
    touched = {name for name in (*BEFORE, "mood", "label") if edit.touches(name)}
    assert touched == {"title", "artist", "date", "mood"}
    assert edit.fresh() == TagSet({"title": ["New"], "artist": ["B", "A"], "mood": ["calm"]})
    assert edit.fresh(everything=True) == edit.tags
    assert not make_edit(BEFORE, TagSet(dict(BEFORE))).changed


@pytest.mark.parametrize("changed", ["tracknumber", "tracktotal"])
def test_a_number_goes_with_its_total(changed: str) -> None:
    edit = make_edit(BEFORE, TagSet({**BEFORE, changed: ["4"]}))
    assert edit.changed == {"tracknumber", "tracktotal"}
    assert set(edit.fresh()) == {"tracknumber", "tracktotal"}


def test_pictures_stay_unless_some_are_given_or_taken_away() -> None:
    kinds = range(21)
    assert not any(make_edit(BEFORE, BEFORE).drops_picture(kind) for kind in kinds)
    cover = Picture("d", 9, "image/png")
    for pictures in ((), (cover,)):
        edit = make_edit(BEFORE, BEFORE, pictures)
        assert edit.pictures == pictures
        assert edit.replaced == frozenset(ArtKind)
        assert all(edit.drops_picture(kind) for kind in kinds)


@given(st.integers(0, 40 * MIB), st.integers(0, 40 * MIB), st.integers(0, 100_000))
def test_a_header_always_has_room_and_never_much_more(need: int, old: int, step: int) -> None:
    size = grown(need, old, step)
    assert need <= size <= need + max(16 * MIB, step, 1)
    assert grown(need, size, step) == size  # the same edit of what was made moves nothing
    if need > old:
        assert (size - old) % max(1, step) == 0
        assert size - need < max(1, step)


def test_a_header_stays_where_it_has_enough_room() -> None:
    assert grown(1000, 1000, 8192) == 1000
    assert grown(1000, 1000 + 16 * MIB, 8192) == 1000 + 16 * MIB
    assert grown(1000, 1001 + 16 * MIB, 8192) == 1000 + 8192
    assert grown(1001, 1000, 8192) == 1000 + 8192
    assert grown(1001, 1000, 0) == 1001
