"""For whom something is done, so that lines of the log that belong together can be told: a job, a request."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_IDS: ContextVar[Mapping[str, str]] = ContextVar("musfuse.ids", default=MappingProxyType({}))


@contextmanager
def said_for(**ids: object) -> Iterator[None]:
    """What this thread logs within the block carries these ids, such as `job=12`, beside those around it."""
    token = _IDS.set({**_IDS.get(), **{name: str(value) for name, value in ids.items()}})
    try:
        yield
    finally:
        _IDS.reset(token)


def ids() -> Mapping[str, str]:
    """The ids that hold on this thread."""
    return _IDS.get()
