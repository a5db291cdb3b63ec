"""Queries as data: conditions on tracks, and in which order the answers are wanted. `grammar.py` reads them from text.

A condition is a term, or others put together. What they say is said here alone, as `matches`; an index only finds
sooner which tracks are worth asking.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Union

from musfuse.library.text.documents import WORDS, year_of
from musfuse.library.text.folding import fold, is_edge, is_unspaced, runs
from musfuse.library.text.nearness import is_near
from musfuse.library.vocabulary import SPECIAL, is_of
from musfuse.model import TagSet
from musfuse.origins.places import slashed

_NEEDLES = 32
"""A few rule out most tracks, and SQLite takes no thousands of conditions."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")

ORDERS = ("title", "artist", "album", "year", "added", "length", "path")
"""What answers can be sorted by: texts, the year of the date, when the library came to know a track, how long it plays,
and the path of its original."""


class Match(StrEnum):
    """How a text has to stand in a value: PART anywhere, also within a word; START so that a word begins with it; WORD
    from the beginning of a word to the end of one; NEAR: a word of the value is nearly it."""

    PART = "part"
    START = "start"
    WORD = "word"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Subject:
    """A track as a query sees it: the tags that are served, the path of the original, its codec and container."""

    tags: TagSet
    path: str
    codec: str
    container: str = ""


class Seen:
    """A subject, each of whose values is folded once, however many terms look at it."""

    __slots__ = ("_folded", "subject")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._folded: dict[str, Sequence[str]] = {}

    def values(self, name: str) -> Sequence[str]:
        """The folded values of a field."""
        found = self._folded.get(name)
        if found is None:
            found = self._folded[name] = [fold(value) for value in _values(self.subject, name)]
        return found


@dataclass(frozen=True, slots=True)
class Term:
    """One condition on a field, or, with an empty `field`, on any of documents.WORDS. Texts are folded.

    An empty `text` asks for absence; `low` and `high` are set for a range, '' where it has no end; `kinds` are the
    containers and codecs that a format means; `edits` is how far NEAR may be, 1 or 2.
    """

    text: str
    field: str = ""
    how: Match = Match.PART
    edits: int = 0
    low: str | None = None
    high: str | None = None
    kinds: Set[str] = frozenset()

    def holds(self, seen: Seen) -> bool:
        """Whether the term holds for a track."""
        if self.low is not None or self.high is not None:
            return any(_within(value, self.low or "", self.high or "") for value in seen.values(self.field))
        if not self.field:
            return any(self.stands_in(value) for name in WORDS for value in seen.values(name))
        if not self.text:
            return not seen.values(self.field)
        if self.field == "format":
            return is_of(self.kinds, seen.subject.container, seen.subject.codec)
        return any(self.stands_in(value) for value in seen.values(self.field))

    def stands_in(self, value: str) -> bool:
        """Whether a folded value has the text as it has to stand."""
        if self.how is Match.PART:
            return self.text in value
        if self.how is Match.NEAR:
            return any(is_near(self.text, word, self.edits) for word in runs(value) if not is_unspaced(word[0]))
        return next(self.places(value), None) is not None

    def places(self, value: str) -> Iterator[int]:
        """Where the text of a term that is not NEAR begins in a folded value, each time that it stands as it has
        to."""
        at = value.find(self.text)
        while at >= 0:
            begins = self.how is Match.PART or not (at and self.text) or is_edge(value, at)
            if begins and (self.how is not Match.WORD or is_edge(value, at + len(self.text))):
                yield at
            at = value.find(self.text, at + 1)


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    node: "Node"

    def holds(self, seen: Seen) -> bool:
        """Whether the other does not hold."""
        return not self.node.holds(seen)


@dataclass(frozen=True, slots=True)
class All:
    """What must all hold."""

    nodes: tuple["Node", ...]

    def holds(self, seen: Seen) -> bool:
        """Whether all hold."""
        return all(node.holds(seen) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Any:
    """Of which one must hold."""

    nodes: tuple["Node", ...]

    def holds(self, seen: Seen) -> bool:
        """Whether any holds."""
        return any(node.holds(seen) for node in self.nodes)


Node = Union[Term, Not, All, Any]  # noqa: UP007 - the classes name it before there is anything to name


@dataclass(frozen=True, slots=True)
class Order:
    """What answers are sorted by, one of ORDERS; `descending` has the last first."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What must hold, and the order that is wanted, '' for none."""

    root: Node
    orders: tuple[Order, ...] = field(default=())

    @property
    def terms(self) -> tuple[Node, ...]:
        """The conditions that must all hold."""
        return self.root.nodes if isinstance(self.root, All) else (self.root,)

    def within(self, place: str) -> "Query":
        """The same of tracks alone whose originals lie below a place, a path or a URI."""
        folder = fold(slashed(place).rstrip("/") + "/")
        return Query(All((*self.terms, Term("", "path", low=folder, high=folder))), self.orders)

    def matches(self, subject: Subject) -> bool:
        """Whether a track answers the query."""
        return self.root.holds(Seen(subject))

    @property
    def asks_tags_alone(self) -> bool:
        """Whether it looks at nothing of a track but its tags."""
        return all(term.field not in ("path", "format") for term, _ in leaves(self.root))

    def needles(self) -> Sequence[str]:
        """Some texts in ASCII that the tags of every answer contain, in whatever case, or with an accent or in another
        form of the letters."""
        asked = (t for t in self.terms if isinstance(t, Term) and t.field not in SPECIAL and t.how is not Match.NEAR)
        plain = (term.text for term in asked if term.text.isascii() and term.text.isprintable())
        return list(islice((text for text in plain if text and not re.search(r'["\\]', text)), _NEEDLES))


def leaves(node: Node) -> Iterator[tuple[Term, bool]]:
    """The terms of a condition, each with whether it is asked for as it is, not turned round."""
    if isinstance(node, Term):
        yield node, True
    elif isinstance(node, Not):
        yield from ((term, not asked) for term, asked in leaves(node.node))
    else:
        for below in node.nodes:
            yield from leaves(below)


def _values(subject: Subject, name: str) -> Sequence[str]:
    if name == "path":
        return tuple(dict.fromkeys((subject.path, slashed(subject.path))))
    if name == "format":
        return (subject.codec,)
    if name == "year":
        found = year_of(subject.tags)
        return (found,) if found else ()
    return subject.tags.get(name, ())


def _within(value: str, low: str, high: str) -> bool:
    ends = [end for end in (low, high) if end]
    if all(NUMBER.fullmatch(end) for end in ends):
        number = NUMBER.match(value.strip())
        if number is None:
            return False
        return (not low or float(low) <= float(number.group())) and (not high or float(number.group()) <= float(high))
    return (not low or low <= value) and (not high or value <= high or value.startswith(high))
