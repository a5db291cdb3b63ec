"""Filters of views: queries that choose what a view shows."""

from dataclasses import dataclass

from musfuse.library.catalog.places import Candidate
from musfuse.library.grammar import QueryError, parse_query
from musfuse.library.query import Query, Subject
from musfuse.library.vocabulary import Anything, Vocabulary
from musfuse.media.formats import FormatRegistry
from musfuse.origins.places import place_in


@dataclass(frozen=True, slots=True)
class Filter:
    """A query as it was written, and as it is asked."""

    text: str
    query: Query

    def takes(self, item: Candidate) -> bool:
        """Whether an item, with the tags that are served of it, answers the query."""
        path = place_in(item.root, item.path)
        return self.query.matches(Subject(item.tags, path, item.format.codec, item.format.container))


def kept_filter(text: str, formats: FormatRegistry) -> Filter | None:
    """A filter that was checked when it was set, None for an empty text: a field or format that no track has any more
    is no mistake. Raises QueryError where the text is no query."""
    return Filter(text, parse_query(text, Anything(formats))) if text else None


def checked_filter(text: str, vocabulary: Vocabulary) -> str:
    """The text of a filter as it is kept, '' for none. Raises QueryError, also for fields and formats that
    `vocabulary` does not have, and an order."""
    text = text.strip()
    if text and parse_query(text, vocabulary).orders:
        raise QueryError(f"query: a filter has no order; leave out sort:\n  {text}")
    return text
