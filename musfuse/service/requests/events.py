"""A stream of what happens in a library."""

from typing import Annotated, Any, ClassVar

import msgspec

from musfuse.service.port import Answer, Request, Stream


class Watching(Answer, frozen=True):
    """How a stream begins: `stream` names the process that gives the numbers, `last` is the number given last."""

    stream: str
    last: int


class Happened(Answer, frozen=True):
    """An event: its number, its time in ns since the epoch, its name and its fields, as events.wire has them.
    `events_lost` tells how many were not given (`count`), the last of which had its number."""

    seq: int
    time_ns: int
    event: str
    data: dict[str, Any]


class Watch(Stream[Happened], frozen=True):
    """What happens from now on, of these kinds by name or of all. `progress`: of what waits only the last of each job
    and source is wanted. `after`: begin behind this number, which was given by `stream`, as far as it is known still.

    Raises ConfigError for a kind that is not known.
    """

    METHOD: ClassVar[str] = "events.subscribe"
    kinds: tuple[str, ...] = ()
    progress: bool = False
    after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    stream: str = ""


class EventsTold(Answer, frozen=True):
    """Events in order, and the number that was given `last`, whether it is among them or not. `first` is that of the
    oldest event that is kept; 0 where there is none."""

    events: tuple[Happened, ...]
    first: int
    last: int


class ListEvents(Request[EventsTold], frozen=True):
    """What was written down behind the number `after`, and not before the time `since_ns` (ns since 1970), of these
    kinds by name or of all, `limit` at most. Raises ConfigError for a kind that is not known."""

    METHOD: ClassVar[str] = "events.list"
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    kinds: tuple[str, ...] = ()
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1000
    since_ns: int | None = None

    @property
    def reads(self) -> bool:
        return True
