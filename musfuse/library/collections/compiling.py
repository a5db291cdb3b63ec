"""Rules made into what is asked: conditions on tags, all that belong together as one, and what was heard of tracks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Union

from musfuse.library import query
from musfuse.library.collections import rules
from musfuse.library.collections.rules import Definition, Rule, at
from musfuse.library.grammar import QueryError, field_term, parse_query, range_term
from musfuse.library.query import Node, Order
from musfuse.library.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Words:
    """A condition that the engine of queries answers."""

    node: Node


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which all hold, or `any` of them."""

    parts: tuple["Part", ...]
    any: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """What does not hold."""

    part: "Part"


Heard = rules.RecentlyAdded | rules.RecentlyPlayed | rules.MostPlayed | rules.NeverPlayed | rules.Rating
Part = Union[Words, Group, Outside, Heard]  # noqa: UP007 - the classes name it before there is anything to name


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is asked, in which order the tracks are wanted (() for that of their paths), and how many."""

    part: Part
    orders: tuple[Order, ...]
    limit: int


def compiled(definition: Definition, vocabulary: Vocabulary) -> Compiled:
    """What a definition asks. Raises RuleError, which says where, for fields and values that `vocabulary` does not
    have, and QueryError for a query that is none."""
    queried = list[Order]()
    part = _part(definition.rule, "", vocabulary, queried)
    orders = [Order(name.removeprefix("-"), name.startswith("-")) for name in definition.order] or queried
    return Compiled(part, tuple(orders) or _usual(part), definition.limit or rules.USUAL)


def _part(rule: Rule, place: str, vocabulary: Vocabulary, orders: list[Order]) -> Part:
    below = f"{place}." if place else ""
    match rule:
        case rules.Search(text):
            return _query(text, place, vocabulary, orders)
        case rules.Match(name, pattern):
            return _words(below, "pattern", lambda: field_term(name, pattern, vocabulary))
        case rules.DateRange(name, start, end):
            return _words(below, "start", lambda: range_term(name, str(start), str(end), vocabulary))
        case rules.Genre(genre):
            return _words(below, "genre", lambda: field_term("genre", f"{genre}~0" if genre else "", vocabulary))
        case rules.Not(child):
            part = _part(child, f"{below}child", vocabulary, orders)
            return Words(query.Not(part.node)) if isinstance(part, Words) else Outside(part)
        case rules.Compound(op, children):
            parts = [
                _part(child, f"{below}children[{number}]", vocabulary, orders) for number, child in enumerate(children)
            ]
            return _grouped(parts, op == "Or")
        case _:
            return rule


def _query(text: str, place: str, vocabulary: Vocabulary, orders: list[Order]) -> Part:
    try:
        found = parse_query(text, vocabulary)
    except QueryError as error:
        if not place:
            raise
        raise at(f"{place}.query", str(error)) from None
    orders += found.orders
    return Words(found.root)


def _words(below: str, name: str, make: Callable[[], Node]) -> Part:
    try:
        return Words(make())
    except QueryError as error:
        problem = str(error).removeprefix("query: ").partition("\n")[0]
        raise at(below + ("field" if problem.startswith("no field") else name), problem) from None


def _grouped(parts: Sequence[Part], any_: bool) -> Part:
    """One condition of all on tags, which are answered together, beside the others."""
    nodes = tuple(part.node for part in parts if isinstance(part, Words))
    others: list[Part] = [part for part in parts if not isinstance(part, Words)]
    if nodes:
        others.append(Words(nodes[0] if len(nodes) == 1 else query.Any(nodes) if any_ else query.All(nodes)))
    return others[0] if len(others) == 1 else Group(tuple(others), any_)


_USUAL: dict[type, str] = {
    rules.RecentlyAdded: "added", rules.RecentlyPlayed: "played", rules.MostPlayed: "plays", rules.Rating: "rating",
}  # fmt: skip


def _usual(part: Part) -> tuple[Order, ...]:
    """The order that suits what is asked: the newest first of what is new, and so on."""
    if isinstance(part, Group) and not part.any:
        return next((found for inner in part.parts if (found := _usual(inner))), ())
    name = _USUAL.get(type(part))
    return (Order(name, True),) if name else ()
