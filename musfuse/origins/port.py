"""The port that every origin implements. Nothing here ever writes to an original."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from musfuse.errors import OriginError, RefusedError
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins.traits import Traits
from musfuse.origins.watching import Watch, WatchListener


@dataclass(frozen=True, slots=True)
class SourceStat:
    """What an origin knows of a path. `ident` survives a move inside the origin; empty where it has none."""

    kind: NodeKind
    stamp: Stamp
    ident: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder; `stat` is None where the entry cannot be used, and `problem` says why; `away` where the
    origin could not tell just now, so that what is known of it may stand; `misnamed` where `name` only stands for
    another, which can be no name."""

    name: str
    stat: SourceStat | None
    problem: str = ""
    away: bool = False
    misnamed: bool = False


class Origin(Protocol):
    """A place with originals. Paths are relative to its root, `/`-separated, `""` being the root.

    All methods may be called from many threads. They raise NotFoundError, RefusedError (outside the root, no
    permission) or UnavailableError (the place cannot be reached now).
    """

    @property
    def uid(self) -> str:
        """A stable id of this origin, unique in a library."""

    @property
    def name(self) -> str:
        """The origin's root as people write it, for messages."""

    @property
    def traits(self) -> Traits:
        """What the origin is like: asked for wherever its kind would matter."""

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder, sorted by name; an entry that cannot be used is given with its problem."""

    def stat(self, path: str) -> SourceStat:
        """Facts about a path."""

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes [offset, offset + size) of a file, fewer only at its end.

        Where `stamp` is given the bytes are those of that version, or SourceChangedError is raised.
        """

    def spec(self) -> Mapping[str, object]:
        """What another process needs to build the same origin, where its traits say that it can (registry.spec_values):
        JSON values, no secrets."""

    def let_go(self) -> None:
        """Close what can be opened again, and is not in use."""

    def close(self) -> None:
        """Let go of all resources."""


class WatchableOrigin(Origin, Protocol):
    """What an origin is whose traits say `watchable`."""

    def watch(self, listener: WatchListener) -> Watch:
        """Have somebody hear of changes, until the watch is closed. Raises UnavailableError where it tells of none
        now."""


class ExpectingOrigin(Origin, Protocol):
    """What an origin is whose traits say `expects`."""

    def expect(self, file: SourceFile) -> None:
        """The header of a file will be read soon. It must not wait."""

    def at_hand(self, path: str, offset: int, size: int, stamp: Stamp) -> bytes | None:
        """As `read`, where nobody has to wait; else None."""


class Range(NamedTuple):
    """Bytes [offset, offset + size) of a version of a file."""

    path: str
    offset: int
    size: int
    stamp: Stamp


class BatchOrigin(Origin, Protocol):
    """What an origin is whose traits say `at_once`."""

    def read_each(self, ranges: Sequence[Range]) -> Sequence[bytes | OriginError]:
        """As `read`, of many at once: what each gives, or raises. What the origin as a whole lacks is raised."""


def checked_path(path: str) -> str:
    """The path itself; raises RefusedError where it is absolute or steps outside by its own words."""
    if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in path.split("/") if path):
        raise RefusedError(f"{path!r}: not a path inside the source; nothing was read")
    return path
