"""The service MusicFS as a client of grpcio sees it."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
import sound
from musfuse_grpc.library_service import LibraryService
from musfuse_grpc.v1 import musicfs_pb2 as pb

from gateway.running import SECONDS, Gateway, begin_gateway, hold_searches, status
from musfuse import __version__
from musfuse.events.originals import CacheEviction
from musfuse.library.search.engine import Search
from musfuse.service.requests.search import FoundMusic, SearchAnswer, SearchMusic


def test_a_library_at_a_glance(gateway: Gateway) -> None:
    told = gateway.library.GetStatus(pb.Empty(), timeout=SECONDS)
    assert (told.version, told.state, told.files_indexed) == (__version__, pb.StatusResponse.READY, 4)
    assert (told.mount_point, told.library) == ("", str(gateway.state))
    (origin,) = told.origins
    assert (origin.id, origin.origin_type, origin.health, origin.files_count) == (
        gateway.origin, "file", pb.HEALTHY, 4,
    )  # fmt: skip


def test_origins_and_their_health(gateway: Gateway) -> None:
    (told,) = gateway.library.ListOrigins(pb.Empty(), timeout=SECONDS).origins
    assert (told.display_name, told.root_path) == ("music", str(gateway.music))
    assert told.total_size_bytes == sum(file.stat().st_size for file in gateway.music.iterdir())
    health = gateway.library.GetOriginHealth(pb.OriginRequest(origin_id=gateway.origin), timeout=SECONDS)
    assert health.status == pb.HEALTHY
    assert not health.HasField("message")
    assert health.last_check_secs > 1_700_000_000
    unknown = pb.OriginRequest(origin_id="nobody")
    assert status(lambda: gateway.library.GetOriginHealth(unknown, timeout=SECONDS))[0] == "NOT_FOUND"
    assert status(lambda: gateway.library.GetOriginHealth(pb.OriginRequest(), timeout=SECONDS))[0] == "INVALID_ARGUMENT"


def test_searches(gateway: Gateway) -> None:
    answer = gateway.library.Search(pb.SearchRequest(query="ann", limit=1), timeout=SECONDS)
    assert (answer.total_matches, answer.counted, len(answer.results)) == (2, True, 1)
    (found,) = answer.results
    assert (found.artist, found.album, found.virtual_path) == ("Ann", "Lib", "Ann/Lib (1999)/01 - T1.flac")
    assert found.highlights["artist"] == "<b>Ann</b>"
    assert found.file_id > 0
    second = gateway.library.Search(pb.SearchRequest(query="ann", limit=1, offset=1), timeout=SECONDS)
    assert [one.title for one in second.results] == ["T2"]
    streamed = gateway.library.SearchStream(pb.SearchRequest(query="artist:*"), timeout=SECONDS)
    assert sorted(one.title for one in streamed) == ["T1", "T2", "T3", "T4"]
    here = pb.SearchRequest(query="artist:*", origin_id=gateway.origin)
    assert gateway.library.Search(here, timeout=SECONDS).total_matches == 4


class Paged:
    """An owner whose catalog has so many answers."""

    def __init__(self, total: int) -> None:
        self.total, self.asked = total, list[tuple[int, int]]()

    async def call(self, asked: SearchMusic) -> SearchAnswer:
        self.asked.append((asked.limit, asked.offset))
        numbers = range(asked.offset, min(self.total, asked.offset + asked.limit))
        return SearchAnswer(
            tuple(FoundMusic("", "", 0, str(n), "", "", "", None, 0.0, {}, n) for n in numbers), self.total, True
        )


@pytest.mark.parametrize(
    ("limit", "offset", "asked"),
    [
        (1200, 0, [(500, 0), (500, 500), (200, 1000)]), (10_000, 900, [(500, 900), (500, 1400)]), (3, 7, [(3, 7)]),
        (700, 9800, [(500, 9800)]),
    ],
)  # fmt: skip
def test_many_answers_are_asked_for_in_pages(limit: int, offset: int, asked: list[tuple[int, int]]) -> None:
    owner = Paged(1500)
    service = LibraryService(owner, None, lambda _: None, lambda _: True)  # type: ignore[arg-type]

    async def found() -> list[int]:
        request = pb.SearchRequest(query="x", limit=limit, offset=offset)
        streamed = [one.file_id async for one in service.SearchStream(request, None)]
        assert [one.file_id for one in (await service.Search(request, None)).results] == streamed
        return streamed

    assert asyncio.run(found()) == list(range(offset, min(1500, offset + limit)))
    assert owner.asked == asked * 2


@pytest.mark.parametrize(
    "asked",
    [
        pb.SearchRequest(), pb.SearchRequest(query="  "), pb.SearchRequest(query='"open'), pb.SearchRequest(query="x" * 257),
        pb.SearchRequest(query="x", limit=0), pb.SearchRequest(query="x", limit=10_001),
        pb.SearchRequest(query="x", offset=10_001), pb.SearchRequest(query="nofield:x"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_an_invalid_argument(gateway: Gateway, asked: pb.SearchRequest) -> None:
    assert status(lambda: gateway.library.Search(asked, timeout=SECONDS))[0] == "INVALID_ARGUMENT"
    assert status(lambda: gateway.library.SearchStream(asked, timeout=SECONDS))[0] == "INVALID_ARGUMENT"


def test_a_deadline_is_kept_and_the_next_call_gets_its_own_answer(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, go = hold_searches(monkeypatch)
    asked = pb.SearchRequest(query="ann")
    assert status(lambda: gateway.library.Search(asked, timeout=0.2))[0] == "DEADLINE_EXCEEDED"
    assert held.wait(SECONDS)
    assert gateway.library.GetStatus(pb.Empty(), timeout=SECONDS).files_indexed == 4
    go.set()
    monkeypatch.undo()
    assert gateway.library.Search(asked, timeout=SECONDS).total_matches == 2


def test_a_search_that_takes_too_long(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    from musfuse.errors import TooSlowError

    def slow(*given: Any) -> Any:
        raise TooSlowError("the search took more than 5 s")

    monkeypatch.setattr(Search, "best", slow)
    said = status(lambda: gateway.library.Search(pb.SearchRequest(query="ann"), timeout=SECONDS))
    assert said == ("DEADLINE_EXCEEDED", "the search took more than 5 s")


def test_tracks_are_made_ready_one_by_one(gateway: Gateway) -> None:
    asked = pb.PrefetchRequest(paths=["Ann/Lib (1999)", str(gateway.music / "3.flac")])
    told = list(gateway.library.Prefetch(asked, timeout=SECONDS))
    assert [(one.completed, one.total, one.current_path) for one in told] == [
        (1, 3, "Ann/Lib (1999)/01 - T1.flac"), (2, 3, "Ann/Lib (1999)/02 - T2.flac"),
        (3, 3, "Bob/Lib (1999)/03 - T3.flac"),
    ]  # fmt: skip
    assert [one.bytes_fetched for one in told] == sorted({one.bytes_fetched for one in told})
    assert told[0].bytes_fetched > 0
    everything = gateway.library.Prefetch(pb.PrefetchRequest(origin_id=gateway.origin), timeout=SECONDS)
    assert [one.total for one in everything] == [4] * 4
    for wrong, code in (
        (pb.PrefetchRequest(), "INVALID_ARGUMENT"), (pb.PrefetchRequest(paths=["/"]), "INVALID_ARGUMENT"),
        (pb.PrefetchRequest(paths=["artist:ann"]), "NOT_FOUND"), (pb.PrefetchRequest(paths=["/etc"]), "NOT_FOUND"),
        (pb.PrefetchRequest(origin_id="nobody"), "NOT_FOUND"),
    ):  # fmt: skip
        assert status(lambda wrong=wrong: gateway.library.Prefetch(wrong, timeout=SECONDS))[0] == code


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One for the tests that change what it has; the last of them ends it."""
    with ExitStack() as closing:
        yield begin_gateway(tmp_path_factory.mktemp("own"), closing)


