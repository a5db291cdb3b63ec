"""Tells how far an import is. Who is told may raise what stops it: then nothing of it is taken over."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_STEP = 500

Watch = Callable[[int, int, str], None]
"""Is told how many are done, of how many (0: not known), and what is being done with them."""


def watched(each: Iterable[T], what: str, total: int, watch: Watch) -> Iterator[T]:
    """The same, while `watch` hears of it, at the begin, and now and then."""
    watch(0, total, what)
    for number, one in enumerate(each, 1):
        if number % _STEP == 0:
            watch(number, total, what)
        yield one
