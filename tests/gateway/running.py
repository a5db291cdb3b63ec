"""A host with a gateway of gRPC, for the tests of a module."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
import sound
from app.hosting import run_host
from musfuse_grpc.face import GrpcFace
from musfuse_grpc.v1 import musicfs_pb2 as pb
from musfuse_grpc.v1 import musicfs_pb2_grpc
from patient import until

from musfuse.app.host import Host
from musfuse.library.search.engine import Search
from musfuse.platform import system
from musfuse.service.requests.tokens import Scope
from musfuse.store.tokentable import TokenTable

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
    run = closing.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))  # a short path
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system, "on_terminate", lambda stop: None)  # only a main thread hears signals
        patch.setenv("MUSFUSE_RUNTIME_DIR", run)
        host = run_host(folder / "state", music, closing, **{**OPTIONS, **flags})
        begun(host)
    return Gateway(host, folder / "state", music, closing)


def begun(host: Host) -> None:
    """Wait until the scan is done, and the gateway serves."""
    host.jobs.runner.wait(host.jobs.runner.asked("scan"), SECONDS)
    until(lambda: host.faces.running(GrpcFace) or host.unwatched, SECONDS)
    assert host.unwatched == []


def hold_searches(patch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Have searches wait: the events that tell that one does, and that lets them go on."""
    held, go, best = threading.Event(), threading.Event(), Search.best

    def slow(*given: Any) -> Any:
        held.set()
        assert go.wait(SECONDS)
        return best(*given)

    patch.setattr(Search, "best", slow)
    return held, go


Begin = Callable[..., Gateway]


@pytest.fixture(scope="package")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One for all tests, which leave it as it is but for tags."""
    with ExitStack() as closing:
        yield begin_gateway(tmp_path_factory.mktemp("gateway"), closing)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begins one of the test's own, with options."""
    with ExitStack() as closing:
        yield lambda **flags: begin_gateway(tmp_path, closing, **flags)


@dataclass(frozen=True)
class Network:
    """A gateway that listens over TCP, too."""

    gateway: Gateway
    channel: Any
    plain: str
    tokens: dict[str, str]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate of this test")
    pem, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", pem],
        check=True, capture_output=True,
    )  # fmt: skip
    return pem, key


@pytest.fixture(scope="package")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network")
    pem, key = certificate(folder)
    (folder / "tables").mkdir()
    with ExitStack() as stack:
        gateway = begin_gateway(
            folder, stack, grpc__listen="localhost:0", grpc__certificate=str(pem), grpc__key=str(key),
            grpc__import_folder=str(folder / "tables"),
        )  # fmt: skip
        address = gateway.face.name.partition("grpcs://")[2]
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(pem.read_bytes()))
        stack.callback(channel.close)
        tokens = {scope.value: gateway.token(scope) for scope in Scope}
        tokens["revoked"], tokens["wrong"] = gateway.token(*Scope), tokens["read"][:-4] + "AAAA"
        tokens["expired"] = gateway.token(*Scope, expires_ns=1)
        with closing(TokenTable(gateway.state / "tokens.db")) as kept:
            kept.revoke(int(tokens["revoked"].split("_")[1]))
        yield Network(gateway, channel, address, tokens)


def status(call: Callable[[], Any]) -> tuple[str, str]:
    """The status with which a call fails, and its message."""
    with pytest.raises(grpc.RpcError) as caught:
        answer = call()
        if hasattr(answer, "__next__"):
            list(answer)
    return caught.value.code().name, caught.value.details()
