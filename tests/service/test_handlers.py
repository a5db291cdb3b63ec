"""Who answers which request."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from musfuse.errors import ConfigError
from musfuse.service.handlers import Handlers
from musfuse.service.port import Listing, Request


class Double(Request[int], frozen=True):
    METHOD: ClassVar[str] = "double"
    number: int


class Count(Listing[int], frozen=True):
    METHOD: ClassVar[str] = "count"
    upto: int


def test_requests_are_answered_by_their_type() -> None:
    handlers = Handlers()
    handlers.on(Double, lambda request: request.number * 2)
    handlers.on_listing(Count, lambda listing: iter(range(listing.upto)))
    assert handlers.call(Double(21)) == 42
    assert list(handlers.rows(Count(3))) == [0, 1, 2]
    assert handlers.kinds == {"double": Double, "count": Count}


def test_rows_are_made_when_they_are_asked_for() -> None:
    made = []

    def rows(listing: Count) -> Iterator[int]:
        for number in range(listing.upto):
            made.append(number)
            yield number

    handlers = Handlers()
    handlers.on_listing(Count, rows)
    assert next(iter(handlers.rows(Count(1_000_000_000)))) == 0
    assert made == [0]


def test_what_nobody_answers_is_said_so() -> None:
    with pytest.raises(ConfigError, match="double: only a process that owns the library"):
        Handlers().call(Double(1))
    with pytest.raises(ConfigError, match="count: only a process that owns the library"):
        Handlers().rows(Count(1))
