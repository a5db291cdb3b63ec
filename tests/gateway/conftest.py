"""A host with a gateway of gRPC, for the tests of a module."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sound
from app.hosting import run_host

grpc = pytest.importorskip("grpc")

from musfuse_grpc.face import GrpcFace  # noqa: E402
from musfuse_grpc.v1 import musicfs_pb2 as pb  # noqa: E402
from musfuse_grpc.v1 import musicfs_pb2_grpc  # noqa: E402

from musfuse.app.host import Host  # noqa: E402
from musfuse.platform import system  # noqa: E402
from musfuse.store.tokentable import TokenTable  # noqa: E402

SECONDS = 60
STREAMS = 230
OPTIONS = {
    "index__background": False, "follow__enabled": False, "metrics__record": True, "grpc__enabled": True,
    "grpc__subscribers": STREAMS,
}  # fmt: skip


@dataclass
class Gateway:
    """A host over two albums of two tracks, and clients of its gateway."""

    host: Host
    state: Path
    music: Path
    closing: ExitStack
    channels: dict[str, Any] = field(default_factory=dict)

    @property
    def face(self) -> GrpcFace:
        (found,) = self.host.faces.running(GrpcFace)
        return found

    @property
    def target(self) -> str:
        return self.face.name.partition(", ")[0]

    def channel(self, target: str = "") -> Any:
        target = target or self.target
        if target not in self.channels:
            self.channels[target] = grpc.insecure_channel(target)
            self.closing.callback(self.channels[target].close)
        return self.channels[target]

    @property
    def library(self) -> Any:
        return musicfs_pb2_grpc.MusicFSStub(self.channel())

    @property
    def metadata(self) -> Any:
        return musicfs_pb2_grpc.MetadataServiceStub(self.channel())

    @property
    def origin(self) -> str:
        (row,) = self.host.library.sources.rows()
        return row.uid

    def id_of(self, title: str) -> int:
        (found,) = self.library.Search(pb.SearchRequest(query=f'title:"{title}"~0'), timeout=SECONDS).results
        return int(found.file_id)

    def token(self, *scopes: str, expires_ns: int = 0) -> str:
        with closing(TokenTable(self.state / "tokens.db")) as table:
            return table.create("", scopes, expires_ns)[1]


def bearer(token: str) -> tuple[tuple[str, str]]:
    return (("authorization", f"Bearer {token}"),)


def begin_gateway(folder: Path, closing: ExitStack, **flags: object) -> Gateway:
    """Run a host with a gateway over music in a folder; returns when its scan is done."""
    music = folder / "music"
    for n in (1, 2, 3, 4):
        sound.write(
            music / f"{n}.flac", 3000, artist="Ann" if n < 3 else "Bob", album="Lib", title=f"T{n}", tracknumber=str(n),
            date="1999-05-01", seed=n,
        )  # fmt: skip
    host = run_host(folder / "state", music, closing, **{**OPTIONS, **flags})
    host.jobs.runner.wait(host.jobs.runner.asked("scan"), SECONDS)
    end = time.monotonic() + SECONDS
    while not host.faces.running(GrpcFace):
        assert time.monotonic() < end
        assert host.unwatched == []
        time.sleep(0.01)
    return Gateway(host, folder / "state", music, closing)


Begin = Callable[..., Gateway]


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "on_terminate", lambda stop: None)  # only a main thread hears signals
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, patched: None) -> Iterator[Gateway]:
    """One for all tests of a module, which leave it as it is but for tags."""
    with ExitStack() as closing:
        yield begin_gateway(tmp_path_factory.mktemp("gateway"), closing)


@pytest.fixture
def begin(tmp_path: Path, patched: None) -> Iterator[Begin]:
    """Begins one of the test's own, with options."""
    with ExitStack() as closing:
        yield lambda **flags: begin_gateway(tmp_path, closing, **flags)


def status(call: Callable[[], Any]) -> tuple[str, str]:
    """The status with which a call fails, and its message."""
    with pytest.raises(grpc.RpcError) as caught:
        answer = call()
        if hasattr(answer, "__next__"):
            list(answer)
    return caught.value.code().name, caught.value.details()
