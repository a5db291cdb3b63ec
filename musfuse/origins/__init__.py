"""Where originals lie. `port` says what an origin is; each other module is one kind."""

from musfuse.origins.local import LocalOrigin
from musfuse.origins.memory import MemoryOrigin
from musfuse.origins.port import Entry, Origin, SourceStat
from musfuse.origins.reader import all_or_nothing, allow_more, open_reader, origin_error
from musfuse.origins.spec import is_local, origin_from_spec

__all__ = [
    "Entry",
    "LocalOrigin",
    "MemoryOrigin",
    "Origin",
    "SourceStat",
    "all_or_nothing",
    "allow_more",
    "is_local",
    "open_reader",
    "origin_error",
    "origin_from_spec",
]
