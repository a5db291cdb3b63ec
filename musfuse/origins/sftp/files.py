"""Files of an SSH server that are kept open, by path and version, and how ranges of them are read. All of it runs on
the event loop's thread.

A read asks for its pieces and then for the facts of the open file: a server does what is asked of one file in that
order, so that a rewrite before or between the pieces is noticed, in one round trip.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import asyncssh

from musfuse.lru import Lru
from musfuse.model import Stamp
from musfuse.origins.beats import Came

PIECE = 64 * 1024
"""Bytes that are asked for at once; servers may give fewer."""
_AT_ONCE = 64
"""Pieces that are under way."""
Ranges = Sequence[tuple[int, int]]
"""(offset, size) of each."""


class _RemoteFile:
    """A file that is open or being opened; `users` are those who read it or wait for it."""

    __slots__ = ("opening", "retired", "users")

    def __init__(self, opening: "asyncio.Task[asyncssh.SFTPClientFile[bytes]]") -> None:
        self.opening, self.users, self.retired = opening, 0, False
        opening.add_done_callback(lambda done: done.cancelled() or done.exception())  # who waits raises it

    @property
    def failed(self) -> bool:
        """Whether it could not be opened."""
        return self.opening.done() and (self.opening.cancelled() or self.opening.exception() is not None)


class RemoteFiles:
    """The most recently used `limit` files, of one client; those of an earlier client are gone with its connection."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Lru[tuple[bytes, Stamp], _RemoteFile] = Lru(limit)
        self._closing = set[asyncio.Task[None]]()
        self._client: asyncssh.SFTPClient | None = None

    async def read(
        self, client: asyncssh.SFTPClient, path: bytes, ranges: Ranges, version: Stamp | None, came: Came
    ) -> tuple[list[bytes], Any]:
        """Bytes of each range of a file, fewer only at its end, and its facts when they had been read. Without a
        `version` the file is opened anew. Raises what asyncssh raises."""
        self._take(client)
        opened = self._opened(client, path, version)
        opened.users += 1
        try:
            return await _ranges(await asyncio.shield(opened.opening), ranges, came)
        finally:
            opened.users -= 1
            self._close_unused(opened)

    def begin(self, client: asyncssh.SFTPClient, path: bytes) -> _RemoteFile:
        """Begin to open a file, whose version is not known yet; `keep` comes next."""
        self._take(client)
        return _RemoteFile(asyncio.ensure_future(_opened(client, path)))

    def keep(self, path: bytes, version: Stamp | None, opened: _RemoteFile) -> None:
        """Have what `begin` gave read by who wants this version, where it is one that nobody has open."""
        if version is None or opened.failed or (path, version) in self._open:
            self._retire(opened)
            return
        for _, dropped in self._open.put((path, version), opened):
            self._retire(dropped)

    def forget(self, path: bytes, version: Stamp | None) -> None:
        """Drop a file that turned out to be another version, or to be gone."""
        if version is not None:
            self._retire(self._open.pop((path, version)))

    def let_go(self) -> None:
        """Close what nobody reads now."""
        dropped = self._open.items()
        self._open.clear()
        for _, opened in dropped:
            self._retire(opened)

    def _take(self, client: asyncssh.SFTPClient) -> None:
        if client is not self._client:
            self._client, self._open = client, Lru(self._limit)

    def _opened(self, client: asyncssh.SFTPClient, path: bytes, version: Stamp | None) -> _RemoteFile:
        known = None if version is None else self._open.get((path, version))
        if known is not None and not known.failed:
            return known
        made = _RemoteFile(asyncio.ensure_future(_opened(client, path)))
        if version is None:
            made.retired = True
            return made
        for _, dropped in self._open.put((path, version), made):
            self._retire(dropped)
        return made

    def _retire(self, opened: _RemoteFile | None) -> None:
        if opened is not None:
            opened.retired = True
            self._close_unused(opened)

    def _close_unused(self, opened: _RemoteFile) -> None:
        if opened.retired and not opened.users and not opened.failed:
            self.later(_closed(opened.opening))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _opened(client: asyncssh.SFTPClient, path: bytes) -> "asyncssh.SFTPClientFile[bytes]":
    return await client.open(path, "rb", encoding=None, block_size=0)  # 0: its own reader fills gaps with zeros


async def _closed(opening: "asyncio.Task[asyncssh.SFTPClientFile[bytes]]") -> None:
    with contextlib.suppress(asyncssh.Error, OSError, ValueError):
        await (await opening).close()


async def _ranges(
    file: "asyncssh.SFTPClientFile[bytes]", ranges: Ranges, came: Callable[[int], None]
) -> tuple[list[bytes], Any]:
    """Bytes of an open file, and its facts behind them."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def piece(start: int, length: int) -> bytes:
        parts = bytearray()
        async with gate:
            while len(parts) < length:
                part = await file.read(length - len(parts), start + len(parts))
                if not part:
                    break
                came(len(part))
                parts += part[: length - len(parts)]
        return bytes(parts)

    pieces = [
        (start, min(PIECE, offset + size - start))
        for offset, size in ranges
        for start in range(offset, offset + size, PIECE)
    ]
    jobs = [asyncio.ensure_future(piece(*one)) for one in pieces]
    facts = asyncio.ensure_future(file.stat())
    try:
        parts = await asyncio.gather(*jobs)
        if len(jobs) > _AT_ONCE or any(len(part) < size for part, (_, size) in zip(parts, pieces, strict=True)):
            await facts
            return _joined(ranges, parts), await file.stat()  # what was asked behind them came before the last of them
        return _joined(ranges, parts), await facts
    finally:
        for job in (*jobs, facts):
            if not job.done():
                job.cancel()
        await asyncio.gather(*jobs, facts, return_exceptions=True)


def _joined(ranges: Ranges, parts: Sequence[bytes]) -> list[bytes]:
    found, at = [], 0
    for _, size in ranges:
        count = -(-size // PIECE)
        found.append(parts[at] if count == 1 else b"".join(parts[at : at + count]))
        at += count
    return found
