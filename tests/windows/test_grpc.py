"""gRPC on Windows: the program as it is typed there, a client of gRPC on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sound

from windows.machine import wait_for
from windows.prepare import windows_path
from windows.wine import Windows

grpc = pytest.importorskip("grpc")

from gateway.running import bearer, certificate, status  # noqa: E402
from musfuse_grpc.v1 import musicfs_pb2 as pb  # noqa: E402
from musfuse_grpc.v1 import musicfs_pb2_grpc  # noqa: E402

pytestmark = pytest.mark.timeout(900)
SECONDS = 120


def served_at(windows: Windows) -> list[str]:
    """Where a library is shown, as `status` tells it."""
    (told,) = windows.musfuse("status", "--json").value
    return list(told["faces"] or ())


@contextmanager
def serving(windows: Windows, music: Path, pem: Path) -> Iterator[tuple[Callable[[], Any], str]]:
    """Serve a library: what asks it, a new client each time, and a token for reading."""
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    started = windows.musfuse("serve", "--grpc", windows_path(music))
    assert started.code == 0, started.output
    try:
        wait_for(lambda: served_at(windows) != [], "gRPC to be served", SECONDS)
        (name,) = served_at(windows)
        assert name.startswith("grpcs://localhost:")
        credentials = grpc.ssl_channel_credentials(pem.read_bytes())
        with grpc.secure_channel(name.removeprefix("grpcs://"), credentials) as channel:
            token = windows.musfuse("token", "create", "--scope", "read").output.splitlines()[-1].strip()
            yield lambda: musicfs_pb2_grpc.MusicFSStub(channel), token
    finally:
        windows.musfuse("stop")


def test_over_tcp_with_a_token(windows: Windows, music: Path, tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    refused = windows.musfuse("serve", "--grpc", windows_path(music))
    assert refused.code == 3, refused.output
    assert "name an address in grpc.listen" in refused.output
    having = windows.having(
        MUSFUSE_GRPC_LISTEN="localhost:0", MUSFUSE_GRPC_CERTIFICATE=windows_path(pem), MUSFUSE_GRPC_KEY=windows_path(key)
    )  # fmt: skip
    with serving(having, music, pem) as (library, token):
        assert status(lambda: library().GetStatus(pb.Empty(), timeout=SECONDS))[0] == "UNAUTHENTICATED"
        shown = {"metadata": bearer(token), "timeout": SECONDS}
        wait_for(lambda: library().GetStatus(pb.Empty(), **shown).files_indexed == 1, "the scan", SECONDS)
        found = library().Search(pb.SearchRequest(query="ann"), **shown)
        assert [result.title for result in found.results] == ["One"]
        assert status(lambda: library().Shutdown(pb.ShutdownRequest(), **shown))[0] == "PERMISSION_DENIED"
        events = library().SubscribeEvents(pb.EventFilter(event_types=["cache_eviction"]), **shown)
        assert events.initial_metadata()
        stopped = having.musfuse("stop")
        assert stopped.code == 0, stopped.output
        assert [event.event_type for event in events] == ["stream_ended"]
        assert status(lambda: library().GetStatus(pb.Empty(), **shown))[0] == "UNAVAILABLE"
