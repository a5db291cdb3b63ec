"""Answers in an order that was asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from musfuse.library.catalog.finding import Found
from musfuse.library.query import Order
from musfuse.library.text.documents import year_of
from musfuse.library.text.folding import fold
from musfuse.store import sorting
from musfuse.store.sorting import Key

_LONGEST = 200
_NOTHING: Mapping[str, Mapping[int, int]] = {}


def key(order: Order, found: Found) -> Key:
    """What an answer is sorted by; None where that is not known."""
    match order.name:
        case "year":
            return int(year_of(found.tags) or 0) or None
        case "added":
            return found.born_ns
        case "length":
            return found.length_ns
        case "path":
            return _text(found.path)
        case name:
            return _text(found.tags.first(name) or "") or None


def _text(text: str) -> str:
    return fold(text)[:_LONGEST].encode("utf-8", "replace").decode()


def in_order(
    found: Iterable[Found], orders: Sequence[Order], told: Mapping[str, Mapping[int, int]] = _NOTHING
) -> Iterator[int]:
    """The ids of answers by these orders, then by path and part as far as they are told, then by id; all are read
    first. `told` has what orders mean, by their names, that an answer does not tell: a number by its id."""

    def by(order: Order, answer: Found) -> Key:
        return told[order.name].get(answer.id) if order.name in told else key(order, answer)

    rows = ((f.id, (*(by(order, f) for order in orders), _text(f.path), f.part)) for f in found)
    return sorting.in_order(rows, [*(order.descending for order in orders), False, False])
