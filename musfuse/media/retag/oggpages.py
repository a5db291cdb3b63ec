"""Ogg pages (RFC 3533 §6): headers parsed, packets laid out on pages, checksums."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.errors import MalformedError

MAX_PAGE = 27 + 255 + 255 * 255
CONTINUED, FIRST, LAST = 1, 2, 4
_REVERSED = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))


@dataclass(frozen=True, slots=True)
class Page:
    """A page at byte `start` of the file: `lacing` values, `head` bytes of header, `body` bytes of data."""

    start: int
    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes

    @property
    def head(self) -> int:
        """Bytes of its header."""
        return 27 + len(self.lacing)

    @property
    def body(self) -> int:
        """Bytes of its data."""
        return sum(self.lacing)

    @property
    def end(self) -> int:
        """Where the next page begins."""
        return self.start + self.head + self.body


def checksum(page: bytes) -> int:
    """The CRC of a page whose own CRC field is zero: polynomial 0x04c11db7, not reflected, zero at both ends.

    It is zlib's CRC of the bit-reversed bytes, reversed back.
    """
    reflected = zlib.crc32(page.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED), "big")


def parse_page(head: bytes, start: int) -> Page | None:
    """The page whose header `head` (up to 282 bytes) begins with, None where it is none."""
    if len(head) < 27 or head[:5] != b"OggS\0" or len(head) < 27 + head[26]:
        return None
    return Page(
        start,
        head[5],
        int.from_bytes(head[6:14], "little", signed=True),
        int.from_bytes(head[14:18], "little"),
        int.from_bytes(head[18:22], "little"),
        head[27 : 27 + head[26]],
    )


def read_page(reader: BinaryIO, start: int, size: int) -> Page:
    """The page at a byte; raises MalformedError."""
    reader.seek(start)
    page = parse_page(reader.read(282), start)
    if page is None or page.end > size:
        raise MalformedError(f"no whole Ogg page at byte {start}")
    return page


def make_page(flags: int, granule: int, serial: int, sequence: int, lacing: bytes, body: bytes) -> bytes:
    """A page with its checksum."""
    head = (
        b"OggS\0" + bytes((flags,)) + granule.to_bytes(8, "little", signed=True) + serial.to_bytes(4, "little")
        + (sequence & 0xFFFF_FFFF).to_bytes(4, "little")
    )  # fmt: skip
    tail = bytes((len(lacing),)) + lacing + body
    return head + checksum(head + bytes(4) + tail).to_bytes(4, "little") + tail


def renumbered(page: bytes, shift: int) -> bytes:
    """A whole page with another sequence number. A checksum that was wrong stays wrong: damage is not hidden."""
    sequence = int.from_bytes(page[18:22], "little") + shift & 0xFFFF_FFFF
    right = checksum(page[:22] + bytes(4) + page[26:])
    changed = page[:18] + sequence.to_bytes(4, "little") + bytes(4) + page[26:]
    error = right ^ int.from_bytes(page[22:26], "little")
    return changed[:22] + (checksum(changed) ^ error).to_bytes(4, "little") + changed[26:]


def lacing_of(packets: Sequence[bytes]) -> bytes:
    """The lacing values of packets that follow each other."""
    return b"".join(b"\xff" * (len(p) // 255) + bytes((len(p) % 255,)) for p in packets)


def lay_out(packets: Sequence[bytes], serial: int, first: int, pages: int) -> bytes:
    """Header packets on exactly `pages` pages with numbers from `first`; there are as many lacing values at least.

    The last page ends with the last packet, and no page but it holds more values than it must, so that the number of
    pages can be any between the fewest that do and one a value.
    """
    lacing, data = lacing_of(packets), b"".join(packets)
    out, at, taken = [], 0, 0
    for number in range(pages):
        left = pages - number - 1
        count = len(lacing) - taken if not left else min(255, len(lacing) - taken - left)
        values = lacing[taken : taken + count]
        body = data[at : at + sum(values)]
        continued = CONTINUED if taken and lacing[taken - 1] == 255 else 0
        ends_packet = any(v < 255 for v in values)
        out.append(make_page(continued, 0 if ends_packet else -1, serial, first + number, values, body))
        taken, at = taken + count, at + len(body)
    return b"".join(out)


def fewest_pages(packets: Sequence[bytes]) -> int:
    """How many pages these packets need."""
    return -(-len(lacing_of(packets)) // 255)
