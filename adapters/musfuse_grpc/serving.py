"""The servers of a gateway: one on a socket of this user, where the system has such, one over TCP with TLS; health and
reflection beside ours."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from musfuse.control import protocol
from musfuse.errors import FaceError, MusfuseError
from musfuse.service.requests.monitoring import ShowHealth
from musfuse.store.tokentable import TokenTable
from musfuse_grpc.access import METADATA, MUSICFS, Gate
from musfuse_grpc.certificates import Certificates
from musfuse_grpc.channel import Channel
from musfuse_grpc.feed import SERVER_ENDS, Hub
from musfuse_grpc.library_service import LibraryService
from musfuse_grpc.metadata_service import MetadataService
from musfuse_grpc.settings import Settings
from musfuse_grpc.v1 import musicfs_pb2_grpc

log = logging.getLogger(__name__)

_OPTIONS = (
    ("grpc.so_reuseport", 0),  # two servers at one address would share its calls
    ("grpc.max_receive_message_length", protocol.MAX_LINE),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.max_concurrent_streams", 1100),
)
_HEALTH_SECONDS = 15.0
BESIDE = 100
"""Connections over TCP that are taken beside one for each subscriber; each may have shown no token yet."""
_HANDSHAKE_MS = 20_000


@dataclass(slots=True)
class Draining:
    """Whether no new calls are taken, and for how many seconds those that run may go on."""

    seconds: float
    began: bool = field(default=False)


class Servers:
    """All that is served for one library, from `start` to `stop`; for one event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._channel = Channel(settings.control)
        self._hub = Hub(self._channel, settings.subscribers)
        self._tokens = TokenTable(Path(settings.tokens))
        self._draining = Draining(settings.drain_seconds)
        self._health = health.aio.HealthServicer()
        self._servers: list[Any] = []
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> Sequence[str]:
        """Serve; where that is. Raises FaceError."""
        settings, names = self._settings, list[str]()
        if settings.socket:
            names.append(await self._start_local())
        if settings.listen:
            names.append(await self._start_tls())
        self._watching = asyncio.create_task(self._watch_health())
        return names

    async def stop(self) -> None:
        """Take no new calls, end streams with a last message, and let calls that run finish, for as long as they
        may."""
        self._draining.began = True
        if self._watching is not None:
            self._watching.cancel()
        await self._health.enter_graceful_shutdown()
        self._hub.end(SERVER_ENDS)
        seconds = self._draining.seconds
        await asyncio.gather(*(server.stop(seconds) for server in self._servers))
        self._channel.close()
        self._tokens.close()
        if self._settings.socket:
            with suppress(FileNotFoundError):
                os.unlink(self._settings.socket)

    async def _start_local(self) -> str:
        name = f"unix:{self._settings.socket}"
        server = self._server(local=True)
        with suppress(FileNotFoundError):
            os.unlink(self._settings.socket)
        _bound(lambda: server.add_insecure_port(name), name)
        await server.start()
        return name

    async def _start_tls(self) -> str:
        settings = self._settings
        server = self._server(local=False)
        credentials = Certificates(settings.key, settings.certificate).credentials()
        port = _bound(lambda: server.add_secure_port(settings.listen, credentials), settings.listen)
        await server.start()
        return f"grpcs://{settings.listen.rpartition(':')[0]}:{port}"

    def _server(self, *, local: bool) -> Any:
        gate = Gate(self._tokens, lambda: self._draining.began, local=local)
        bounds = () if local else (
            ("grpc.max_allowed_incoming_connections", self._settings.subscribers + BESIDE),
            ("grpc.server_handshake_timeout_ms", _HANDSHAKE_MS),
        )  # fmt: skip
        server = grpc.aio.server(interceptors=[gate], options=(*_OPTIONS, *bounds))
        folder = Path(self._settings.import_folder) if self._settings.import_folder else None
        library = LibraryService(self._channel, self._hub, self._drain_for, self._tokens.holds)
        generated: Any = musicfs_pb2_grpc
        generated.add_MusicFSServicer_to_server(library, server)
        generated.add_MetadataServiceServicer_to_server(MetadataService(self._channel, folder), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (MUSICFS, METADATA, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
        self._servers.append(server)
        return server

    def _drain_for(self, seconds: float) -> None:
        self._draining.seconds = seconds

    async def _watch_health(self) -> None:
        """Tell who asks gRPC whether this is well what the owner says of itself."""
        serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
        while True:
            try:
                well = (await self._channel.call(ShowHealth())).is_well
            except (MusfuseError, OSError) as error:
                log.debug("the owner's health is not known: %s", error)
                well = False
            for name in ("", MUSICFS, METADATA):
                await self._health.set(name, serving if well else not_serving)
            await asyncio.sleep(_HEALTH_SECONDS)


def _bound(bind: Callable[[], int], where: str) -> int:
    """The port that a server is bound to, 1 for a socket. Raises FaceError."""
    said = f"gRPC cannot be served at {where}; is something else there? name another"
    try:
        port = bind()
    except RuntimeError as error:
        raise FaceError(said) from error
    if not port:
        raise FaceError(said)
    return port
