"""Ranges and conditions, as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from musfuse_http.ranges import MOST_RANGES, Span, UnsatisfiableError, fails, is_unchanged, spans, wants_ranges

SECOND = 10**9


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, ()), ("bytes=0-0", (Span(0, 1),)), ("Bytes=90-", (Span(90, 100),)), ("bytes=-10", (Span(90, 100),)),
        ("bytes=-1000", (Span(0, 100),)), ("bytes=50-5000", (Span(50, 100),)), ("bytes=1-2,4-5", (Span(1, 3), Span(4, 6))),
        ("bytes=4-5, ,1-2,", (Span(4, 6), Span(1, 3))), ("bytes=0-1,500-", (Span(0, 2),)), ("bytes=5-4", ()), ("bytes=-", ()),
        ("bytes=a-b", ()), ("bytes=1-2-3", ()), ("bytes", ()), ("items=0-1", ()), ("bytes=", ()), ("bytes=0-9,5-6", ()),
        ("bytes=+1-2", ()), ("bytes=1 - 2", (Span(1, 3),)), ("bytes=١-٢", ()),
    ],
)  # fmt: skip
def test_what_is_wanted(header: str | None, wanted: tuple[Span, ...]) -> None:
    assert spans(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0", "bytes=100-,-0"])
def test_none_lies_inside(header: str) -> None:
    with pytest.raises(UnsatisfiableError):
        spans(header, 100)


def test_many_are_refused() -> None:
    assert len(spans("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2 * MOST_RANGES, 2)), 100)) == MOST_RANGES
    assert spans("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2 * MOST_RANGES + 2, 2)), 100) == ()


@given(st.text(alphabet="bytes=0123456789-, ", max_size=60), st.integers(0, 1000))
def test_whatever_is_said_lies_inside(text: str, size: int) -> None:
    try:
        found = spans(text, size)
    except UnsatisfiableError:
        return
    assert all(0 <= span.start < span.stop <= size for span in found)
    assert sum(span.size for span in found) <= size


def test_conditions_and_what_goes_before_what() -> None:
    date = "Thu, 01 Jan 1970 00:00:10 GMT"
    assert is_unchanged({"if-modified-since": date}, "a", 10 * SECOND)
    assert not is_unchanged({"if-modified-since": date}, "a", 11 * SECOND)
    assert not is_unchanged({"if-modified-since": "yesterday"}, "a", 0)
    assert not is_unchanged({"if-none-match": '"b"', "if-modified-since": date}, "a", 0)
    assert is_unchanged({"if-none-match": "*"}, "a", 0)
    assert fails({"if-unmodified-since": date}, "a", 11 * SECOND)
    assert not fails({"if-unmodified-since": "nonsense"}, "a", 11 * SECOND)
    assert fails({"if-match": 'W/"a"'}, "a", 0)  # a weak one is none here
    assert not fails({"if-match": '"b", "a"', "if-unmodified-since": date}, "a", 11 * SECOND)
    assert wants_ranges({}, "a")
    assert not wants_ranges({"if-range": 'W/"a"'}, "a")
    assert not wants_ranges({"if-range": date}, "a")
