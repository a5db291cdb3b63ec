"""What an origin is like, as data: asked for wherever its kind would matter."""

from dataclasses import dataclass
from enum import StrEnum


class IndexWhen(StrEnum):
    """When the frame indexes of an origin's files are built: as soon as there is time, when somebody asks for a size,
    or never, so that what needs one is served as the original."""

    EAGER = "eager"
    LAZY = "lazy"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Traits:
    """`local`: another process of this machine reads it by itself; `stable_ids`: `SourceStat.ident` is set and survives
    a move; `watchable`: it tells of changes by itself; `freshness_seconds`: how old an answer about a path may be;
    `index`: when indexes of its files are built; `mtime_step_ns`: in which steps it tells mtimes, where size and mtime
    are all that it knows a version by (0: it knows more), so that another version of that size may look the same;
    `block_bytes`: what a reader of headers is to ask for at once; `expects`: it wants to be told which files are read
    next (`ExpectingOrigin`); `at_once`: how many reads it likes to be asked for together (`BatchOrigin`), 0 for one
    after the other."""

    local: bool = False
    stable_ids: bool = False
    watchable: bool = False
    freshness_seconds: float = 0.0
    index: IndexWhen = IndexWhen.EAGER
    mtime_step_ns: int = 0
    block_bytes: int = 64 * 1024
    expects: bool = False
    at_once: int = 0
