"""Who is let in."""

from dataclasses import dataclass
from typing import Protocol

from musfuse_http.asked import Asked


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an account. `sources` are the uids of the sources whose music it sees, None for all."""

    id: int
    name: str
    is_admin: bool
    sources: frozenset[str] | None = None


class Door(Protocol):
    """Tells who asks."""

    def caller(self, asked: Asked) -> Caller | None:
        """Who asks; None for nobody who is known. Raises HttpError for who says to be somebody and is not."""


class Closed:
    """A door that nobody gets through."""

    def caller(self, asked: Asked) -> Caller | None:
        """Nobody."""
        del asked
        return None
