"""A set of ids of items as bits: an eighth of a byte for each item of a library, however many are found."""

from collections.abc import Iterable, Iterator


class Ids:
    """Ids from 0 on."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def add(self, number: int) -> bool:
        """Put in an id; whether it is new."""
        byte, bit = number >> 3, 1 << (number & 7)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits) + 1024))
        if self._bits[byte] & bit:
            return False
        self._bits[byte] |= bit
        self._count += 1
        return True

    def update(self, numbers: Iterable[int]) -> None:
        """Put in many."""
        for number in numbers:
            self.add(number)

    def both(self, other: "Ids") -> "Ids":
        """Those that are in the other as well."""
        size = min(len(self._bits), len(other._bits))
        return self._of(self._number(size) & other._number(size), size)

    def without(self, other: "Ids") -> "Ids":
        """Those that are not in the other."""
        size = len(self._bits)
        return self._of(self._number(size) & ~other._number(size), size)

    def either(self, other: "Ids") -> "Ids":
        """Those that are in one of both."""
        size = max(len(self._bits), len(other._bits))
        return self._of(self._number(size) | other._number(size), size)

    def _number(self, size: int) -> int:
        return int.from_bytes(self._bits[:size], "little")

    @classmethod
    def _of(cls, number: int, size: int) -> "Ids":
        made = cls()
        made._bits, made._count = bytearray(number.to_bytes(size, "little")), number.bit_count()
        return made

    def __contains__(self, number: int) -> bool:
        return number >> 3 < len(self._bits) and bool(self._bits[number >> 3] & 1 << (number & 7))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        for at, byte in enumerate(self._bits):
            if byte:
                yield from (at << 3 | bit for bit in range(8) if byte >> bit & 1)
