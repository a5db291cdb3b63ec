"""The names in a folder of an SSH server, many answers on their way at once.

A server gives a hundred names or so an answer, and asyncssh asks for the next when one is there: a folder of 10,000
costs a hundred trips. Asked for ahead, it costs a few. What is asked of a folder that has no more names is answered so.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import asyncssh

_AHEAD = (4, 4, 16, 64)
"""Answers that are asked for at once, at first and after so many brought names: most folders have one."""
_MAX_NAMES = 2_000_000


async def names_in(
    client: asyncssh.SFTPClient, path: bytes, later: Callable[[Coroutine[Any, Any, None]], object]
) -> list[tuple[bytes, Any]]:
    """(name, facts) of the entries of a folder, in no order. The folder is closed by what `later` is given, since
    nobody has to wait for that. Raises what asyncssh raises."""
    handler = client._handler
    handle = await handler.opendir(client.compose_path(path))
    asked: deque[asyncio.Future[Any]] = deque()
    found: list[tuple[bytes, Any]] = []
    answers = 0
    try:
        while True:
            while len(asked) < _AHEAD[min(answers, len(_AHEAD) - 1)]:
                asked.append(asyncio.ensure_future(handler.readdir(handle)))
                asked[-1].add_done_callback(_heard)
            names, at_end = await asked.popleft()
            answers += 1
            found += [(_bytes(name.filename), name.attrs) for name in names if name.filename not in (b".", b"..")]
            if len(found) > _MAX_NAMES:
                raise asyncssh.SFTPFailure(f"over {_MAX_NAMES:,} entries in one folder")
            if at_end:
                return found
    except asyncssh.SFTPEOFError:
        return found
    finally:
        later(_closed(handler, handle, asked))


def _heard(answer: "asyncio.Future[Any]") -> None:
    """Nobody asks what became of those behind the end."""
    if not answer.cancelled():
        answer.exception()


async def _closed(handler: Any, handle: bytes, asked: "deque[asyncio.Future[Any]]") -> None:
    """Close a folder; what was asked of it behind its end is answered by then."""
    with contextlib.suppress(asyncssh.Error, OSError, ValueError):
        await handler.close(handle)
    await asyncio.gather(*asked, return_exceptions=True)


def _bytes(name: Any) -> bytes:
    return name if isinstance(name, bytes) else str(name).encode("utf-8", "surrogateescape")
