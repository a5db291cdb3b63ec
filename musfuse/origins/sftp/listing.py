"""The names in a folder of an SSH server, many answers on their way at once.

A server gives a hundred names or so an answer, and asyncssh asks for the next when one is there: a folder of 10,000
costs a hundred trips. Asked for ahead, it costs a few. What is asked of a folder that has no more names is answered so.
"""

import asyncio
import contextlib
from typing import Any

import asyncssh

_FIRST, _MOST = 4, 64
"""Answers that are asked for at once, at first and once a folder turned out to be large."""
_MAX_NAMES = 2_000_000


async def names_in(client: asyncssh.SFTPClient, path: bytes) -> list[tuple[bytes, Any]]:
    """(name, facts) of the entries of a folder, in no order. Raises what asyncssh raises."""
    handler = client._handler
    handle = await handler.opendir(client.compose_path(path))
    found: list[tuple[bytes, Any]] = []
    try:
        ahead = _FIRST
        while await _some(handler, handle, ahead, found):
            ahead = min(4 * ahead, _MOST)
            if len(found) > _MAX_NAMES:
                raise asyncssh.SFTPFailure(f"over {_MAX_NAMES:,} entries in one folder")
    finally:
        with contextlib.suppress(asyncssh.SFTPError):
            await handler.close(handle)
    return found


async def _some(handler: Any, handle: bytes, ahead: int, found: list[tuple[bytes, Any]]) -> bool:
    """Ask for so many answers at once; whether there are more."""
    asked = [asyncio.ensure_future(handler.readdir(handle)) for _ in range(ahead)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    more = True
    for answer in answers:
        if isinstance(answer, asyncssh.SFTPEOFError):
            more = False
        elif isinstance(answer, BaseException):
            raise answer
        else:
            names, at_end = answer
            more = more and not at_end
            found += [(_bytes(name.filename), name.attrs) for name in names if name.filename not in (b".", b"..")]
    return more


def _bytes(name: Any) -> bytes:
    return name if isinstance(name, bytes) else str(name).encode("utf-8", "surrogateescape")
