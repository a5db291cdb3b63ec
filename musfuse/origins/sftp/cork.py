"""What is asked of an SFTP server in one turn of the event loop is sent as one piece.

asyncssh encrypts and sends each request by itself, behind an empty packet that old ciphers needed: of what a read of a
header costs this process, that was half.
"""

import asyncio
from typing import Any

import asyncssh


class Cork:
    """In place of the writer of a client's channel; all but `write` is the writer's own."""

    def __init__(self, writer: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._writer, self._loop = writer, loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send bytes when this turn of the loop is over."""
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def close(self) -> None:
        """Send what is held, and close the channel."""
        self._flush()
        self._writer.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def _flush(self) -> None:
        held, self._held = self._held, []
        if held and not self._writer.channel.is_closing():  # who waits for an answer is told by the connection
            self._writer.write(b"".join(held))


def corked(client: asyncssh.SFTPClient) -> asyncssh.SFTPClient:
    """The client, whose requests travel together from now on. It tells its log of no packets any more."""
    handler = client._handler
    handler._writer = Cork(handler._writer, asyncio.get_running_loop())
    handler.log_sent_packet = handler.log_received_packet = _untold
    return client


def _untold(*_: object) -> None:
    """Told at the level of debugging only, but put together each time."""
