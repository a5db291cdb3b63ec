"""The segment of Ogg pages whose sequence numbers are changed on the way."""

import threading

from musfuse.errors import MalformedError
from musfuse.media.retag.oggpages import FIRST, MAX_PAGE, Page, checksum, parse_page, renumbered
from musfuse.model import SourceFile
from musfuse.origins import Origin
from musfuse.origins.places import place_in

_AHEAD = 256 * 1024


class OggPages:
    """Bytes [start, start + length) of an original, a run of pages of the stream `serial`, renumbered by `shift`.

    What is no page, or a page of another stream, stays as it is. Where a page begins is found from any byte: its
    checksum tells it from audio that looks like one.
    """

    def __init__(self, origin: Origin, file: SourceFile, start: int, length: int, serial: int, shift: int) -> None:
        self._origin, self._file = origin, file
        self._start, self.length = start, length
        self._serial, self._shift = serial, shift
        self._lock = threading.Lock()
        self._boundary = start

    def read(self, offset: int, size: int) -> bytes:
        begin, end = self._start + offset, self._start + offset + size
        at = self._page_before(begin)
        out = bytearray()
        while at < end:
            window = self._original(at, min(end - at, _AHEAD) + MAX_PAGE)
            used = self._convert(window, at, min(end, at + _AHEAD), out)
            if not used:
                raise MalformedError(f"{place_in(self._origin.name, self._file.path)}: no Ogg page at byte {at}")
            at += used
        with self._lock:
            self._boundary = at
        lead = begin - (at - len(out))
        return bytes(out[lead : lead + size])

    def describe(self) -> str:
        return f"original Ogg pages from byte {self._start}, their numbers raised by {self._shift}"

    def close(self) -> None:
        """Nothing is to be done: the origin pools its files."""

    def _original(self, at: int, size: int) -> bytes:
        size = min(size, self._start + self.length - at)
        return self._origin.read(self._file.path, at, size, self._file.stamp)

    def _convert(self, window: bytes, base: int, end: int, out: bytearray) -> int:
        """Append converted pages until `end` or until the window ends within one; bytes of the original used."""
        at, last = 0, self._start + self.length
        while base + at < end:
            page = parse_page(window[at : at + 282], base + at)
            if page is None or page.end > last:
                stop = _next_page(window, at + 1)
                if stop < 0:
                    stop = len(window) if base + len(window) == last else max(at + 1, len(window) - MAX_PAGE)
                out += window[at:stop]
                at = stop
            elif page.end > base + len(window):
                break
            else:
                raw = window[at : at + page.head + page.body]
                out += renumbered(raw, self._shift) if self._ours(page) else raw
                at += len(raw)
        return at

    def _ours(self, page: Page) -> bool:
        return page.serial == self._serial and not page.flags & FIRST

    def _page_before(self, begin: int) -> int:
        """The start of a page, at or before a byte and not far from it."""
        with self._lock:
            boundary = self._boundary
        if boundary <= begin < boundary + MAX_PAGE or begin < self._start + MAX_PAGE:
            return boundary if boundary <= begin else self._start
        low = max(self._start, begin - MAX_PAGE)
        window = self._original(low, begin + MAX_PAGE - low)
        found = _next_page(window, 0)
        return low + found if 0 <= found <= begin - low else low


def _next_page(window: bytes, at: int) -> int:
    """Where the next page with a right checksum begins that lies whole in the window, -1 where there is none."""
    at -= 1
    while (at := window.find(b"OggS\0", at + 1)) >= 0:
        page = parse_page(window[at : at + 282], at)
        if page is not None and page.end <= len(window):
            raw = window[at : page.end]
            if checksum(raw[:22] + bytes(4) + raw[26:]) == int.from_bytes(raw[22:26], "little"):
                return at
    return -1
