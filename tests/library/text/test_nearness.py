"""Words that are nearly the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.text.nearness import is_near

WORDS = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("beatles", "beatles", 0), ("beatles", "beatels", 1), ("beatles", "beetles", 1), ("beatles", "beatle", 1), ("beatles", "beattles", 1),
        ("beatles", "baetels", 2), ("ab", "ba", 1), ("", "a", 1), ("abcd", "badc", 2), ("abc", "", 3), ("ca", "abc", 3),
    ],
)  # fmt: skip
def test_how_near(one: str, other: str, edits: int) -> None:
    assert [is_near(one, other, most) for most in range(3)] == [most >= edits for most in range(3)]


def edited(word: str) -> set[str]:
    """All words one edit away."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + char + right for left, right in cuts for char in "abc"}
    found |= {left + right[1:] for left, right in cuts if right}
    found |= {left + char + right[1:] for left, right in cuts if right for char in "abc"}
    return found | {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}


@given(WORDS, WORDS)
def test_one_edit_is_one_edit(one: str, other: str) -> None:
    assert is_near(one, other, 1) == (one == other or other in edited(one))
    assert is_near(one, other, 2) == is_near(other, one, 2)


@given(WORDS)
def test_what_is_one_edit_away_is_near(word: str) -> None:
    assert all(is_near(word, other, 1) for other in edited(word))
