"""A connection of TCP to a host that may come back at any moment.

What the system sends to a host that does not answer, it sends again after a second, and then ever later. So another
attempt begins a few times a second beside those that wait, and the first that is answered counts.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Any

_EVERY_SECONDS = 0.3


async def reached(host: str, port: int, family: int, seconds: float) -> socket.socket:
    """A connected socket. Raises OSError, where it says no at each of its addresses, and TimeoutError."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    places = await asyncio.wait_for(
        loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM), max(0.0, until - loop.time())
    )
    attempts: set[asyncio.Task[socket.socket]] = set()
    begun = refused = 0
    try:
        while loop.time() < until:
            attempts.add(asyncio.ensure_future(_connected(places[begun % len(places)])))
            begun += 1
            done, attempts = await asyncio.wait(
                attempts, timeout=min(_EVERY_SECONDS, until - loop.time()), return_when=asyncio.FIRST_COMPLETED
            )
            made = [attempt.result() for attempt in done if attempt.exception() is None]
            for spare in made[1:]:
                spare.close()
            if made:
                return made[0]
            refused += len(done)
            error = next((attempt.exception() for attempt in done), None)
            if error is not None and refused >= len(places):
                raise error
    finally:
        await _given_up(attempts)
    raise TimeoutError(f"no answer within {seconds:g} s")


async def _connected(place: Any) -> socket.socket:
    family, kind, protocol, _, address = place
    made = socket.socket(family, kind, protocol)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


async def _given_up(attempts: "set[asyncio.Task[socket.socket]]") -> None:
    for attempt in attempts:
        attempt.cancel()
    for attempt in attempts:
        with suppress(OSError, asyncio.CancelledError):
            (await attempt).close()
