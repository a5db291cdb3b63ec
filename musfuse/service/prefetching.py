"""Tracks made ready because somebody asks for it, and what was made ready, told."""

from dataclasses import dataclass

from musfuse.library.prefetch.prefetcher import Prefetcher
from musfuse.library.selection import Selection
from musfuse.service.handlers import Handlers
from musfuse.service.requests.prefetch import Prefetched, PrefetchTold, PrefetchTracks, ShowPrefetch


@dataclass(frozen=True, slots=True)
class Prefetching:
    """Over what makes tracks ready; `waits` has a request answered when all is done."""

    prefetcher: Prefetcher
    selection: Selection
    waits: bool = False

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests."""
        handlers.on(PrefetchTracks, self.prefetch)
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


def told(prefetcher: Prefetcher) -> PrefetchTold:
    """What a prefetcher did, and is to do."""
    figures = prefetcher.figures
    return PrefetchTold(
        figures.guessed, figures.used, figures.made, figures.failed, figures.dropped, figures.waiting
    )  # fmt: skip
