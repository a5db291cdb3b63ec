"""What is served beside ours, and the end: calls that run finish, new ones are refused, streams get a last message."""

import socket
import threading
from contextlib import ExitStack

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from musfuse_grpc.serving import BESIDE
from musfuse_grpc.v1 import musicfs_pb2 as pb
from musfuse_grpc.v1 import musicfs_pb2_grpc
from patient import until

from gateway.running import SECONDS, STREAMS, Begin, Gateway, Network, bearer, hold_searches, status
from musfuse.metrics import recorder

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
NAMES = ("", "musicfs.v1.MusicFS", "musicfs.v1.MetadataService")


def test_health_is_that_of_the_owner(gateway: Gateway) -> None:
    stub = health_pb2_grpc.HealthStub(gateway.channel())
    for name in NAMES:
        asked = health_pb2.HealthCheckRequest(service=name)
        until(lambda asked=asked: stub.Check(asked, timeout=SECONDS).status == SERVING)
        assert next(stub.Watch(asked, timeout=SECONDS)).status == SERVING
    unknown = health_pb2.HealthCheckRequest(service="nothing")
    assert status(lambda: stub.Check(unknown, timeout=SECONDS))[0] == "NOT_FOUND"


def test_reflection_tells_of_all_services(gateway: Gateway) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(gateway.channel())
    asked = reflection_pb2.ServerReflectionRequest
    answers = list(
        stub.ServerReflectionInfo(
            iter([asked(list_services=""), asked(file_containing_symbol="musicfs.v1.MusicFS")]), timeout=SECONDS
        )
    )
    names = {service.name for service in answers[0].list_services_response.service}
    assert {*NAMES[1:], "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"} == names
    assert b"SubscribeEvents" in answers[1].file_descriptor_response.file_descriptor_proto[0]


def test_an_unknown_call(gateway: Gateway) -> None:
    call = gateway.channel().unary_unary("/musicfs.v1.MusicFS/Loud")
    assert status(lambda: call(b"", timeout=SECONDS))[0] == "UNIMPLEMENTED"
    broken = gateway.channel().unary_unary("/musicfs.v1.MusicFS/Search")
    assert status(lambda: broken(b"\xff\xff\xff", timeout=SECONDS))[0] in ("INTERNAL", "UNKNOWN")
    big = gateway.channel().unary_unary("/musicfs.v1.MusicFS/Search")
    assert status(lambda: big(bytes(5 << 20), timeout=SECONDS))[0] == "RESOURCE_EXHAUSTED"


def test_calls_that_run_finish_and_new_ones_are_refused(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = begin(grpc__drain_seconds=30)
    held, go = hold_searches(monkeypatch)
    library, health = gateway.library, health_pb2_grpc.HealthStub(gateway.channel())
    events = library.SubscribeEvents(pb.EventFilter(event_types=["cache_eviction"]))
    events.initial_metadata()
    running = library.Search.future(pb.SearchRequest(query="ann"), timeout=SECONDS)
    assert held.wait(SECONDS)
    stopping = threading.Thread(target=gateway.face.stop)
    stopping.start()
    last = list(events)
    assert [event.event_type for event in last] == ["stream_ended"]
    assert status(lambda: library.GetStatus(pb.Empty(), timeout=SECONDS))[0] == "UNAVAILABLE"
    assert status(lambda: health.Check(health_pb2.HealthCheckRequest(), timeout=SECONDS))[0] == "UNAVAILABLE"
    assert not running.done()
    go.set()
    assert running.result().total_matches == 2
    stopping.join(SECONDS)
    assert not stopping.is_alive()


def test_what_does_not_finish_is_ended(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = begin(grpc__drain_seconds=0)
    held, go = hold_searches(monkeypatch)
    running = gateway.library.Search.future(pb.SearchRequest(query="ann"), timeout=SECONDS)
    assert held.wait(SECONDS)
    gateway.face.stop()
    assert running.exception().code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    monkeypatch.undo()
    go.set()


def test_figures_of_the_drive_are_told(gateway: Gateway) -> None:
    assert recorder.Recorder().total("musfuse_fuse_ops") == 0
    before = gateway.library.GetStatus(pb.Empty(), timeout=SECONDS).fuse_ops_total
    gateway.host.library.drive.attr("")
    assert gateway.library.GetStatus(pb.Empty(), timeout=SECONDS).fuse_ops_total == before + 1


def test_over_tcp_only_so_many_connections_are_taken(network: Network) -> None:
    host, _, port = network.gateway.face.name.partition("grpcs://")[2].rpartition(":")
    with ExitStack() as closing:
        peers = [
            closing.enter_context(socket.create_connection((host, int(port)), SECONDS))
            for _ in range(STREAMS + BESIDE + 10)
        ]
        until(lambda: sum(map(is_closed, peers)) >= 10, SECONDS)
        assert not is_closed(peers[0]), "they are closed since they say nothing, and not since they are too many"
    library, token = musicfs_pb2_grpc.MusicFSStub(network.channel), bearer(network.tokens["read"])
    library.GetStatus(pb.Empty(), timeout=SECONDS, metadata=token, wait_for_ready=True)


def is_closed(peer: socket.socket) -> bool:
    peer.setblocking(False)
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
