"""How often credentials may be tried: token buckets in tables of a fixed size.

A bucket holds so many tries, and gets one back every few seconds. Which bucket a name or an address has tells a hash
with a random key: nobody can choose whose bucket he empties, many of them take no more memory, and a name that nobody
has is treated as any other. What is in a table is at most a number for each slot.
"""

import hashlib
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from musfuse.errors import TooManyTriesError

_SLOTS = 4096


@dataclass(frozen=True, slots=True)
class Rate:
    """So many `tries` at once, then one every so many seconds."""

    tries: int
    seconds: float


class Buckets:
    """Of one kind, for many keys. `clock` is a monotonic one, in seconds. For one thread at a time."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, slots: int = _SLOTS) -> None:
        self._rate, self._clock, self._slots = rate, clock, slots
        self._key = secrets.token_bytes(16)
        self._full_at: dict[int, float] = {}  # by slot: when its bucket is full again; none for one that is full

    def wait(self, name: str) -> float:
        """How long until there is a try, in seconds; 0 for now."""
        return max(0.0, self._empty_for(self._slot(name)) - (self._rate.tries - 1) * self._rate.seconds)

    def take(self, name: str) -> None:
        """Take a try."""
        slot = self._slot(name)
        self._full_at[slot] = self._clock() + self._empty_for(slot) + self._rate.seconds

    def give_back(self, name: str) -> None:
        """Give a try back: it was no guess."""
        slot = self._slot(name)
        left = self._empty_for(slot) - self._rate.seconds
        if left > 0:
            self._full_at[slot] = self._clock() + left
        else:
            self._full_at.pop(slot, None)

    def __len__(self) -> int:
        """How many slots are in use."""
        return len(self._full_at)

    def _empty_for(self, slot: int) -> float:
        """How long until a bucket is full, in seconds."""
        left = self._full_at.get(slot, 0.0) - self._clock()
        if left <= 0:
            self._full_at.pop(slot, None)
            return 0.0
        return left

    def _slot(self, name: str) -> int:
        hashed = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8).digest()
        return int.from_bytes(hashed, "big") % self._slots


class TryLimits:
    """Tries of credentials, counted by address, by name, and by both where the user was there before.

    Who guesses from elsewhere empties the bucket of a name for strangers alone: its user signs in at the addresses
    where his devices were, by a bucket that is his there, and at the machine itself. May be used from many threads."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        address: Rate = Rate(20, 6.0),
        name: Rate = Rate(10, 30.0),
    ) -> None:
        self._lock = threading.Lock()
        self._addresses, self._strangers = Buckets(address, clock), Buckets(name, clock)
        self._known = Buckets(name, clock)

    def begin(self, name: str, address: str, known: bool) -> "Try":
        """Take a try for credentials of a name (its key, '' for none) from an address; `known`: the user was there
        before. Raises TooManyTriesError where there is none left."""
        where = network(address)
        taken = [(self._addresses, where)]
        if name:
            taken.append((self._known, f"{name}\0{where}") if known or where == LOOPBACK else (self._strangers, name))
        with self._lock:
            seconds = max(buckets.wait(key) for buckets, key in taken)
            if seconds <= 0:
                for buckets, key in taken:
                    buckets.take(key)
        if seconds > 0:
            raise TooManyTriesError(f"tried too often; try again in {seconds:.0f} s", seconds)
        return Try(self._lock, taken)


class Try:
    """A try that was taken."""

    def __init__(self, lock: threading.Lock, taken: list[tuple[Buckets, str]]) -> None:
        self._lock, self._taken = lock, taken

    def succeeded(self) -> None:
        """The credentials were right, so it was no guess."""
        with self._lock:
            for buckets, key in self._taken:
                buckets.give_back(key)
        self._taken = []


LOOPBACK = "this machine"


def network(address: str) -> str:
    """Whom an address belongs to: of IPv6 the network, since whoever has one address there has them all."""
    with suppress(ValueError):
        found = ipaddress.ip_address(address.partition("%")[0])
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        found = mapped or found
        if found.is_loopback:
            return LOOPBACK
        if isinstance(found, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
        return str(found)
    return address[:100]
