"""What the control channel needs of a connection between two processes: a socket has it, and so has a named pipe."""

from typing import Any, Protocol


class Connection(Protocol):
    """Bytes in both directions. Timeouts are in seconds: None waits for as long as it takes, 0 not at all."""

    def recv(self, size: int, /) -> bytes:
        """Some bytes, at least one; none at the other side's end. Raises TimeoutError (or BlockingIOError), OSError."""

    def sendall(self, data: bytes, /) -> None:
        """Send all bytes. Raises TimeoutError (or BlockingIOError), OSError."""

    def settimeout(self, seconds: float | None, /) -> None:
        """How long the calls above wait."""

    def gettimeout(self) -> float | None:
        """What `settimeout` set."""

    def close(self) -> None:
        """Hang up."""

    def __enter__(self) -> Any: ...

    def __exit__(self, *args: object) -> None: ...


class Listener(Protocol):
    """Where others connect."""

    def accept(self) -> tuple[Connection, Any]:
        """A connection, and whatever the system says of its other side. Raises TimeoutError, OSError."""

    def settimeout(self, seconds: float | None, /) -> None:
        """How long `accept` waits."""

    def shutdown(self, how: int, /) -> None:
        """Have whoever waits in `accept` go on, with an OSError."""

    def close(self) -> None:
        """Nobody connects any more."""
