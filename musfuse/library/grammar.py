"""The query language: `beatles year:1967..1969 (album:"Abbey Road" OR album:help*) -live sort:year`.

A query is terms, all of which must hold (`AND` may stand between them), or groups of terms with `OR` between; `-` or
`NOT` in front turns a term or a group round. A term is a word or a quoted phrase, looked for in title, artists, album,
composer and genre; or `field:value`, looked for in one field; or `field:low..high` or `field:[low TO high]`, a range
whose ends may be left out, of numbers where both ends are numbers, else of text; or `field:` alone, which says that the
field is absent, and `field:*`, that it is not.

A word stands for itself wherever it is, also within another; with `*` behind it words begin with it, with `~0` it is a
whole word, with `~` or `~1`, and `~2`, words may be so many letters different. Letters match whatever their case and
accents. Beside the tags there are the fields `year` (of the date), `path` (of the original), `format` (what it is
called: an extension, its container, its codec); `sort:` says by what the answers are sorted.

A field that nothing has, and a value that no track could have, are mistakes: they would find nothing, or everything.
"""

import difflib
import re
from dataclasses import dataclass, field

from musfuse.errors import ConfigError
from musfuse.library.query import NUMBER, ORDERS, All, Any, Match, Node, Not, Order, Query, Term
from musfuse.library.text.folding import fold, is_unspaced, runs
from musfuse.library.vocabulary import SPECIAL, Vocabulary
from musfuse.media.tags.fields import field_name

LONGEST, _DEEPEST = 16_384, 40
"""Characters that a query may have, and groups within groups."""
_FIELD = re.compile(r'([^\s:"()]+):')
_QUOTED = re.compile(r'"([^"]*)"(\*|~\d*)?(?=[\s)]|$)')
_RANGE = re.compile(r'\[\s*("[^"]*"|[^\s\]]+)\s+TO\s+("[^"]*"|[^\s\]]+)\s*\](?=[\s)]|$)')
_NUMBERS = {"year": "1967", "bpm": "120", "tracktotal": "12", "discnumber": "2", "disctotal": "2"}
_DATES = frozenset({"date", "originaldate", "originalyear"})
_LITERAL = frozenset({"path", "format"})
"""Fields whose values are taken as they are: they have no words."""


class QueryError(ConfigError):
    """A query that cannot be read; the message points at the place."""


def parse_query(text: str, vocabulary: Vocabulary) -> Query:
    """Read a query. Raises QueryError for an unclosed quote or group, a stray one, nothing at all, a field or format
    that `vocabulary` does not have, and a value or range that cannot be one."""
    if len(text) > LONGEST:
        raise QueryError(f"query: {len(text)} characters are too many; {LONGEST} at most")
    return _Parser(text, vocabulary).query()


def field_term(name: str, pattern: str, vocabulary: Vocabulary) -> Node:
    """The condition that `name:pattern` is, whatever signs the pattern has: `*` and `~` at its end count. Raises
    QueryError as parse_query does."""
    parser = _Parser(f"{name}:{pattern}", vocabulary)
    text, ending = _parted(pattern)
    start = len(name) + 1
    return parser._of_field(0, start, name, parser._ended(start, text, ending, quoted=True))


def range_term(name: str, low: str, high: str, vocabulary: Vocabulary) -> Node:
    """The condition that `name:[low TO high]` is; an empty end is none. Raises QueryError as parse_query does."""
    shown = f"[{low or '*'} TO {high or '*'}]"
    return _Parser(f"{name}:{shown}", vocabulary)._of_field(0, len(name) + 1, name, _Value(shown, ends=(low, high)))


