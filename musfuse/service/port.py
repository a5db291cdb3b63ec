"""The port of the service: a request says what is wanted, and its type what is answered.

Requests and answers are values of JSON: texts, numbers, lists, enumerations and other such structs. So the same request
is answered in this process or by the one that owns the library, and whoever asks cannot tell.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

A = TypeVar("A")
F = TypeVar("F", covariant=True)

Asked = tuple[str, str]
"""What was typed for a place or a target, and the same as an absolute path or URI ('' where it can be none)."""


class Request(msgspec.Struct, Generic[A], frozen=True, forbid_unknown_fields=True):
    """A use case that is answered once. `METHOD` names it on the control channel."""

    METHOD: ClassVar[str]

    @property
    def reads(self) -> bool:
        """Whether it only reads what is kept: then it needs no owner, and disturbs none."""
        return False

    @property
    def live(self) -> bool:
        """Whether it is asked of the owner where there is one, because only that knows what goes on, and else answered
        from what is kept."""
        return False

    @property
    def closed(self) -> bool:
        """Whether it is done to what is kept while nobody has it open: no process may own the library."""
        return False


class Listing(msgspec.Struct, Generic[A], frozen=True, forbid_unknown_fields=True):
    """A use case that is answered with rows, one by one and without a bound on their number. It only reads."""

    METHOD: ClassVar[str]


class Stream(msgspec.Struct, Generic[A], frozen=True, forbid_unknown_fields=True):
    """A use case that is answered with what happens, until whoever asked has enough."""

    METHOD: ClassVar[str]


class Answer(msgspec.Struct, frozen=True):
    """What is answered, or a part of that."""


class Feed(Protocol[F]):
    """What a stream gives. For one thread, but for `close`."""

    @property
    def opening(self) -> Answer:
        """What is said of it at once."""

    @property
    def closed(self) -> bool:
        """Whether no more will come; what waits can still be taken."""

    def take(self, most: int, seconds: float | None = None) -> Sequence[F]:
        """What waits, `most` at a time; waits for the first, and gives nothing where that takes longer than some
        seconds, or it is closed."""

    def close(self) -> None:
        """End the stream: no more is wanted."""


class Service(Protocol):
    """Who answers requests and listings. Both may raise MusfuseError."""

    def call(self, request: Request[A]) -> A:
        """The answer to a request."""

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows of a listing, each as soon as it is found."""
