"""Which answers come first, and what is shown of why they are answers."""

import unicodedata
from collections.abc import Iterator, Sequence
from html import escape

from musfuse.library.query import Match, Query, Term, leaves
from musfuse.library.text.documents import WORDS
from musfuse.library.text.folding import fold, is_edge, runs
from musfuse.library.vocabulary import SPECIAL
from musfuse.model import TagSet

_WEIGHTS = {"title": 4.0, "artist": 3.5, "album": 3.0, "albumartist": 2.5, "composer": 1.5, "genre": 1.0}
_OTHER = 1.0
_IS_ALL, _BEGINS_ALL, _WHOLE, _BEGINS, _PART, _NEARLY = 4.0, 3.0, 2.0, 1.5, 1.0, 0.75
_MOST_MARKS, _LONGEST = 100, 2000
BEGIN, END = "<b>", "</b>"


def asked(query: Query) -> list[Term]:
    """The terms of a query that say what text is wanted."""
    return [
        term
        for term, wanted in leaves(query.root)
        if wanted and term.text and term.low is None and term.high is None and term.field not in SPECIAL
    ]


def score(terms: Sequence[Term], tags: TagSet) -> float:
    """How well tags answer terms, from 0 to 1: a whole value over a part of one, a title over a genre."""
    if not terms:
        return 1.0
    return sum(_score(term, tags) for term in terms) / (len(terms) * _IS_ALL * max(_WEIGHTS.values()))


def _score(term: Term, tags: TagSet) -> float:
    names = (term.field,) if term.field else WORDS
    return max(
        (_WEIGHTS.get(name, _OTHER) * _fits(term, fold(value)) for name in names for value in tags.get(name, ())),
        default=0.0,
    )


def _fits(term: Term, value: str) -> float:
    if term.how is Match.NEAR:
        return _NEARLY if term.stands_in(value) else 0.0
    if term.text not in value:
        return 0.0
    if value == term.text or " ".join(runs(value)) == term.text:
        return _IS_ALL
    best = 0.0
    for at in term.places(value):
        begins, ends = is_edge(value, at), is_edge(value, at + len(term.text))
        if begins and ends:
            best = max(best, _WHOLE if at else _BEGINS_ALL)
        best = max(best, _BEGINS if begins else _PART)
    return best


def highlights(terms: Sequence[Term], tags: TagSet) -> dict[str, str]:
    """The first value of each field that answers a term, as HTML with what was found in <b>."""
    found = dict[str, str]()
    for name in dict.fromkeys(name for term in terms for name in ((term.field,) if term.field else WORDS)):
        here = [term for term in terms if term.field in ("", name)]
        for value in tags.get(name, ()):
            marked = _marked(here, value[:_LONGEST])
            if marked:
                found[name] = marked
                break
    return found


def _marked(terms: Sequence[Term], value: str) -> str:
    """A value with what answers the terms marked; '' where nothing does."""
    folded, origin = _folded(value)
    marks = list[tuple[int, int]]()
    for term in terms:
        marks += [(origin[begin], origin[end]) for begin, end in _places(term, folded)]
    made, at = "", 0
    for begin, end in sorted(marks)[:_MOST_MARKS]:
        if begin >= at and end > begin:
            made += f"{escape(value[at:begin], False)}{BEGIN}{escape(value[begin:end], False)}{END}"
            at = end
    return made + escape(value[at:], False) if at else ""


def _places(term: Term, folded: str) -> Iterator[tuple[int, int]]:
    if term.how is not Match.NEAR:
        yield from ((at, at + len(term.text)) for at in term.places(folded))
        return
    begin = 0
    for at in range(1, len(folded) + 1):
        if is_edge(folded, at):
            if term.stands_in(folded[begin:at]):
                yield begin, at
            begin = at


def _folded(value: str) -> tuple[str, Sequence[int]]:
    """A value folded piece by piece, a character with its accents at a time, and where in the value each character of
    that comes from; one more for the end."""
    if value.isascii():
        return value.lower(), range(len(value) + 1)
    folded, origin, at = "", list[int](), 0
    while at < len(value):
        end = at + 1
        while end < len(value) and unicodedata.combining(value[end]):
            end += 1
        piece = fold(value[at:end])
        folded += piece
        origin += [at] * len(piece)
        at = end
    return folded, [*origin, len(value)]
