"""Streams over the control channel: one answer, then a notification for each thing that happens, until one hangs up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from musfuse.control import protocol
from musfuse.platform import system
from musfuse.platform.connections import Connection

BUFFER = 100
"""Notifications that are put together at a time; all else waits in the subscriber's own queue."""
_LOOK_SECONDS = 1.0


class Source(Protocol):
    """Where the values of a stream come from, ready to be written as JSON."""

    @property
    def closed(self) -> bool: ...

    def take(self, most: int, seconds: float | None = None) -> list[Any]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Streaming:
    """The answer to a call that goes on: `opening` is its result, what follows is notified as `method`."""

    method: str
    opening: Any
    source: Source

    def run(self, connection: Connection, ended: Callable[[], bool]) -> None:
        """Send until the client hangs up, the source is closed, or all ends. A client that does not read keeps this
        thread, and nobody else."""
        try:
            while not ended() and not system.hung_up(connection):
                taken = self.source.take(BUFFER, _LOOK_SECONDS)
                if taken:
                    connection.sendall(b"".join(map(self._line, taken)))
                elif self.source.closed:
                    return
        finally:
            self.source.close()

    def _line(self, params: Any) -> bytes:
        return protocol.encode({"jsonrpc": "2.0", "method": self.method, "params": params})
