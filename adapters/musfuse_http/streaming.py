"""Bytes of a stream as an answer: all, one range, several; whoever reads slowly holds no thread.

All that is decided about an answer, and its first bytes, come from one turn of a thread. What follows is read piece by
piece, the next one when the client took the last; pieces grow while it keeps up.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import quote

from musfuse.errors import MusfuseError
from musfuse.server.streams import Stream
from musfuse_http.asgi import Receive, Scope, Send
from musfuse_http.failures import HttpError
from musfuse_http.ranges import Span, UnsatisfiableError, fails, is_unchanged, spans, wants_ranges
from musfuse_http.work import Work

log = logging.getLogger(__name__)

PIECE, LARGEST = 1 << 16, 1 << 20
_KEEPS_UP_SECONDS = 0.02
_NS = 1_000_000_000
Headers = list[tuple[str, str]]
Body = Sequence[bytes | Span]


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer that was decided on: `first` is the beginning of its body, `rest` what follows, which `stream` is read
    for; None where nothing is."""

    status: int
    headers: Headers
    first: bytes = b""
    rest: Body = ()
    stream: Stream | None = None


class StreamAnswer:
    """An ASGI application that answers with a stream. `opened` opens it, in a thread, and may wait. `saved_as`: it is
    to be saved under its name, and not played."""

    def __init__(self, opened: Callable[[], Stream], work: Work, *, saved_as: bool = False) -> None:
        self._open, self._work, self._saved_as = opened, work, saved_as

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET or HEAD. Raises what opening it raises, before anything was sent."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        beginning = asyncio.ensure_future(self._work.reads.run(self._begin, headers, scope["method"]))
        try:
            begun = await asyncio.shield(beginning)
        except asyncio.CancelledError:
            beginning.add_done_callback(self._let_go)
            raise
        if begun.stream is None:
            await _send(send, begun, more=False)
            return
        watch = asyncio.ensure_future(_gone(receive))
        try:
            await self._go_on(begun, begun.stream, send, watch)
        finally:
            watch.cancel()

    def _begin(self, headers: Mapping[str, str], method: str) -> Begun:
        """Decide, and read the first bytes. The stream is closed where that is all."""
        stream = self._open()
        try:
            begun = _decided(stream, headers, method, saved_as=self._saved_as)
        except BaseException:
            stream.close()
            raise
        if begun.stream is None:
            stream.close()
        return begun

    async def _go_on(self, begun: Begun, stream: Stream, send: Send, gone: "asyncio.Future[None]") -> None:
        """Send what is there and what is left, and close the stream. A stream that cannot be read on ends the
        connection, whose client knows by the length that was told that this is not all."""
        reading: asyncio.Future[bytes] | None = None
        try:
            await _send(send, begun, more=True)
            for part in begun.rest:
                if isinstance(part, bytes):
                    await _more(send, part)
                    continue
                piece, offset, loop = PIECE, part.start, asyncio.get_running_loop()
                while offset < part.stop and not gone.done():
                    size = min(piece, part.stop - offset)
                    reading = asyncio.ensure_future(self._work.reads.run(stream.read_at, offset, size))
                    data, began = await asyncio.shield(reading), loop.time()
                    await _more(send, data)
                    offset += size
                    keeps_up = loop.time() - began < _KEEPS_UP_SECONDS
                    piece = min(2 * piece, LARGEST) if keeps_up else max(piece // 2, PIECE)
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except MusfuseError as error:
            log.info("%s: a stream ends early: %s", stream.name, error)
        finally:
            _close_after(reading, stream)

    def _let_go(self, beginning: "asyncio.Future[Begun]") -> None:
        """Nobody waits any more for what was begun."""
        if not beginning.cancelled() and beginning.exception() is None:
            begun = beginning.result()
            if begun.stream is not None:
                begun.stream.close()


def _close_after(reading: "asyncio.Future[bytes] | None", stream: Stream) -> None:
    """Close a stream, once the read of it that may be under way has ended."""
    if reading is None or reading.done():
        stream.close()
    else:
        reading.add_done_callback(lambda _: stream.close())


def _decided(stream: Stream, headers: Mapping[str, str], method: str, *, saved_as: bool) -> Begun:
    """What is answered to these headers. Raises HttpError."""
    about: Headers = [
        ("etag", f'"{stream.etag}"'), ("last-modified", formatdate(stream.mtime_ns // _NS, usegmt=True)),
        ("accept-ranges", "bytes"), ("cache-control", "private, no-cache"),
    ]  # fmt: skip
    if fails(headers, stream.etag, stream.mtime_ns):
        raise HttpError(412, "changed", "this is another version than the one that was asked for")
    if is_unchanged(headers, stream.etag, stream.mtime_ns):
        return Begun(304, about)
    try:
        wanted = () if not wants_ranges(headers, stream.etag) else spans(headers.get("range"), stream.size)
    except UnsatisfiableError:
        raise HttpError(
            416, "range", f"no such range: it has {stream.size} bytes", {"content-range": f"bytes */{stream.size}"}
        ) from None
    about.append(("content-disposition", _disposition(stream.name, saved_as=saved_as)))
    status, length, body = _laid_out(stream, wanted, about)
    about.append(("content-length", str(length)))
    if method == "HEAD":
        return Begun(status, about)
    first, rest = _first(stream, body)
    return Begun(status, about, first, rest, stream if rest else None)


def _laid_out(stream: Stream, wanted: Sequence[Span], about: Headers) -> tuple[int, int, Body]:
    """The status, the length of the body and its parts; what else `about` has to say of it is added."""
    if not wanted:
        about.append(("content-type", stream.mime))
        return 200, stream.size, [Span(0, stream.size)]
    if len(wanted) == 1:
        about += [("content-type", stream.mime), ("content-range", _content_range(wanted[0], stream.size))]
        return 206, wanted[0].size, [wanted[0]]
    boundary = secrets.token_hex(16)
    about.append(("content-type", f"multipart/byteranges; boundary={boundary}"))
    body = list[bytes | Span]()
    for span in wanted:
        head = f"Content-Type: {stream.mime}\r\nContent-Range: {_content_range(span, stream.size)}"
        body += [f"\r\n--{boundary}\r\n{head}\r\n\r\n".encode("ascii"), span]
    body.append(f"\r\n--{boundary}--\r\n".encode("ascii"))
    return 206, sum(len(part) if isinstance(part, bytes) else part.size for part in body), body


def _first(stream: Stream, body: Body) -> tuple[bytes, Body]:
    """The first bytes of a body, and the rest of it."""
    first, parts = b"", list(body)
    while parts and len(first) < PIECE:
        part = parts.pop(0)
        if isinstance(part, bytes):
            first += part
            continue
        size = min(part.size, PIECE - len(first))
        first += stream.read_at(part.start, size)
        if size < part.size:
            parts.insert(0, Span(part.start + size, part.stop))
    return first, parts


def _content_range(span: Span, size: int) -> str:
    return f"bytes {span.start}-{span.stop - 1}/{size}"


def _disposition(name: str, *, saved_as: bool) -> str:
    """RFC 6266: the name as any text, and in ASCII for who cannot read that."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    return f"{'attachment' if saved_as else 'inline'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _send(send: Send, begun: Begun, *, more: bool) -> None:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in begun.headers]
    await send({"type": "http.response.start", "status": begun.status, "headers": headers})
    await send({"type": "http.response.body", "body": begun.first, "more_body": more})


async def _more(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Return when the client hangs up."""
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
