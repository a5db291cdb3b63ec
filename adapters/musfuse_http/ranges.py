"""Which bytes a request wants (RFC 9110 §13 and §14): ranges, and conditions on the version that a client has.

What is no range as the RFC writes them counts as none, so all is answered. Ranges are bounded, since a few characters
can ask for the same bytes many times (§17.15).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from itertools import pairwise

MOST_RANGES = 16
_RANGE = re.compile(r"([0-9]{1,18})?\s*-\s*([0-9]{1,18})?")
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes [start, stop) of something."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many these are."""
        return self.stop - self.start


class UnsatisfiableError(Exception):
    """None of the ranges lies inside: 416."""


def spans(header: str | None, size: int) -> tuple[Span, ...]:
    """The spans that a Range header wants of so many bytes, in its order; none where all is wanted: without a header,
    with another unit, one that is none, or one that wants too much. Raises UnsatisfiableError."""
    unit, equals, texts = (header or "").partition("=")
    if not equals or unit.strip().lower() != "bytes":
        return ()
    parts = [part.strip() for part in texts.split(",") if part.strip()]
    if not 0 < len(parts) <= MOST_RANGES:
        return ()
    found = list[Span]()
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None or match[1] is match[2] is None:
            return ()
        if match[1] is not None and match[2] is not None and int(match[1]) > int(match[2]):
            return ()
        span = _inside(match[1], match[2], size)
        if span is not None:
            found.append(span)
    if not found:
        raise UnsatisfiableError
    return () if _overlap(found) else tuple(found)


def _inside(first: str | None, last: str | None, size: int) -> Span | None:
    """The part of a range that lies inside; None for none."""
    if first is None:
        length = min(int(last or 0), size)
        return Span(size - length, size) if length else None
    start = int(first)
    stop = size if last is None else min(int(last) + 1, size)
    return Span(start, stop) if start < size else None


def _overlap(found: list[Span]) -> bool:
    """Whether any byte is wanted twice, which nobody who plays something does."""
    ordered = sorted(found, key=lambda span: span.start)
    return any(before.stop > after.start for before, after in pairwise(ordered))


def is_unchanged(headers: Mapping[str, str], etag: str, mtime_ns: int) -> bool:
    """Whether a client has this version already, so that it is answered 304 (§13.1.2, §13.1.3)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or f'"{etag}"' in [tag.removeprefix("W/") for tag in _TAG.findall(tags)]
    since = headers.get("if-modified-since")
    return since is not None and _is_no_later(mtime_ns, since)


def fails(headers: Mapping[str, str], etag: str, mtime_ns: int) -> bool:
    """Whether a client wants a version that this is not: 412 (§13.1.1, §13.1.4)."""
    tags = headers.get("if-match")
    if tags is not None:
        return tags.strip() != "*" and f'"{etag}"' not in _TAG.findall(tags)
    since = headers.get("if-unmodified-since")
    return since is not None and _seconds(since) is not None and not _is_no_later(mtime_ns, since)


def wants_ranges(headers: Mapping[str, str], etag: str) -> bool:
    """Whether a Range header counts: not where If-Range names another version (§13.1.5). A date is no strong validator
    here, since a track may change twice within a second."""
    named = headers.get("if-range")
    return named is None or named.strip() == f'"{etag}"'


def _is_no_later(mtime_ns: int, date: str) -> bool:
    seconds = _seconds(date)
    return seconds is not None and mtime_ns // _NS <= seconds


def _seconds(date: str) -> float | None:
    try:
        parsed = parsedate_to_datetime(date)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
