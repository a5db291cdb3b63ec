"""The query language: `beatles year:1967..1969 album:"Abbey Road" -live`.

A query is terms, all of which must hold. A term is a word or a quoted phrase, looked for in title, artists, album,
composer and genre; or `field:value`, looked for in one field; or `field:low..high`, a range whose ends may be left out,
of numbers where both ends are numbers, else of text; or `field:` alone, which says that the field is absent. A `-` in
front turns a term round. Letters match whatever their case and accents. Beside the tags there are the fields `year`
(of the date), `path` (of the original), `format` (its codec).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.errors import ConfigError
from musfuse.media.tags.fields import field_name
from musfuse.model import TagSet

_TERM = re.compile(
    r"""(?P<minus>-)?(?:(?P<field>[^\s:"]+):)?(?:"(?P<quoted>[^"]*)"(?=\s|$)|(?P<open>"[^"]*)|(?P<plain>[^\s"]*))"""
)
_WORDS = ("title", "artist", "album", "albumartist", "composer", "genre")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SPECIAL = frozenset({"year", "path", "format"})


class QueryError(ConfigError):
    """A query that cannot be read; the message points at the place."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a query is asked of: the tags that are served, the path of the original, its codec."""

    tags: TagSet
    path: str
    codec: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term. `field` is empty for words; `low` and `high` are set for a range; an empty `text` asks for absence."""

    text: str
    field: str = ""
    negated: bool = False
    low: str | None = None
    high: str | None = None

    def holds(self, subject: Subject) -> bool:
        """Whether a track answers it."""
        return self._found(subject) is not self.negated

    def _found(self, subject: Subject) -> bool:
        values = [value for name in (self.field,) if name for value in _values(subject, name)]
        if self.low is not None or self.high is not None:
            return any(_within(value, self.low or "", self.high or "") for value in values)
        if not self.field:
            return any(self.text in fold(value) for name in _WORDS for value in _values(subject, name))
        if not self.text:
            return not values
        return any(self.text in fold(value) for value in values)


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold."""

    terms: tuple[Term, ...]

    def matches(self, subject: Subject) -> bool:
        """Whether a track answers the query."""
        return all(term.holds(subject) for term in self.terms)

    def needles(self) -> Sequence[str]:
        """Texts that the tags of every answer contain, as lower-case ASCII: what an index or a LIKE can look for."""
        plain = (t.text for t in self.terms if not t.negated and t.text and t.field not in _SPECIAL and t.low is None)
        # A letter that folds to ASCII may be spelled with an accent; digits and hyphens may not.
        return [text for text in plain if text.isascii() and not re.search(r"[a-z\"\\]", text)]


def fold(text: str) -> str:
    """Text without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def parse_query(text: str) -> Query:
    """Read a query. Raises QueryError for an unclosed quote, a stray quote, or nothing at all."""
    at, terms = 0, []
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TERM.match(text, at)
        if match is None or match.end() == at or match.group("open"):
            raise _error(text, at, "a quote that is not closed")
        if match.end() < len(text) and not text[match.end()].isspace():
            raise _error(text, match.end(), "a quote within a word")
        terms.append(_term(text, at, match))
        at = match.end()
    if not terms:
        raise _error(text, 0, "an empty query")
    return Query(tuple(terms))


def _term(text: str, at: int, match: re.Match[str]) -> Term:
    quoted, plain = match.group("quoted"), match.group("plain")
    value = plain if quoted is None else quoted
    negated = bool(match.group("minus"))
    name = match.group("field")
    if name is None:
        if not value:
            raise _error(text, at, "a term without a word")
        return Term(fold(value), "", negated)
    field = name.lower() if name.lower() in _SPECIAL else field_name(name)
    low, dots, high = value.partition("..")
    if quoted is None and dots:
        if not low and not high:
            raise _error(text, at, "a range without ends")
        return Term("", field, negated, fold(low), fold(high))
    return Term(fold(value), field, negated)


def _values(subject: Subject, field: str) -> Sequence[str]:
    if field == "path":
        return (subject.path,)
    if field == "format":
        return (subject.codec,)
    if field == "year":
        found = re.search(r"\d{4}", subject.tags.first("date") or "")
        return (found.group(),) if found else ()
    return subject.tags.get(field, ())


def _within(value: str, low: str, high: str) -> bool:
    ends = [end for end in (low, high) if end]
    if all(_NUMBER.fullmatch(end) for end in ends):
        number = _NUMBER.match(value.strip())
        if number is None:
            return False
        return (not low or float(low) <= float(number.group())) and (not high or float(number.group()) <= float(high))
    folded = fold(value)
    return (not low or low <= folded) and (not high or folded <= high or folded.startswith(high))


def _error(text: str, at: int, problem: str) -> QueryError:
    return QueryError(f"query: {problem}\n  {text}\n  {' ' * at}^")
