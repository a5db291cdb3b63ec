"""What a file can carry: nothing is cut, and what fits is never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import ConfigError
from musfuse.library.overlay import Overlay, overlay_key, room
from musfuse.library.overlay.room import check_room, crowded
from musfuse.media.tags.vorbis import ROOM, entries_size
from musfuse.model import SourceFile, Stamp, TagSource


@given(st.dictionaries(st.text("ab", min_size=1, max_size=9), st.lists(st.text(max_size=30), max_size=9), max_size=9))
def test_what_fits_is_never_crowded(tags: dict[str, list[str]]) -> None:
    size = entries_size(tags)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "ROOM", size)
        assert crowded({}, tags) == ""
        patch.setattr(room, "ROOM", size - 1)
        assert bool(crowded({}, tags)) == bool(size)
        assert crowded(tags, tags) == ""


HALF = ROOM // 2
KEY = overlay_key(SourceFile("uid", "a/caf\udce9.wav", Stamp(1, 1)), 0)


def overlay(**sizes: int) -> Overlay:
    return Overlay({name: {TagSource.USER: ("x" * size,)} for name, size in sizes.items()})


def test_what_is_too_much_names_the_field_with_most() -> None:
    said = crowded({"a": ["x" * HALF]}, {"b": ["x" * (HALF + 9)]})
    assert "most of them in b" in said
    assert f"can have {ROOM:,}" in said
    assert crowded({"a": ["x" * HALF]}, {"a": [], "b": ["x" * (HALF + 9)]}) == ""


def test_what_was_too_much_already_may_be_made_less() -> None:
    """A track of another program's making is not locked for ever."""
    before = {"a": ["x" * ROOM], "b": ["y" * 100]}
    assert crowded(before, {"b": ["y" * 50]}) == ""
    assert crowded(before, {"b": ["y" * 101]})


def test_room_is_checked_over_all_that_is_said() -> None:
    before, after = overlay(a=HALF), overlay(a=HALF, b=HALF)
    check_room(KEY, Overlay(), before, len(before.to_bytes()))
    with pytest.raises(ConfigError, match=r"^a/caf\udce9\.wav: its tags would have .*; nothing was changed$"):
        check_room(KEY, before, after, len(after.to_bytes()))
    check_room(KEY, after, before, len(before.to_bytes()))  # less than there was
    other = overlay(b=HALF + 9)
    check_room(KEY, before, other, len(other.to_bytes()))  # in place of the other


def test_many_short_values_are_not_taken_for_little() -> None:
    """JSON of a value is shorter than its entry, which repeats the name."""
    name = "n" * 90
    values = tuple(str(n) for n in range(ROOM // 95))
    after = Overlay({name: {TagSource.USER: values}})
    assert len(after.to_bytes()) < ROOM
    with pytest.raises(ConfigError, match="most of them in n"):
        check_room(KEY, Overlay(), after, len(after.to_bytes()))