def test_caches_are_told_of_and_cleared(own: Gateway) -> None:
    gateway = own
    sound.write(gateway.music / "5.wav", 200_000, artist="Cid", album="Long", title="T5")
    list(gateway.library.RescanOrigin(pb.OriginRequest(origin_id=gateway.origin), timeout=SECONDS))
    list(gateway.library.Prefetch(pb.PrefetchRequest(paths=["Cid"]), timeout=SECONDS))
    before = gateway.library.GetCacheStats(pb.Empty(), timeout=SECONDS)
    assert before.l1_metadata.entries == before.metadata_entries >= 1
    assert before.l3_chunks.entries + before.l2_headers.entries == before.chunk_count >= 1
    assert before.total_size_bytes > before.used_size_bytes > 0
    assert before.size_limit_bytes == (1 << 30) + (10 << 30)  # of encoded runs, and of what is kept of far sources
    nothing = pb.ClearCacheRequest(clear_chunks=True, origin_id="nobody")
    assert status(lambda: gateway.library.ClearCache(nothing, timeout=SECONDS))[0] == "NOT_FOUND"
    assert status(lambda: gateway.library.ClearCache(pb.ClearCacheRequest(), timeout=SECONDS))[0] == "INVALID_ARGUMENT"
    some = pb.ClearCacheRequest(clear_chunks=True, origin_id=gateway.origin)
    assert gateway.library.ClearCache(some, timeout=SECONDS).bytes_cleared > 0
    assert gateway.library.GetCacheStats(pb.Empty(), timeout=SECONDS).used_size_bytes == 0
    assert gateway.library.ClearCache(pb.ClearCacheRequest(clear_metadata=True), timeout=SECONDS).chunks_cleared >= 1
    after = gateway.library.GetCacheStats(pb.Empty(), timeout=SECONDS)
    assert (after.l1_metadata.entries, after.used_size_bytes) == (0, 0)
    drive = gateway.host.library.drive
    opened = drive.open("Cid/Long/T5.flac")  # made again
    assert drive.read_at(opened.handle, 0, 4) == b"fLaC"
    drive.close(opened.handle)


