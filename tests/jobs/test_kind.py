"""Kinds of jobs, as they are registered."""

import pytest

from jobs.test_queue import kind
from musfuse.jobs import JobKind
from musfuse.jobs.kind import checked, latest


def test_kinds_keep_their_order() -> None:
    assert list(checked([kind("b", after="a"), kind("a")])) == ["b", "a"]


def test_of_two_requests_the_newer_counts() -> None:
    assert latest({"a": 1, "b": 1}, {"b": 2, "c": 2}) == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([kind("a"), kind("a")], "one name"),
        ([kind("a", after="b"), kind("b", after="a")], "wait for each other"),
        ([kind("a", after="none")], "or for none"),
        ([kind("a", alone=True), kind("b", after="a")], "would wait for"),
    ],
)
def test_kinds_that_would_never_begin_are_refused(kinds: list[JobKind], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked(kinds)
