"""Ogg Vorbis, Opus and FLAC with other comments: header pages are ours, audio pages stay, renumbered if need be.

Vorbis I §A.2, RFC 7845 §3, the Ogg mapping of RFC 9639 (§10.1): the identification packet has a page of its own, the
comment packet follows, audio begins on a fresh page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from musfuse.errors import MalformedError
from musfuse.media.formats.flac.retag import block_head
from musfuse.media.retag.oggpages import (
    FIRST,
    MAX_PAGE,
    Page,
    fewest_pages,
    lacing_of,
    lay_out,
    make_page,
    parse_page,
    read_page,
)
from musfuse.media.retag.pieces import Kept, Piece, RenumberedPages
from musfuse.media.tags.edit import TagEdit, grown
from musfuse.media.tags.vorbis import MAX_BLOCK, edit_comments, parse_comments
from musfuse.model import Picture

_VORBIS, _OPUS, _FLAC = b"\x01vorbis", b"OpusHead", b"\x7fFLAC"
_MAX_HEADERS = 64 << 20
_MAX_PAGES = 4096
_PADDING, _VORBIS_COMMENT, _PICTURE = 1, 4, 6
_TAIL = 4 * MAX_PAGE

Load = Callable[[Picture], bytes]


@dataclass(frozen=True, slots=True)
class _Headers:
    """The header packets behind the identification packet, the pages that held them, and where the audio begins."""

    first: Page
    packets: list[bytes]
    pages: int
    audio: int
    serial: int


def plan_ogg(reader: BinaryIO, size: int, edit: TagEdit, load: Load) -> list[Piece]:
    """Pieces of the served file. Raises MalformedError for streams that are chained, multiplexed or of other kinds."""
    first = read_page(reader, 0, size)
    if not first.flags & FIRST or first.body < 8:
        raise MalformedError("its first Ogg page does not begin a stream")
    reader.seek(first.head)
    identification = reader.read(first.body)
    _refuse_chained(reader, first, size)
    if identification.startswith(_FLAC):
        return _plan_flac(reader, size, first, identification, edit, load)
    if identification.startswith(_VORBIS):
        magic, count, end_bit = b"\x03vorbis", 2, b"\x01"
    elif identification.startswith(_OPUS):
        magic, count, end_bit = b"OpusTags", 1, b""
    else:
        raise MalformedError("an Ogg stream that is not Vorbis, Opus or FLAC")
    headers = _headers(reader, size, first, lambda packets: len(packets) == count)
    if not headers.packets[0].startswith(magic):
        raise MalformedError("its second packet is not a comment header")
    old = parse_comments(headers.packets[0][len(magic) :])
    packet = magic + edit_comments(old, edit, load).to_bytes() + end_bit
    # RFC 7845 §5.2 and Vorbis readers allow zeros behind the comments.
    return _assemble(headers, [packet, *headers.packets[1:]], 0, edit.padding, b"", size)


def _plan_flac(
    reader: BinaryIO, size: int, first: Page, identification: bytes, edit: TagEdit, load: Load
) -> list[Piece]:
    headers = _headers(reader, size, first, lambda packets: bool(packets[-1][0] & 0x80) if packets[-1] else True)
    if not headers.packets[0] or headers.packets[0][0] & 0x7F != _VORBIS_COMMENT:
        raise MalformedError("its second packet is not a comment header")
    # Most readers of Ogg FLAC look for pictures among the comments, as in every other Ogg stream.
    body = edit_comments(parse_comments(headers.packets[0][4:]), edit, load).to_bytes()
    kept = [p for p in headers.packets[1:] if p and not _is_dropped(p, edit)]
    if len(body) > MAX_BLOCK:
        raise MalformedError("its comments and pictures do not fit a metadata block")
    packets = [block_head(_VORBIS_COMMENT, len(body)) + body, *(bytes((p[0] & 0x7F,)) + p[1:] for p in kept)]
    packets.append(block_head(_PADDING, 0, last=True))
    page = identification[:7] + len(packets).to_bytes(2, "big") + identification[9:]
    front = make_page(first.flags, first.granule, first.serial, first.sequence, lacing_of([page]), page)
    return _assemble(headers, packets, len(packets) - 1, edit.padding, front, size)


def _is_dropped(packet: bytes, edit: TagEdit) -> bool:
    kind = packet[0] & 0x7F
    return kind == _PADDING or (kind == _PICTURE and edit.drops_picture(int.from_bytes(packet[4:8], "big")))


def _headers(reader: BinaryIO, size: int, first: Page, done: Callable[[list[bytes]], bool]) -> _Headers:
    packets: list[bytes] = []
    open_packet, at, used = bytearray(), first.end, 0
    for number in range(1, _MAX_PAGES):
        page = read_page(reader, at, size)
        if page.serial != first.serial or page.flags & FIRST:
            raise MalformedError("several streams are multiplexed in it")
        used += page.body
        if used > _MAX_HEADERS:
            raise MalformedError("its headers are larger than 64 MiB")
        reader.seek(at + page.head)
        data, taken = reader.read(page.body), 0
        for value in page.lacing:
            open_packet += data[taken : taken + value]
            taken += value
            if value < 255:
                packets.append(bytes(open_packet))
                open_packet.clear()
                if done(packets):
                    if taken != len(data):
                        raise MalformedError("its audio begins on a page of its headers")
                    return _Headers(first, packets, number, page.end, first.serial)
        at = page.end
    raise MalformedError("its headers do not end")


def _assemble(headers: _Headers, packets: list[bytes], padded: int, step: int, front: bytes, size: int) -> list[Piece]:
    """Lay the packets out in as many bytes as the original's headers took where that can be; the packet `padded` takes
    the zeros."""
    old = headers.audio - headers.first.end
    pages = max(headers.pages, fewest_pages(packets))
    need = 27 * pages + len(lacing_of(packets)) + sum(map(len, packets))
    target = grown(need, old, step)
    packets = _padded(packets, padded, target - need)
    pages = max(headers.pages, fewest_pages(packets))
    if len(lacing_of(packets)) < pages:
        packets = _padded(packets, padded, 255 * pages)
    made = lay_out(packets, headers.serial, 1, pages)
    shift = pages - headers.pages
    begin: Piece = front or Kept(0, headers.first.end)
    rest = size - headers.audio
    audio: Piece = RenumberedPages(headers.audio, rest, headers.serial, shift) if shift else Kept(headers.audio, rest)
    return [begin, made, audio]


def _padded(packets: list[bytes], number: int, room: int) -> list[bytes]:
    """The packets with so many zeros in one of them that they and their lacing values take `room` bytes more, or one
    less where a whole number of lacing values does not come out."""
    packet = packets[number]
    zeros = room * 255 // 256
    while zeros and zeros + (len(packet) + zeros) // 255 - len(packet) // 255 > room:
        zeros -= 1
    while zeros + 1 + (len(packet) + zeros + 1) // 255 - len(packet) // 255 <= room:
        zeros += 1
    if packet[:1] and packet[0] & 0x7F == _PADDING and len(packet) >= 4:  # a FLAC block tells its length
        zeros = min(zeros, MAX_BLOCK - (len(packet) - 4))
        changed = packet[:1] + (len(packet) - 4 + zeros).to_bytes(3, "big") + packet[4:] + bytes(zeros)
    else:
        changed = packet + bytes(zeros)
    return [*packets[:number], changed, *packets[number + 1 :]]


def _refuse_chained(reader: BinaryIO, first: Page, size: int) -> None:
    """Raise MalformedError where the file ends in another stream than it begins with."""
    start = max(0, size - _TAIL)
    reader.seek(start)
    tail = reader.read(size - start)
    at = len(tail)
    while (at := tail.rfind(b"OggS\0", 0, at)) >= 0:
        page = parse_page(tail[at : at + 282], start + at)
        if page is not None and page.end == size:
            if page.serial != first.serial:
                raise MalformedError("several streams are chained in it")
            return
