"""SampleRange: the samples that a slice of a list would take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.model import WHOLE, SampleRange

COUNTS = st.integers(0, 30)


@given(COUNTS, st.none() | COUNTS, COUNTS)
def test_it_counts_as_a_slice_does(first: int, count: int | None, total: int) -> None:
    samples = SampleRange.counted(first, count)
    assert samples.count == count
    assert samples.count_of(None) == count
    assert samples.count_of(total) == len(range(total)[samples.start : samples.stop])


@pytest.mark.parametrize(
    ("samples", "whole"),
    [
        (WHOLE, True),
        (SampleRange(0), True),
        (SampleRange(1), False),
        (SampleRange(0, 10), False),
        (SampleRange(0, 0), False),
    ],
)
def test_only_everything_is_whole(samples: SampleRange, whole: bool) -> None:
    assert samples.is_whole is whole
