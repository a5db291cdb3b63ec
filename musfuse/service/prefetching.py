"""Tracks made ready because somebody asks for it, and what was made ready, told."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from itertools import count, islice

from musfuse.library.prefetch.prefetcher import Prefetcher
from musfuse.library.selection import Selected, Selection
from musfuse.service.handlers import Handlers
from musfuse.service.requests.prefetch import (
    MadeReady,
    MakeReady,
    Prefetched,
    PrefetchTold,
    PrefetchTracks,
    ShowPrefetch,
)

_AHEAD = 4
"""Tracks of one caller that wait to be made ready: all others have room beside them."""


@dataclass(frozen=True, slots=True)
class Prefetching:
    """Over what makes tracks ready; `waits` has a request answered when all is done."""

    prefetcher: Prefetcher
    selection: Selection
    waits: bool = False

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests."""
        handlers.on(PrefetchTracks, self.prefetch)
        handlers.on_listing(MakeReady, self.make)
        handlers.on(ShowPrefetch, lambda _: told(self.prefetcher))

    def prefetch(self, asked: PrefetchTracks) -> Prefetched:
        """Have tracks made ready. Raises NotFoundError, QueryError."""
        selected = dropped = 0
        for row in self.selection.of(asked.targets):
            selected += 1
            dropped += self.prefetcher.ask([row.id], waits=self.waits)
        if self.waits:
            self.prefetcher.queue.wait_until_idle()
        return Prefetched(selected, dropped)

    def make(self, asked: MakeReady) -> Iterator[MadeReady]:
        """Have tracks made ready, some of them ahead of the one that is told of. Raises NotFoundError, QueryError."""
        total = sum(1 for _ in self.selection.of(asked.targets))
        rows = self.selection.of(asked.targets)
        making = deque((row, self.prefetcher.make(row.id)) for row in islice(rows, _AHEAD))
        for number in count(1):
            if not making:
                return
            row, done = making.popleft()
            yield _made(row, done, number, max(number, total))
            making += [(row, self.prefetcher.make(row.id)) for row in islice(rows, 1)]


def _made(row: Selected, done: "Future[int]", number: int, total: int) -> MadeReady:
    try:
        size = done.result()
        problem = "" if size else "it cannot be made ready"
    except CancelledError:
        size, problem = 0, "too many tracks wait to be made ready"
    return MadeReady(row.path or row.source, number, total, size, problem)


def told(prefetcher: Prefetcher) -> PrefetchTold:
    """What a prefetcher did, and is to do."""
    figures = prefetcher.figures
    return PrefetchTold(
        figures.guessed, figures.used, figures.made, figures.failed, figures.dropped, figures.waiting
    )  # fmt: skip
