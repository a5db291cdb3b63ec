"""One bounded memory for everything that is remembered until something else needs the room."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lru(Generic[K, V]):
    """Values by key. Where they weigh more than `limit` together, the least recently used go; the one that was put last
    stays, however much it weighs. A value weighs 1, or what `weigh` says of it, which must not change while it is here.

    It has no lock: whoever shares one between threads keeps other things in step with it, under a lock of their own.
    For the same reason nothing is called when a value goes: `put` returns what went, to be closed where no lock is
    held. `peek`, `in` and `len` change nothing, so that they may be used without that lock.
    """

    def __init__(self, limit: int, weigh: Callable[[V], int] | None = None) -> None:
        if limit < 1:
            raise ValueError(f"nothing fits into a memory of {limit}")
        self._limit, self._weigh = limit, weigh
        self._values: OrderedDict[K, V] = OrderedDict()  # the least recently used first
        self._weight = 0

    def get(self, key: K) -> V | None:
        """The value, which counts as used now; None where there is none."""
        found = self._values.get(key)
        if found is not None or key in self._values:
            self._values.move_to_end(key)
        return found

    def peek(self, key: K) -> V | None:
        """The value, without counting it as used; None where there is none."""
        return self._values.get(key)

    def put(self, key: K, value: V) -> Sequence[tuple[K, V]]:
        """Keep a value, used now, in place of the one that the key had. What went to make room for it, the least
        recently used first."""
        if key in self._values:
            self.pop(key)
        self._values[key] = value
        self._weight += self._weight_of(value)
        if self._weight <= self._limit:
            return ()
        gone = []
        while self._weight > self._limit and len(self._values) > 1:
            old = self._values.popitem(last=False)
            self._weight -= self._weight_of(old[1])
            gone.append(old)
        return gone

    def pop(self, key: K) -> V | None:
        """Take a value out; None where there is none."""
        if key not in self._values:
            return None
        value = self._values.pop(key)
        self._weight -= self._weight_of(value)
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._weight = 0

    def items(self) -> Sequence[tuple[K, V]]:
        """Everything as it is now, the least recently used first."""
        return list(self._values.items())

    @property
    def weight(self) -> int:
        """What everything here weighs together."""
        return self._weight

    def __iter__(self) -> Iterator[K]:
        """The keys, the least recently used first; nothing may be put or taken out meanwhile."""
        return iter(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)

    def _weight_of(self, value: V) -> int:
        return 1 if self._weigh is None else self._weigh(value)
