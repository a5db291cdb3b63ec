"""Answers searches: the best of what a query finds, with what people know a track by."""

from dataclasses import dataclass

from musfuse.errors import ConfigError
from musfuse.library.search.engine import Hit, Hits
from musfuse.library.search.ranking import highlights
from musfuse.library.selection import Selected, Selection
from musfuse.library.text.documents import year_of
from musfuse.service.handlers import Handlers
from musfuse.service.requests.search import LONGEST, MOST, FoundMusic, SearchAnswer, SearchMusic


@dataclass(frozen=True, slots=True)
class Searches:
    """Reads the catalog only."""

    selection: Selection

    def answer(self, handlers: Handlers) -> None:
        """Answer searches."""
        handlers.on(SearchMusic, self.search)

    def search(self, request: SearchMusic) -> SearchAnswer:
        """The best answers. Raises ConfigError, TooSlowError."""
        if len(request.query) > LONGEST:
            raise ConfigError(f"query: {len(request.query)} characters are too many for a search, {LONGEST} at most")
        if not 1 <= request.limit <= MOST or not 0 <= request.offset <= MOST:
            raise ConfigError(f"limit is from 1 to {MOST}, and offset at most {MOST}")
        text = f"{request.query} sort:{request.sort}" if request.sort else request.query
        hits, rows = self.selection.best(text, request.limit, request.offset, request.view, request.below)
        found = tuple(_told(hits, hit, rows[hit.found.id]) for hit in hits.hits if hit.found.id in rows)
        return SearchAnswer(found, hits.total, hits.counted)


def _told(hits: Hits, hit: Hit, row: Selected) -> FoundMusic:
    tags = hit.found.tags
    title, artist, album = (tags.first(name) or "" for name in ("title", "artist", "album"))
    return FoundMusic(
        row.path, row.source, row.part, title, artist, album, year_of(tags), hit.found.length_ns, round(hit.score, 4),
        highlights(hits.terms, tags), row.public,
    )  # fmt: skip
