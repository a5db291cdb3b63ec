"""An SSH server that is not OpenSSH: it takes passwords, gives fewer bytes than asked, and leaves facts out. asyncssh's
own, in the test's process."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh


class OddServer:
    """What the server does: `most` bytes in an answer, `bare`: listings without facts, `extra` names that folders list
    beside their own, `logins` that were tried."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.most, self.bare = folder, 1000, False
        self.extra: list[bytes] = []
        self.logins: list[tuple[str, str]] = []
        self.port, self.known = 0, folder.parent / "odd_known"
        self.connections: list[Any] = []

    async def hang_up(self) -> None:
        """End what clients left, who may be gone without a word."""
        for connection in self.connections:
            connection.abort()
            await connection.wait_closed()


def _ssh_server(odd: OddServer) -> type:
    class Server(asyncssh.SSHServer):  # type: ignore[misc]
        def connection_made(self, conn: Any) -> None:
            odd.connections.append(conn)

        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            odd.logins.append((username, password))
            return (username, password) == ("ann", "sesame")

    return Server


def _sftp_server(odd: OddServer) -> type:
    class Files(asyncssh.SFTPServer):  # type: ignore[misc]
        def __init__(self, channel: Any) -> None:
            super().__init__(channel, chroot=os.fsencode(odd.folder))

        def read(self, file_obj: Any, offset: int, size: int) -> Any:
            return super().read(file_obj, offset, min(size, odd.most))

        def scandir(self, path: bytes) -> Any:
            async def names() -> Any:
                async for name in super(Files, self).scandir(path):
                    if odd.bare:
                        name.attrs = asyncssh.SFTPAttrs()
                    yield name
                for extra in odd.extra:
                    yield asyncssh.SFTPName(extra, b"", asyncssh.SFTPAttrs(permissions=0o100644, size=1, mtime=1))

            return names()

        def statvfs(self, path: bytes) -> Any:
            raise asyncssh.SFTPOpUnsupported("no")

    return Files


@contextmanager
def odd_server(folder: Path) -> Iterator[OddServer]:
    """One over a folder, within the block."""
    odd, ready, loop = OddServer(folder), threading.Event(), asyncio.new_event_loop()
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def serve() -> asyncssh.SSHAcceptor:
        server = await asyncssh.create_server(
            _ssh_server(odd), "127.0.0.1", 0, server_host_keys=[key], sftp_factory=_sftp_server(odd), config=None
        )
        odd.port = server.get_port()
        odd.known.write_text(f"[127.0.0.1]:{odd.port} {key.export_public_key().decode()}")
        ready.set()
        return server

    def run() -> None:
        server = loop.run_until_complete(serve())
        loop.run_forever()
        server.close()
        loop.run_until_complete(odd.hang_up())
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=5))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(30)
    try:
        yield odd
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
