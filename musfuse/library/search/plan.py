"""How a condition is looked for in the index: which expressions of FTS5 find what may answer it.

A plan never misses an answer; where it may find more it is not `exact`, and what it finds is asked one by one. It is
made of rounds, from the narrowest to all of it, so that who wants some answers has the best of them first: whole words,
then words that begin so, then the rest, by how many tracks a word is on.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from musfuse.library.query import All, Any, Match, Node, Not, Term
from musfuse.library.text.documents import ABSENT, ANY, CUT, OTHER, WORDS, YEAR, is_indexed
from musfuse.library.text.folding import is_sign, is_unspaced, pairs, runs
from musfuse.library.vocabulary import SPECIAL

WIDE = 200
"""Words that one expression may ask for; FTS5 looks at each of them for each track."""
MOST_WORDS = 5000
"""Words that are looked for at all; of more, each track is asked sooner."""
EVERYTHING = ""
"""The expression that stands for all tracks, each of which is to be asked."""
_EACH = f'{{{YEAR}}} : "{ANY}"'
"""Finds every track."""
_DEEPEST = 12
"""Conditions within conditions that an expression has: FTS5 has room for 100 signs that wait for others, of which each
takes four or five."""
_TOGETHER, _TERMS, _ENDINGS = 40, 24, 12


class Words(Protocol):
    """The words that are in the index, each list with those first that are on most tracks. At most MOST_WORDS are
    given."""

    def containing(self, part: str) -> list[str]:
        """Words with this part, the whole word first, then those that begin with it."""

    def starting(self, start: str) -> list[str]:
        """Words that begin with this, the whole word first."""

    def ending(self, end: str) -> list[str]:
        """Words that end with this."""

    def near(self, word: str, edits: int) -> list[str]:
        """Words that are at most so many edits from a word."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Expressions that together find every answer, those of `rest` found out when they are needed. `first` finds whole
    words alone, `second` words that begin so. `narrow` is all of it as one expression, '' where that would be too
    much; `best` some of it that is wanted before all else. `sure`: what `first`, `second` and `best` find are answers.
    `broad` gives all of it as one expression even where that is wide, '' where it is more than that."""

    first: str
    second: str
    rest: Callable[[], Iterator[str]]
    narrow: str = ""
    exact: bool = True
    best: tuple[str, ...] = ()
    sure: bool = True
    broad: Callable[[], str] = lambda: ""

    @property
    def surely(self) -> tuple[str, ...]:
        """The expressions that find only answers, where the plan is sure of that."""
        return (*self.best, self.first, self.second)

    def expressions(self) -> Iterator[str]:
        """All expressions, the narrowest first; what they find overlaps."""
        yield from dict.fromkeys((self.first, self.second))
        yield from self.rest()

    def whole(self) -> Iterator[str]:
        """Expressions that find the same, without what only comes first."""
        return iter((self.narrow,)) if self.narrow else self.rest()


def one(expression: str, exact: bool = True) -> Plan:
    """A plan of one expression."""
    return Plan(
        expression, expression, lambda: iter((expression,)), expression, exact, sure=exact, broad=lambda: expression
    )


class Planner:
    """Plans over the words that there are. `is_cut` tells whether the index has not everything of some track, in these
    columns. `check` is called for each term, and may raise."""

    def __init__(self, words: Words, is_cut: Callable[[str], bool], check: Callable[[], None] = lambda: None) -> None:
        self._words, self._is_cut, self._check = words, is_cut, check

    def plan(self, node: Node, depth: int = 0) -> Plan | None:
        """The plan for a condition; None where the index does not help, as `depth` conditions within others."""
        match node:
            case Term():
                self._check()
                return self._term(node)
            case _ if depth == _DEEPEST:
                return None
            case All():
                return self._all(node.nodes, depth + 1)
            case Any():
                return self._any(node.nodes, depth + 1)
            case Not():
                return self._all((node,), depth + 1)

    def _all(self, nodes: Sequence[Node], depth: int) -> Plan | None:
        """Narrow plans make one expression. A wide one is left out beside them: the few tracks that they find are asked
        sooner than all of its words looked for."""
        asked = [node for node in nodes if not isinstance(node, Not)]
        turned = [node.node for node in nodes if isinstance(node, Not)]
        found = [plan for node in asked[:_TERMS] if (plan := self.plan(node, depth)) is not None]
        plans = (self.plan(node, depth) for node in turned[:_TERMS])
        without = [plan.narrow for plan in plans if plan is not None and plan.exact and plan.narrow]
        if not found and (asked or (turned and not without)):
            return None
        found = found or [one(_EACH)]
        taken = [plan for plan in found if plan.narrow] or found[:1]
        complete = len(taken) == max(len(asked), 1) and len(without) == len(turned)
        exact = complete and all(plan.exact for plan in taken)
        sure = len(found) == max(len(asked), 1) and len(without) == len(turned) and all(plan.sure for plan in found)
        less = f" NOT ({' OR '.join(without)})" if without else ""

        def together(parts: Iterable[str]) -> str:
            each = list(dict.fromkeys(parts))
            if EVERYTHING in each:
                return EVERYTHING
            return (f"({' AND '.join(f'({part})' for part in each)})" if len(each) > 1 else f"({each[0]})") + less

        narrow = together(plan.narrow for plan in taken) if taken[0].narrow else ""

        def rest() -> Iterator[str]:
            broad = [narrow] if narrow else [plan.broad() for plan in found]
            if narrow or all(broad):
                yield narrow or together(broad)
            else:
                yield from (together((expression,)) for expression in found[0].rest())

        first, second = (together(each) for each in zip(*((plan.first, plan.second) for plan in found), strict=True))
        return Plan(first, second, rest, narrow, exact, sure=sure)

    def _any(self, nodes: Sequence[Node], depth: int) -> Plan | None:
        plans = [self.plan(node, depth) for node in nodes]
        found = [plan for plan in plans if plan is not None]
        if len(found) < len(plans):
            return None
        narrow = _either(plan.narrow for plan in found) if all(p.narrow for p in found) and len(found) <= WIDE else ""
        return Plan(
            _either(plan.first for plan in found), _either(plan.second for plan in found),
            lambda: chain.from_iterable(plan.rest() for plan in found), narrow, all(plan.exact for plan in found),
            sure=all(plan.sure for plan in found),
        )  # fmt: skip

    def _term(self, term: Term) -> Plan | None:
        name = term.field
        if name == YEAR:
            return _of_year(term)
        if name in SPECIAL or (name and not is_indexed(name)) or term.low is not None or term.high is not None:
            return None
        if not term.text:
            return one(f'{{{name}}} : "{ABSENT}"') if name in WORDS else None
        columns = f"{{{name if name in WORDS else OTHER if name else ' '.join(WORDS)}}}"
        plan = self._text(columns, term)
        if plan is None:
            return None
        exact = plan.exact and columns != f"{{{OTHER}}}"
        if not self._is_cut(columns):
            return replace(plan, exact=exact, sure=plan.sure and columns != f"{{{OTHER}}}")
        cut = f'{columns} : "{CUT}"'
        narrow = _either((plan.narrow, cut)) if plan.narrow else ""
        sure = plan.sure and columns != f"{{{OTHER}}}"
        return Plan(plan.first, plan.second, lambda: chain(plan.rest(), (cut,)), narrow, False, plan.best, sure)

    def _text(self, columns: str, term: Term) -> Plan | None:
        text, words = term.text, list(runs(term.text))
        if not words:
            return None
        if term.how is Match.NEAR:
            return _of_words(columns, self._words.near(text, term.edits))
        if words == [text] and not is_unspaced(text[0]):
            return self._word(columns, term)
        return self._phrase(columns, term, words)

    def _word(self, columns: str, term: Term) -> Plan:
        """One word of a script with spaces."""
        text, words = term.text, self._words
        whole, begun = f'{columns} : "{text}"', f'{columns} : "{text}" *'
        if term.how is Match.WORD:
            return one(whole)
        if term.how is Match.START:
            popular = words.starting(text)[:WIDE]
            best = () if term.field else tuple(e for word in popular[:_POPULAR] for e in _named(word))
            return Plan(whole, whole, lambda: chain(_each(columns, popular), (begun,)), begun, best=best)
        if len(text) < _SHORT:
            return Plan(
                whole, begun, lambda: _last(columns, words.containing(text)),
                broad=lambda: _broad(columns, words.containing(text)),
            )  # fmt: skip
        plan = _of_words(columns, words.containing(text), whole, begun)
        return plan if term.field else replace(plan, best=_named(text))

    def _phrase(self, columns: str, term: Term, words: Sequence[str]) -> Plan:
        """Several words in a row, or some of a script without spaces. What stands between words is not in the index."""
        text, terms = term.text, list[str]()
        for word in words:
            terms += pairs(word) if is_unspaced(word[0]) else [word]
        last, begins = words[-1], ""
        if is_sign(text[-1]):
            if is_unspaced(last[0]):
                begins = " *" if len(last) == 1 else ""
                terms = terms[: len(terms) - (len(last) > 1)]
            elif term.how is not Match.WORD:
                begins = " *"
        whole = f'{columns} : "{" ".join(terms)}"{begins if is_unspaced(last[0]) else ""}'
        begun = f'{columns} : "{" ".join(terms)}"{begins}'
        exact = list(words) == [text]
        if term.how is not Match.PART or not is_sign(text[0]) or is_unspaced(text[0]):
            return Plan(whole, begun, lambda: iter((begun,)), begun, exact, sure=exact)
        endings, rest = self._words.ending(words[0]) or terms[:1], f'{columns} : "{" ".join(terms[1:])}"{begins}'
        if len(endings) <= _ENDINGS:
            narrow = _either(f'{columns} : "{" ".join([word, *terms[1:]])}"{begins}' for word in endings)
        elif len(endings) <= WIDE:
            narrow = f"({_either(_each(columns, endings))}) AND ({rest})"
        else:
            narrow = rest
        return Plan(whole, begun, lambda: iter((narrow,)), narrow, False, sure=False)


_POPULAR = 3
_SHORT = 3
"""Letters below which so many words have a part that they are looked for last."""


def _named(word: str) -> tuple[str, ...]:
    """Expressions for those whose artist, title or album begins with a word."""
    return tuple(f'{{{name}}} : ^"{word}"' for name in ("artist", "title", "album"))


def _of_words(columns: str, found: Sequence[str], first: str = "", second: str = "") -> Plan:
    """A plan for any of some words, which may be none."""
    if not found:
        return one(f'{columns} : "{CUT}{CUT}"')
    each = list(_each(columns, found))
    narrow = _either(each) if len(found) <= WIDE and len(found) < MOST_WORDS else ""
    return Plan(
        first or each[0], second or each[0], lambda: _or_everything(each, len(found)), narrow,
        broad=lambda: _broad(columns, found),
    )  # fmt: skip


def _broad(columns: str, words: Sequence[str]) -> str:
    """One expression for all words; '' where there may be more of them, or are none."""
    return _either(_each(columns, words)) if 0 < len(words) < MOST_WORDS else ""


def _last(columns: str, words: Sequence[str]) -> Iterator[str]:
    return _or_everything(_each(columns, words), len(words))


def _or_everything(expressions: Iterable[str], words: int) -> Iterator[str]:
    """The expressions, and all tracks behind them where there may be more words than were given."""
    yield from expressions
    if words == MOST_WORDS:
        yield EVERYTHING


def _each(columns: str, words: Sequence[str]) -> Iterator[str]:
    """Expressions for some words, the first ones alone."""
    singles = 3
    for word in words[:singles]:
        yield f'{columns} : "{word}"'
    for at in range(singles, len(words), _TOGETHER):
        yield f"{columns} : ({' OR '.join(f'{chr(34)}{word}{chr(34)}' for word in words[at : at + _TOGETHER])})"


def _either(expressions: Iterable[str]) -> str:
    each = list(dict.fromkeys(expressions))
    return f"({' OR '.join(f'({expression})' for expression in each)})" if len(each) > 1 else each[0]


def _of_year(term: Term) -> Plan | None:
    """Years are four digits. A range of them is put together of decades and centuries."""
    if term.low is None and term.high is None and not term.text:
        return one(f'{{{YEAR}}} : "{ABSENT}"')
    wanted = _years(term)
    if not wanted:
        return one(f'{{{YEAR}}} : "{CUT}"')
    parts, at = list[str](), 0
    while at < 10_000:
        if at not in wanted:
            at += 1
            continue
        step = next((n for n in (1000, 100, 10) if at % n == 0 and wanted.issuperset(range(at, at + n))), 1)
        digits = f"{at:04}"[: {1: 4, 10: 3, 100: 2, 1000: 1}[step]]
        parts.append(f'"{digits}"{"" if step == 1 else " *"}')
        at += step
    return one(f"{{{YEAR}}} : ({' OR '.join(parts)})") if len(parts) <= WIDE else None


_YEARS = tuple(f"{year:04}" for year in range(10_000))


def _years(term: Term) -> set[int]:
    """The years that a term finds, 0 to 9999."""
    if term.low is None and term.high is None:
        return {year for year, digits in enumerate(_YEARS) if term.text in digits}
    first, last = float(term.low or 0), float(term.high or 9999)
    return set(range(math.ceil(min(first, 10_000)), math.floor(min(last, 9999)) + 1))
