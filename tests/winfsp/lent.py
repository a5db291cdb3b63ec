"""Memory that the simulated kernel lends to the file system."""

from typing import Any

GUARD = b"\xa5\x5a" * 256


class Lent:
    """Memory lent to the file system between guards, which are compared when it comes back."""

    def __init__(self, ffi: Any, size: int) -> None:
        self._ffi, self.size = ffi, size
        self._memory = ffi.new("uint8_t[]", size + 2 * len(GUARD))
        ffi.memmove(self._memory, GUARD, len(GUARD))
        ffi.memmove(self._memory + len(GUARD) + size, GUARD, len(GUARD))
        self.pointer = self._memory + len(GUARD)

    def cast(self, kind: str) -> Any:
        return self._ffi.cast(kind, self.pointer)

    def check(self) -> None:
        whole = bytes(self._ffi.buffer(self._memory))
        assert whole.startswith(GUARD), "written in front of a lent buffer"
        assert whole.endswith(GUARD), "written behind a lent buffer"

    def bytes(self, count: int) -> bytes:
        assert count <= self.size, f"{count} bytes transferred into a buffer of {self.size}"
        return bytes(self._ffi.buffer(self.pointer, count))
