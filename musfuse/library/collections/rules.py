"""Rules of collections as data: JSON whose objects are told apart by `type`, read and checked, never trusted.

`{"type": "Compound", "op": "And", "children": [{"type": "Genre", "genre": "jazz"}, {"type": "RecentlyPlayed",
"days": 30}], "order": ["-plays"], "limit": 50}` are the 50 jazz tracks of the last month that were played most.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args

import msgspec

from musfuse.errors import ConfigError
from musfuse.library.query import ORDERS
from musfuse.wording import placed

LONGEST, _DEEPEST, _MOST_RULES = 16_384, 20, 200
"""Characters that a rule may have as text; rules within rules, and rules in all."""
USUAL, MOST = 5_000, 10_000
"""Tracks that a collection has where its limit does not say otherwise, and at most."""
HEARD_ORDERS = ("plays", "played", "rating")
"""What tracks can be sorted by beside query.ORDERS: how often, and when last, they were played; their stars."""
_ORDER = re.compile(rf"-?(?:{'|'.join((*ORDERS, *HEARD_ORDERS))})")
_MOST_DAYS = 36_500


class RuleError(ConfigError):
    """A rule that cannot be read; the message names the place."""


class _Rule(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """What a track has to be."""


class Match(_Rule, frozen=True, tag="Match"):
    """A value of the field has the pattern in it, as `field:pattern` of a query: `word*` begins with it, `word~0` is
    whole; an empty one asks for absence."""

    field: str
    pattern: str


class DateRange(_Rule, frozen=True, tag="DateRange"):
    """A value of the field lies from `start` to `end`, both included; an empty one is no end."""

    field: str
    start: str | int = ""
    end: str | int = ""


class RecentlyAdded(_Rule, frozen=True, tag="RecentlyAdded"):
    """The library came to know it in the last days."""

    days: int = 30


class RecentlyPlayed(_Rule, frozen=True, tag="RecentlyPlayed"):
    """It was played in the last days."""

    days: int = 7


class MostPlayed(_Rule, frozen=True, tag="MostPlayed"):
    """It is one of so many tracks that were played most."""

    limit: int = 100


class NeverPlayed(_Rule, frozen=True, tag="NeverPlayed"):
    """It was not played yet."""


class Genre(_Rule, frozen=True, tag="Genre"):
    """A genre of it has these words."""

    genre: str


class Rating(_Rule, frozen=True, tag="Rating"):
    """It has so many stars, or more."""

    min: int


class Search(_Rule, frozen=True, tag="Search"):
    """It answers a query of `musfuse search`."""

    query: str


class Not(_Rule, frozen=True, tag="Not"):
    """What the other rule says is not so."""

    child: "Rule"


class Compound(_Rule, frozen=True, tag="Compound"):
    """All of the other rules say so, or any."""

    op: Literal["And", "Or"]
    children: tuple["Rule", ...]


Rule = Union[  # noqa: UP007 - the classes name it before there is anything to name
    Match, DateRange, RecentlyAdded, RecentlyPlayed, MostPlayed, NeverPlayed, Genre, Rating, Search, Not, Compound
]


@dataclass(frozen=True, slots=True)
class Definition:
    """Which tracks a collection has, in which order (`-` in front: the last first; () for that which suits the rule),
    and how many at most (0: USUAL)."""

    rule: Rule
    order: tuple[str, ...] = ()
    limit: int = 0


def read_definition(text: str) -> Definition:
    """A definition from JSON, or from a query of the search grammar, which is not checked here. Raises RuleError, which
    says where."""
    if len(text) > LONGEST:
        raise RuleError(f"{len(text)} characters are too many for a rule; {LONGEST} at most")
    if not text.lstrip().startswith("{"):
        return Definition(Search(text.strip()))
    try:
        value = msgspec.json.decode(text.encode("utf-8", "surrogatepass"))
        deepest = _depth(value)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise RuleError(f"no JSON: {error}") from None
    if deepest > 2 * _DEEPEST:
        raise RuleError(f"more than {_DEEPEST} rules within each other")
    order, limit = value.pop("order", []), value.pop("limit", 0) if value.get("type") != "MostPlayed" else 0
    try:
        rule: Rule = msgspec.convert(value, Rule)
        definition = Definition(rule, msgspec.convert(order, tuple[str, ...]), msgspec.convert(limit, int))
    except (msgspec.ValidationError, RecursionError, UnicodeEncodeError) as error:
        raise RuleError(f"{placed(str(error))}{_known(str(error))}") from None
    _check(definition)
    return definition


def write_definition(definition: Definition) -> str:
    """The JSON that `read_definition` reads."""
    return msgspec.json.encode(as_json(definition)).decode()


def as_json(definition: Definition) -> dict[str, Any]:
    """A definition as values of JSON."""
    value: dict[str, Any] = msgspec.to_builtins(definition.rule)
    more: dict[str, Any] = {"order": list(definition.order)} if definition.order else {}
    if definition.limit:
        more["limit"] = definition.limit
    return {**value, **more}


def walk(rule: Rule, place: str = "") -> Iterator[tuple[Rule, str]]:
    """A rule and all within it, each with where it stands."""
    yield rule, place
    if isinstance(rule, Not):
        yield from walk(rule.child, _within(place, "child"))
    elif isinstance(rule, Compound):
        for number, child in enumerate(rule.children):
            yield from walk(child, _within(place, f"children[{number}]"))


def at(place: str, problem: str) -> RuleError:
    """What is wrong at a place of a rule."""
    return RuleError(f"{place}: {problem}" if place else problem)


def _known(message: str) -> str:
    """Which types there are, where one is none."""
    names = (kind.__struct_config__.tag for kind in get_args(Rule))
    return f"; {', '.join(map(str, names))} are known" if message.endswith(".type`") else ""


def _check(definition: Definition) -> None:
    """Raise RuleError for numbers that make no sense, and for too much of anything."""
    for count, (rule, place) in enumerate(walk(definition.rule), 1):
        if count > _MOST_RULES:
            raise at(place, f"more than {_MOST_RULES} rules")
        if place.count("child") >= _DEEPEST:
            raise RuleError(f"more than {_DEEPEST} rules within each other")
        match rule:
            case RecentlyAdded() | RecentlyPlayed():
                _check_number(_within(place, "days"), rule.days, _MOST_DAYS)
            case MostPlayed():
                _check_number(_within(place, "limit"), rule.limit, MOST)
            case Rating():
                _check_number(_within(place, "min"), rule.min, 5)
            case Compound() if not rule.children:
                raise at(_within(place, "children"), "none; one rule at least is wanted")
    if definition.limit:
        _check_number("limit", definition.limit, MOST)
    for number, name in enumerate(definition.order):
        if not _ORDER.fullmatch(name):
            names = ", ".join((*ORDERS, *HEARD_ORDERS))
            raise at(f"order[{number}]", f"{name[:60]!r} is none; {names} are known, with - in front the last first")
    if len(definition.order) > len(ORDERS):
        raise at("order", f"{len(definition.order)} are too many")


def _check_number(place: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise at(place, f"{number}; from 1 to {most} is wanted")


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _depth(value: Any) -> int:
    """How deeply a value is nested."""
    deepest, level = 0, [value]
    while level:
        deepest += 1
        inner = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [below for one in inner for below in one]
    return deepest
