"""The query language: `beatles year:1967..1969 album:"Abbey Road" -live`.

A query is terms, all of which must hold. A term is a word or a quoted phrase, looked for in title, artists, album,
composer and genre; or `field:value`, looked for in one field; or `field:low..high`, a range whose ends may be left out,
of numbers where both ends are numbers, else of text; or `field:` alone, which says that the field is absent. A `-` in
front turns a term round. Letters match whatever their case and accents. Beside the tags there are the fields `year`
(of the date), `path` (of the original), `format` (what it is called: an extension, its container, its codec).

A field that nothing has, and a value that no track could have, are mistakes: they would find nothing, or everything.
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass

from musfuse.errors import ConfigError
from musfuse.library.vocabulary import SPECIAL, Vocabulary, is_of
from musfuse.media.tags.fields import field_name
from musfuse.model import TagSet

_TERM = re.compile(
    r"""(?P<minus>-)?(?:(?P<field>[^\s:"]+):)?(?:"(?P<quoted>[^"]*)"(?=\s|$)|(?P<open>"[^"]*)|(?P<plain>[^\s"]*))"""
)
_WORDS = ("title", "artist", "album", "albumartist", "composer", "genre")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NUMBERS = {"year": "1967", "bpm": "120", "tracktotal": "12", "discnumber": "2", "disctotal": "2"}
_DATES = frozenset({"date", "originaldate", "originalyear"})


class QueryError(ConfigError):
    """A query that cannot be read; the message points at the place."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A track as a query sees it: the tags that are served, the path of the original, its codec and container."""

    tags: TagSet
    path: str
    codec: str
    container: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One term. `field` is empty for words; `low` and `high` are set for a range; an empty `text` asks for absence;
    `kinds` are the containers and codecs that a format means."""

    text: str
    field: str = ""
    negated: bool = False
    low: str | None = None
    high: str | None = None
    kinds: Set[str] = frozenset()

    def holds(self, subject: Subject) -> bool:
        """Whether the term holds for a track."""
        return self._found(subject) is not self.negated

    def _found(self, subject: Subject) -> bool:
        values = [value for name in (self.field,) if name for value in _values(subject, name)]
        if self.low is not None or self.high is not None:
            return any(_within(value, self.low or "", self.high or "") for value in values)
        if not self.field:
            return any(self.text in fold(value) for name in _WORDS for value in _values(subject, name))
        if not self.text:
            return not values
        if self.field == "format":
            return is_of(self.kinds, subject.container, subject.codec)
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
        plain = (t.text for t in self.terms if not t.negated and t.text and t.field not in SPECIAL and t.low is None)
        # A letter that folds to ASCII may be spelled with an accent; digits and hyphens may not.
        return [text for text in plain if text.isascii() and not re.search(r"[a-z\"\\]", text)]


def fold(text: str) -> str:
    """Text without case and accents."""
    if text.isascii():  # most is, and a query folds what it looks through for each of its terms
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def parse_query(text: str, vocabulary: Vocabulary) -> Query:
    """Read a query. Raises QueryError for an unclosed quote, a stray quote, nothing at all, a field or format that
    `vocabulary` does not have, and a value or range that cannot be one."""
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
        terms.append(_term(text, at, match, vocabulary))
        at = match.end()
    if not terms:
        raise _error(text, 0, "an empty query")
    return Query(tuple(dict.fromkeys(terms)))


def _term(text: str, at: int, match: re.Match[str], vocabulary: Vocabulary) -> Term:
    quoted, plain = match.group("quoted"), match.group("plain")
    value = plain if quoted is None else quoted
    negated = bool(match.group("minus"))
    name = match.group("field")
    if name is None:
        if not value:
            raise _error(text, at, "a term without a word")
        return Term(fold(value), "", negated)
    field = name.lower() if name.lower() in SPECIAL else field_name(name)
    if not vocabulary.has_field(field):
        raise _error(text, match.start("field"), _no_field(name, value, vocabulary))
    low, dots, high = value.partition("..")
    if quoted is None and dots and field not in ("path", "format"):
        term = Term("", field, negated, fold(low), fold(high))
    else:
        kinds = frozenset(vocabulary.format(fold(value))) if field == "format" and value else frozenset()
        term = Term(fold(value), field, negated, kinds=kinds)
    problem = _problem(term, value, vocabulary)
    if problem:
        raise _error(text, match.start("field") + len(name) + 1, problem)
    return term


def _no_field(name: str, value: str, vocabulary: Vocabulary) -> str:
    close = difflib.get_close_matches(name.lower(), sorted(vocabulary.fields()), n=1)
    hint = f"did you mean {close[0]}?" if close else f'write "{name}:{value}" in quotes to look for these words'
    return f"no field is called {name}, on any track; {hint}"


def _problem(term: Term, value: str, vocabulary: Vocabulary) -> str:
    """Why no track can answer a term; empty where one can."""
    field, ends = term.field, [end for end in (term.low, term.high) if end]
    if term.low is not None and not ends:
        return "a range without ends"
    texts = ends or ([term.text] if term.text else [])
    if field in _NUMBERS and not all(_NUMBER.fullmatch(text) for text in texts):
        example = _NUMBERS[field]
        return f"{field} is a number, which {value} is not; write {field}:{example} or {field}:{example}..{example}"
    if field in _DATES and not all(re.search(r"\d", text) for text in texts):
        return f"{field} is a date, which {value} is not; write {field}:1967, {field}:1967-05 or {field}:1967..1969"
    if len(ends) == 2 and _is_reversed(*ends):
        return f'the range {value} ends before it begins; write {field}:"{value}" to look for this text'
    if field == "format" and term.text and not term.kinds:
        close = difflib.get_close_matches(term.text, sorted(vocabulary.formats()), n=1)
        return f"no format is called {value}, and no track is of it; " + (
            f"did you mean {close[0]}?" if close else "write an extension or a codec, such as flac, m4a, opus"
        )
    return ""


def _is_reversed(low: str, high: str) -> bool:
    if _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high):
        return float(low) > float(high)
    return low > high and not low.startswith(high)


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