def test_a_rescan_tells_how_far_it_is_and_what_is_new(own: Gateway) -> None:
    gateway = own
    sound.write(gateway.music / "more/6.flac", 3000, artist="Cid", album="New", title="T6", seed=6)
    told = list(
        gateway.library.RescanOrigin(pb.OriginRequest(origin_id=gateway.origin, subdir="more"), timeout=SECONDS)
    )
    assert told[-1].phase == "done"
    (new,) = told[-1].new_files
    assert (new.path, new.virtual_path) == ("more/6.flac", "Cid/New/T6.flac")
    assert new.file_id == gateway.id_of("T6")
    for subdir in ("../", "/etc", "a/../../b", "more/.."):
        wrong = pb.OriginRequest(origin_id=gateway.origin, subdir=subdir)
        assert status(lambda wrong=wrong: gateway.library.RescanOrigin(wrong, timeout=SECONDS))[0] == "INVALID_ARGUMENT"


def test_events_as_they_happen(gateway: Gateway) -> None:
    events = gateway.library.SubscribeEvents(pb.EventFilter(event_types=["cache_eviction", "metadata_changed"]))
    begin = dict(events.initial_metadata())
    assert begin["musfuse-stream"] == gateway.host.library.events.id
    gateway.host.library.events.publish(CacheEviction(17))
    first = next(events)
    assert (first.event_type, dict(first.metadata)) == ("cache_eviction", {"bytes_freed": "17"})
    assert first.seq == gateway.host.library.events.last
    gateway.host.library.events.publish(CacheEviction(18))
    events.cancel()
    again = pb.EventFilter(event_types=["cache_eviction"], after=first.seq, stream=begin["musfuse-stream"])
    resumed = gateway.library.SubscribeEvents(again)
    assert next(resumed).metadata["bytes_freed"] == "18"
    resumed.cancel()
    other = gateway.library.SubscribeEvents(pb.EventFilter(after=first.seq, stream="another"))
    lost = next(other)
    assert (lost.event_type, lost.metadata["count"]) == ("events_lost", "")
    other.cancel()


def test_events_that_there_are_not(gateway: Gateway) -> None:
    said = status(lambda: gateway.library.SubscribeEvents(pb.EventFilter(event_types=["loud"]), timeout=SECONDS))
    assert said[0] == "INVALID_ARGUMENT"
    assert "file_added" in said[1]
    far = pb.EventFilter(after=(1 << 64) - 1)
    assert status(lambda: gateway.library.SubscribeEvents(far, timeout=SECONDS))[0] == "INVALID_ARGUMENT"


def test_shutdown_ends_the_host_and_a_stream_with_a_last_message(own: Gateway) -> None:
    library, drive = own.library, own.host.library.drive
    opened = drive.open("Ann/Lib (1999)/01 - T1.flac")
    events = library.SubscribeEvents(pb.EventFilter(event_types=["cache_eviction"]))
    events.initial_metadata()
    library.Shutdown(pb.ShutdownRequest(graceful=True, timeout_secs=50), timeout=SECONDS)
    assert library.GetStatus(pb.Empty(), timeout=SECONDS).state == pb.StatusResponse.UNMOUNTING
    assert drive.read_at(opened.handle, 0, 4) == b"fLaC"
    drive.close(opened.handle)
    last = list(events)[-1]
    assert last.event_type == "stream_ended"
    assert last.metadata["reason"]
    with pytest.raises(grpc.RpcError) as refused:
        library.GetStatus(pb.Empty(), timeout=SECONDS)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