@dataclass(slots=True)
class _Parser:
    text: str
    vocabulary: Vocabulary
    at: int = 0
    orders: list[Order] = field(default_factory=list)

    def query(self) -> Query:
        root = self._either(0)
        if root is None and not self.orders:
            raise self._error(0, "an empty query")
        return Query(root if root is not None else All(()), tuple(dict.fromkeys(self.orders)))

    def _either(self, depth: int) -> Node | None:
        """Groups of terms with OR between; None for none, as where only an order is given."""
        found = list[Node]()
        while True:
            begun = self.at
            node = self._together(depth)
            if node is not None:
                found.append(node)
            elif found or self._is_next("OR"):
                raise self._error(min(begun, len(self.text)), "a term is missing beside OR")
            if not self._take("OR"):
                break
        return _joined(Any, found)

    def _together(self, depth: int) -> Node | None:
        """Terms that must all hold, up to an OR or the end of the group."""
        found, wanting = list[Node](), False
        while self._more() and not self._is_next("OR"):
            if self.text[self.at] == ")":
                if not depth:
                    raise self._error(self.at, 'a ) without a ( before it; in quotes, ")" is looked for')
                break
            if self._is_next("AND"):
                if not found or wanting:
                    raise self._error(self.at, 'a term is missing before AND; in quotes, "AND" is a word')
                self._take("AND")
                wanting = True
                continue
            before = len(self.orders)
            node = self._one(depth)
            if node is not None:
                found.append(node)
            wanting = wanting and node is None and len(self.orders) == before
        if wanting:
            raise self._error(len(self.text), "a term is missing behind AND")
        return _joined(All, found)

    def _one(self, depth: int) -> Node | None:
        """A term or a group, perhaps turned round; None for an order."""
        begun, turned = self.at, False
        while self._more():
            if self.text[self.at] == "-":
                self.at += 1
                turned = not turned
                if self.at == len(self.text) or self.text[self.at].isspace():
                    break
            elif self._take("NOT"):
                turned = not turned
            else:
                break
        if not self._more() or (self.text[self.at - 1 : self.at] == "-" and self.text[self.at].isspace()):
            raise self._error(begun, "a term without a word")
        known = len(self.orders)
        node = self._group(depth) if self.text[self.at] == "(" else self._term(depth)
        if node is None and len(self.orders) > known and turned:
            raise self._error(begun, "write sort:-NAME to have the last first")
        return Not(node) if turned and node is not None else node

    def _group(self, depth: int) -> Node:
        begun = self.at
        if depth == _DEEPEST:
            raise self._error(begun, f"more than {_DEEPEST} groups within each other")
        self.at += 1
        node = self._either(depth + 1)
        if not self._more():
            raise self._error(begun, "a ( that is not closed")
        if node is None:
            raise self._error(begun, "a group without a term")
        self.at += 1
        return node

    def _term(self, depth: int) -> Node | None:
        named = _FIELD.match(self.text, self.at)
        name = named.group(1) if named else None
        begun = self.at
        self.at = start = named.end() if named else self.at
        found = self._value(depth)
        if name is None:
            return self._words(begun, found)
        if name.lower() == "sort":
            self._order(start, found.text)
            return None
        return self._of_field(begun, start, name, found)

    def _words(self, at: int, value: "_Value") -> Node:
        if not fold(value.text):
            raise self._error(at, "a term without a word")
        return self._checked(at, Term(fold(value.text), "", *value.how))

    def _of_field(self, at: int, start: int, name: str, value: "_Value") -> Node:
        known = name.lower() if name.lower() in SPECIAL else field_name(name)
        if not self.vocabulary.has_field(known):
            raise self._error(at, _no_field(name, value.text, self.vocabulary))
        if known in _LITERAL or known in _NUMBERS:
            value = value.plain()
        elif value.ending == "*" and not value.text:
            return Not(Term("", known))
        low, dots, high = value.text.partition("..")
        if value.ends is not None:
            term = Term("", known, low=fold(value.ends[0]), high=fold(value.ends[1]))
        elif not value.quoted and dots and known not in _LITERAL:
            term = Term("", known, low=fold(low), high=fold(high))
        else:
            kinds = self.vocabulary.format(fold(value.text)) if known == "format" and value.text else ()
            term = Term(fold(value.text), known, *value.how, kinds=frozenset(kinds))
        problem = _problem(term, value.text, self.vocabulary)
        if problem or (value.text and not (term.text or term.low is not None)):
            raise self._error(start, problem or "a value of signs that nobody sees")
        return self._checked(start, term)

    def _checked(self, at: int, term: Term) -> Term:
        """A term that may be asked for. Where the text has no words, nor a beginning of one, it is wanted as it
        stands."""
        words = list(runs(term.text))
        if term.how is not Match.NEAR or term.low is not None:
            return term
        if words != [term.text]:
            raise self._error(at, "~1 and ~2 stand behind one word")
        if is_unspaced(term.text[0]):
            return Term(term.text, term.field)
        if len(term.text) <= term.edits:
            raise self._error(at, f"a word of {len(term.text)} letters is nearly any other; ~{term.edits} wants more")
        return term

    def _order(self, at: int, text: str) -> None:
        name = text.removeprefix("-").lower()
        name = "year" if name == "date" else name
        if name not in ORDERS:
            raise self._error(at, f"answers are sorted by {', '.join(ORDERS)}, the last first with a - in front")
        self.orders.append(Order(name, text.startswith("-")))

    def _value(self, depth: int) -> "_Value":
        """A phrase, a range in brackets, or a plain word with what stands behind it."""
        begun = self.at
        if self.text.startswith('"', begun):
            match = _QUOTED.match(self.text, begun)
            if match is None:
                closed = '"' in self.text[begun + 1 :]
                raise self._error(begun, "a quote within a word" if closed else "a quote that is not closed")
            self.at = match.end()
            return self._ended(begun, match[1], match[2] or "", quoted=True)
        brackets = _RANGE.match(self.text, begun)
        if brackets is not None:
            self.at = brackets.end()
            low, high = (end.strip('"') if end != "*" else "" for end in brackets.groups())
            return _Value(brackets.group(), ends=(low, high))
        text, ending = _parted(self._plain(depth))
        return self._ended(begun, text, ending)

    def _ended(self, at: int, text: str, ending: str, quoted: bool = False) -> "_Value":
        if ending.startswith("~") and ending[1:] not in ("", "0", "1", "2"):
            raise self._error(at, f'{ending}: ~0, ~1 and ~2 are known; in quotes, "{text}{ending}" is looked for')
        return _Value(text, ending[:1] + ending[1:].rstrip("*"), quoted)

    def _plain(self, depth: int) -> str:
        """The text of a word up to a space, or the end of the group that it stands in."""
        begun, inner = self.at, 0
        while self.at < len(self.text) and not self.text[self.at].isspace():
            char = self.text[self.at]
            if char == '"':
                raise self._error(self.at, "a quote within a word")
            if char == ")" and not inner:
                if depth:
                    break
                raise self._error(self.at, "a ) without a ( before it; what is in quotes is looked for as it is")
            inner += (char == "(") - (char == ")")
            self.at += 1
        if inner:
            raise self._error(begun, "a ( that is not closed; what is in quotes is looked for as it is")
        return self.text[begun : self.at]

    def _more(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _is_next(self, word: str) -> bool:
        behind = self.text[self.at + len(word) : self.at + len(word) + 1]
        return self.text.startswith(word, self.at) and (not behind or behind.isspace() or behind in "()")

    def _take(self, word: str) -> bool:
        taken = self._more() and self._is_next(word)
        self.at += len(word) * taken
        return taken

    def _error(self, at: int, problem: str) -> QueryError:
        return QueryError(f"query: {problem}\n  {self.text}\n  {' ' * at}^")


_HOW = {"": (Match.PART, 0), "*": (Match.START, 0), "~0": (Match.WORD, 0), "~": (Match.NEAR, 1), "~1": (Match.NEAR, 1),
        "~2": (Match.NEAR, 2)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Value:
    """What stands for a term: its text, what ended it, whether it was quoted; `ends` of a range in brackets."""

    text: str
    ending: str = ""
    quoted: bool = False
    ends: tuple[str, str] | None = None

    @property
    def how(self) -> tuple[Match, int]:
        """How the text has to stand, and how many edits are allowed."""
        return _HOW[self.ending]

    def plain(self) -> "_Value":
        """As it was written, for a field that has no words."""
        return self if self.ends is not None else _Value(self.text + self.ending, "", self.quoted)


def _parted(word: str) -> tuple[str, str]:
    """A word, and the stars, or the `~` and digits, that it ends with."""
    text = word.rstrip("*")
    if text != word:
        return text, word[len(text) :]
    at = len(word)
    while at and word[at - 1].isdecimal():
        at -= 1
    return (word[: at - 1], word[at - 1 :]) if word[at - 1 : at] == "~" else (word, "")


def _joined(how: type[All] | type[Any], nodes: list[Node]) -> Node | None:
    each = tuple(dict.fromkeys(nodes))
    return how(each) if len(each) > 1 else each[0] if each else None


def _no_field(name: str, value: str, vocabulary: Vocabulary) -> str:
    close = difflib.get_close_matches(name.lower(), sorted({*vocabulary.fields(), "sort"}), n=1)
    hint = f"did you mean {close[0]}?" if close else f'write "{name}:{value}" in quotes to look for these words'
    return f"no field is called {name}, on any track; {hint}"


def _problem(term: Term, value: str, vocabulary: Vocabulary) -> str:
    """Why no track can answer a term; empty where one can."""
    name, ends = term.field, [end for end in (term.low, term.high) if end]
    if term.low is not None and not ends:
        return "a range without ends"
    texts = ends or ([term.text] if term.text else [])
    if name in _NUMBERS and not all(NUMBER.fullmatch(text) for text in texts):
        example = _NUMBERS[name]
        return f"{name} is a number, which {value} is not; write {name}:{example} or {name}:{example}..{example}"
    if name in _DATES and not all(re.search(r"\d", text) for text in texts):
        return f"{name} is a date, which {value} is not; write {name}:1967, {name}:1967-05 or {name}:1967..1969"
    if len(ends) == 2 and _is_reversed(*ends):
        return f'the range {value} ends before it begins; write {name}:"{value}" to look for this text'
    if name == "format" and term.text and not term.kinds:
        close = difflib.get_close_matches(term.text, sorted(vocabulary.formats()), n=1)
        return f"no format is called {value}, and no track is of it; " + (
            f"did you mean {close[0]}?" if close else "write an extension or a codec, such as flac, m4a, opus"
        )
    return ""


def _is_reversed(low: str, high: str) -> bool:
    if NUMBER.fullmatch(low) and NUMBER.fullmatch(high):
        return float(low) > float(high)
    return low > high and not low.startswith(high)
