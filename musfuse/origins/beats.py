"""How an origin that waits for a long answer tells that bytes of it come: who asked gives up on one that stands still,
not on one that is long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Came = Callable[[int], None]
"""Told of so many bytes more, on any thread."""


def _nobody(_: int) -> None:
    """Nobody counts."""


_HEARD: ContextVar[Came] = ContextVar("beats", default=_nobody)


def beats() -> Came:
    """Whom to tell of bytes that come for the call that is made on this thread."""
    return _HEARD.get()


@contextmanager
def hearing(came: Came) -> Iterator[None]:
    """Within the block `came` is told of the bytes that come for calls of this thread."""
    token = _HEARD.set(came)
    try:
        yield
    finally:
        _HEARD.reset(token)
