"""The service MusicFS: a library, its sources and caches, searches, events."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import grpc

from musfuse.events.wire import EVENTS
from musfuse.library.targettext import of_view
from musfuse.service.requests.overview import ClearCache, LookAtSource, ShowCache, ShowOverview
from musfuse.service.requests.prefetch import MakeReady
from musfuse.service.requests.search import LIMIT, MOST, SearchAnswer, SearchMusic
from musfuse_grpc import messages
from musfuse_grpc.access import CALLER
from musfuse_grpc.calls import streaming, unary
from musfuse_grpc.channel import Channel
from musfuse_grpc.failures import CallError, InvalidError, text
from musfuse_grpc.feed import Hub
from musfuse_grpc.rescanning import rescan
from musfuse_grpc.v1 import musicfs_pb2 as pb

_STREAM_LIMIT, _MOST_PATHS, _PAGE = 1000, 1000, 500
_DRAIN_SECONDS = 5
_LOOK_SECONDS = 2.0
"""How often a stream looks whether its token still counts."""
EVENT_TYPES = frozenset({*EVENTS, "origin_health_changed", "all_origins_unhealthy", "events_lost"})


class LibraryService:
    """Asks the owner over `channel`. `drain_for` hears how long calls may go on once the library ends; `holds` tells
    whether a token, by its number, is still worth something."""

    def __init__(
        self, channel: Channel, hub: Hub, drain_for: Callable[[float], object], holds: Callable[[int], bool]
    ) -> None:
        self._channel, self._hub, self._drain_for, self._holds = channel, hub, drain_for, holds

    @unary
    async def GetStatus(self, request: pb.Empty) -> pb.StatusResponse:  # noqa: N802 - names of the interface
        del request
        return messages.status(await self._channel.call(ShowOverview()))

    @unary
    async def Shutdown(self, request: pb.ShutdownRequest) -> pb.Empty:  # noqa: N802
        seconds = float(request.timeout_secs or _DRAIN_SECONDS)
        await self._channel.control("stop", graceful=request.graceful, timeout_seconds=seconds)
        self._drain_for(seconds if request.graceful else 0.0)
        return pb.Empty()

    @unary
    async def GetCacheStats(self, request: pb.Empty) -> pb.CacheStats:  # noqa: N802
        del request
        return messages.cache(await self._channel.call(ShowCache()))

    @unary
    async def ClearCache(self, request: pb.ClearCacheRequest) -> pb.ClearCacheResponse:  # noqa: N802
        if not request.clear_chunks and not request.clear_metadata:
            raise InvalidError("clear_chunks, clear_metadata or both have to be set")
        done = await self._channel.call(
            ClearCache(chunks=request.clear_chunks, made=request.clear_metadata, source=request.origin_id)
        )
        return pb.ClearCacheResponse(bytes_cleared=done.bytes, chunks_cleared=done.entries)

    @streaming
    async def Prefetch(self, request: pb.PrefetchRequest, context: Any) -> AsyncGenerator[pb.PrefetchProgress, None]:  # noqa: N802
        del context
        targets = [_target(path) for path in request.paths]
        if len(targets) > _MOST_PATHS:
            raise InvalidError(f"paths: {len(targets)} are too many, {_MOST_PATHS} at most")
        if request.origin_id:
            root = (await self._channel.call(LookAtSource(request.origin_id, look=False))).root
            targets.append((root, root))
        if not targets:
            raise InvalidError("paths or origin_id: something has to be named")
        fetched = 0
        async with aclosing(self._channel.rows(MakeReady(tuple(targets)))) as rows:
            async for row in rows:
                fetched += row.bytes
                yield pb.PrefetchProgress(
                    current_path=text(row.path), completed=row.number, total=row.total, bytes_fetched=fetched,
                    error_message=text(row.problem) or None,
                )  # fmt: skip

    @unary
    async def ListOrigins(self, request: pb.Empty) -> pb.OriginsResponse:  # noqa: N802
        del request
        told = await self._channel.call(ShowOverview())
        return pb.OriginsResponse(origins=map(messages.origin, told.sources))

    @unary
    async def GetOriginHealth(self, request: pb.OriginRequest) -> pb.OriginHealthResponse:  # noqa: N802
        return messages.health(await self._channel.call(LookAtSource(_named(request.origin_id))))

    @streaming
    async def RescanOrigin(self, request: pb.OriginRequest, context: Any) -> AsyncGenerator[pb.SyncProgress, None]:  # noqa: N802
        del context
        root = (await self._channel.call(LookAtSource(_named(request.origin_id), look=False))).root
        async with aclosing(rescan(self._channel, self._hub, root, request.origin_id, request.subdir)) as told:
            async for progress in told:
                yield progress

    @unary
    async def Search(self, request: pb.SearchRequest) -> pb.SearchResponse:  # noqa: N802
        began = time.monotonic()
        made = pb.SearchResponse()
        async with aclosing(self._pages(request, LIMIT)) as pages:
            async for page in pages:
                made.results.extend(map(messages.found, page.results))
                made.total_matches, made.counted = page.total_matches, page.counted
        made.query_time_ms = round((time.monotonic() - began) * 1000)
        return made

    @streaming
    async def SearchStream(self, request: pb.SearchRequest, context: Any) -> AsyncGenerator[pb.SearchResult, None]:  # noqa: N802
        del context
        async with aclosing(self._pages(request, _STREAM_LIMIT)) as pages:
            async for page in pages:
                for result in page.results:
                    yield messages.found(result)

    @streaming
    async def SubscribeEvents(self, request: pb.EventFilter, context: Any) -> AsyncGenerator[pb.Event, None]:  # noqa: N802
        unknown = sorted(set(request.event_types) - EVENT_TYPES)
        if unknown:
            raise InvalidError(f"{unknown[0]}: no such event; there are {', '.join(sorted(EVENT_TYPES))}")
        after = request.after if request.HasField("after") else None
        subscription = await self._hub.subscribe(request.event_types, request.origin_id, after, request.stream)
        try:
            await context.send_initial_metadata(
                (("musfuse-stream", self._hub.stream), ("musfuse-last", str(subscription.begin)))
            )
            token, looked = CALLER.get().token, time.monotonic()
            seconds = _LOOK_SECONDS if token else None
            while (event := await subscription.take(seconds)) is not None or not subscription.ended:
                if token and time.monotonic() - looked >= _LOOK_SECONDS:
                    looked = time.monotonic()
                    self._check(token)
                if event is not None:
                    yield event
            yield messages.ended_message(subscription.ended, self._hub.last)
        finally:
            subscription.close()

    def _check(self, token: int) -> None:
        if not self._holds(token):
            raise CallError(grpc.StatusCode.UNAUTHENTICATED, "the token expired or was revoked meanwhile")

    async def _pages(self, request: pb.SearchRequest, usual: int) -> AsyncGenerator[SearchAnswer, None]:
        """The answers to a search, some hundred at a time: the control channel has lines of 4 MiB at most."""
        if not request.query.strip():
            raise InvalidError("query: it is empty")
        below = (
            (await self._channel.call(LookAtSource(request.origin_id, look=False))).root if request.origin_id else ""
        )
        left, offset = request.limit if request.HasField("limit") else usual, request.offset
        if not 1 <= left <= MOST or offset > MOST:
            raise InvalidError(f"limit is from 1 to {MOST}, and offset at most {MOST}")
        while left and offset <= MOST:
            asked = min(left, _PAGE)
            page = await self._channel.call(SearchMusic(request.query, asked, offset, below=below))
            yield page
            left, offset = left - asked, offset + asked
            if len(page.results) < asked:
                return


def _named(origin: str) -> str:
    if not origin:
        raise InvalidError("origin_id: it is empty; ListOrigins has them")
    return origin


def _target(path: str) -> tuple[str, str]:
    """The target that a path on the drive, or that of an original, is; never a query."""
    if not path.strip("/") or "\0" in path:
        raise InvalidError(f"paths: {path!r} is no path of a track or a folder")
    return (path, path) if path.startswith("/") or "://" in path else (of_view("main", path), "")
