"""Ogg (RFC 3533): the audio packets of a stream, without pages, checksums, and the header packets with its comments.

Where streams are chained, one after the other, the packets of each count. Where two sound streams run side by side, how
their pages mix is up to the writer, and there is no content id.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from musfuse.media.identity.feed import FrameHash
from musfuse.media.retag.oggpages import FIRST, LAST, Page, parse_page

_MAGIC = b"OggS\0"
_HEAD = 282
_VORBIS, _OPUS, _FLAC, _SPEEX = b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   "
_SPEEX_EXTRA = slice(68, 72)
_FLAC_SYNC = 0xFF
_MAX_HEADERS = 1000


class OggPackets:
    """Hashes the audio packets of the pages that it is fed."""

    def __init__(self) -> None:
        self._hash, self._rest = FrameHash(), b""
        self._stream: _Stream | None = None
        self._left: int | None = None
        self._beginning, self._ended, self._closed, self._refused = False, False, False, False

    def update(self, data: bytes) -> None:
        """Take in what comes next: pages, cut anywhere. Something else may follow the end of a stream only."""
        if self._closed or self._refused:
            return
        data, at = self._rest + data, 0
        for page in _pages(data):
            if page.end > len(data):
                break
            self._take(page, data[page.start + page.head : page.end])
            at = page.end
        self._rest = data[at:]
        if not _may_be_page(self._rest):
            self._closed, self._refused, self._rest = self._ended, self._refused or not self._ended, b""

    def content(self) -> str | None:
        """The content id; None where what came is no Ogg stream of a known kind of sound, or is damaged."""
        for page in _pages(self._rest):  # the last page may be cut short
            self._take(page, self._rest[page.head :])
        self._rest = b""
        return None if self._refused or self._stream is None else self._hash.content()

    def _take(self, page: Page, body: bytes) -> None:
        if page.flags & FIRST:
            self._begin(page, body)
            return
        self._beginning = False
        if self._stream is not None and page.serial == self._stream.serial:
            self._hash.update(self._stream.audio(page.lacing, body))
            self._ended = bool(page.flags & LAST)
        elif page.serial == self._left:
            self._refused = True  # the stream before goes on beside this one

    def _begin(self, page: Page, body: bytes) -> None:
        """Streams that run side by side begin with pages that follow each other."""
        headers = _headers_of(body)
        if headers is not None:
            self._refused |= self._beginning and self._stream is not None and self._stream.fresh
            if self._stream is not None and self._stream.serial != page.serial:
                self._left = self._stream.serial
            self._stream, self._ended = _Stream(page.serial, headers), False
        self._beginning = True


@dataclass(slots=True)
class _Stream:
    """A stream of sound: how many header packets are to come, -1 where the first packet of audio tells itself."""

    serial: int
    headers: int
    fresh: bool = True
    at_packet: bool = True

    def audio(self, lacing: bytes, body: bytes) -> bytes:
        """What a page holds of its audio packets."""
        self.fresh = False
        at = 0
        for value in lacing if self.headers else b"":
            if self.headers < 0 and self.at_packet and body[at : at + 1] == bytes((_FLAC_SYNC,)) and value:
                self.headers = 0
            if not self.headers:
                break
            at += value
            self.at_packet = value < 255
            self.headers -= self.at_packet and self.headers > 0
        return body[at:]


def _headers_of(first: bytes) -> int | None:
    """How many header packets follow the one that a stream begins with; None for what is no sound."""
    if first.startswith(_VORBIS):
        return 2
    if first.startswith(_OPUS):
        return 1
    if first.startswith(_FLAC):
        return -1
    if first.startswith(_SPEEX):
        return 1 + min(int.from_bytes(first[_SPEEX_EXTRA], "little"), _MAX_HEADERS)
    return None


def _pages(data: bytes) -> Iterator[Page]:
    """Pages that follow each other from the start of `data`; the last may reach past its end."""
    at = 0
    while at < len(data) and (page := parse_page(data[at : at + _HEAD], at)) is not None:
        yield page
        at = page.end


def _may_be_page(data: bytes) -> bool:
    """Whether a page begins here, as far as can be told."""
    return data.startswith(_MAGIC) or _MAGIC.startswith(data)
