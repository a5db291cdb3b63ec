"""An origin over another one, which is asked for all that it does not answer itself."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from musfuse.origins.port import Entry, Origin, SourceStat, WatchableOrigin
from musfuse.origins.traits import Traits

if TYPE_CHECKING:
    from musfuse.origins.watching import Watch, WatchListener


class OverOrigin:
    """What passes through to `origin`: all but the bytes of files."""

    def __init__(self, origin: Origin) -> None:
        self._origin, self.uid, self.name = origin, origin.uid, origin.name

    @property
    def traits(self) -> Traits:
        return self._origin.traits

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder."""
        return self._origin.list(path)

    def stat(self, path: str) -> SourceStat:
        """Facts about a path."""
        return self._origin.stat(path)

    def spec(self) -> Mapping[str, object]:
        return self._origin.spec()

    def watch(self, listener: "WatchListener") -> "Watch":
        """Have somebody hear of changes."""
        return cast(WatchableOrigin, self._origin).watch(listener)

    def let_go(self) -> None:
        """Close what can be opened again."""
        self._origin.let_go()

    def close(self) -> None:
        """Close the origin, for everybody."""
        self._origin.close()
