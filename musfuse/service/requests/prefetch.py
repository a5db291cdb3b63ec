"""Requests about tracks that are made ready before somebody plays them."""

from typing import ClassVar

from musfuse.service.port import Answer, Asked, Listing, Request


class Prefetched(Answer, frozen=True):
    """How many tracks are to be made ready, and how many of these found no room in the queue."""

    selected: int
    dropped: int


class PrefetchTold(Answer, frozen=True):
    """Since the process began: tracks that were guessed to be played next and queued, and how many of these somebody
    then listened to (`used`); tracks that were made ready, or could not be, or found no room in the queue, and those
    that wait in it now."""

    guessed: int
    used: int
    made: int
    failed: int
    dropped: int
    waiting: int


class PrefetchTracks(Request[Prefetched], frozen=True):
    """Have the tracks made ready that the targets mean, in their order; who owns the library for this alone does it
    before it answers. Raises NotFoundError, QueryError."""

    METHOD: ClassVar[str] = "prefetch.add"
    targets: tuple[Asked, ...]


class MadeReady(Answer, frozen=True):
    """A track by its path on the drive, or that of its original, the `number`-th of `total`; how many `bytes` of its
    audio are ready, or why none are ('' where some are)."""

    path: str
    number: int
    total: int
    bytes: int
    problem: str = ""


class MakeReady(Listing[MadeReady], frozen=True):
    """Have the tracks made ready that the targets mean, in their order, and hear of each; of the owner alone. Raises
    NotFoundError, QueryError."""

    METHOD: ClassVar[str] = "prefetch.make"
    targets: tuple[Asked, ...]


class ShowPrefetch(Request[PrefetchTold | None], frozen=True):
    """What is made ready, and was; None where nobody owns the library."""

    METHOD: ClassVar[str] = "prefetch.status"

    @property
    def live(self) -> bool:
        """Only the owner knows."""
        return True
