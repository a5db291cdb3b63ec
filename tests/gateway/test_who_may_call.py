"""Every call with every credential: the table of docs/grpc.md, walked over a real socket and real TLS."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from musfuse_grpc.access import NEEDED, OPEN
from musfuse_grpc.face import GrpcFace
from musfuse_grpc.options import GrpcOptions
from musfuse_grpc.v1 import musicfs_pb2 as pb

from gateway.running import SECONDS, Network, bearer, status
from musfuse.app.host import Host
from musfuse.service.face import Reach
from musfuse.service.handlers import Handlers
from musfuse.service.requests.tokens import Scope
from musfuse.store.tokentable import TokenTable

ROOT = Path(__file__).parents[2]
COLUMNS = ("socket", "none", "wrong", "revoked", "expired", "other scope", "other user", "right")
PASSED = frozenset({"OK", "INVALID_ARGUMENT", "NOT_FOUND"})
"""Beyond the gate: what is asked for here is mostly nothing."""


def table() -> dict[str, dict[str, str]]:
    """What docs/grpc.md says of each call, by column."""
    section = (ROOT / "docs/grpc.md").read_text().split("## Who may call\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("|")]
    heads = rows[0]
    assert tuple(heads[2:]) == COLUMNS
    return {row[0].strip("`"): dict(zip(heads[1:], row[1:], strict=True)) for row in rows[2:]}


TABLE = table()


def method(name: str) -> str:
    package = "" if name.startswith("grpc.") else "musicfs.v1."
    return f"/{package}{name}"


def test_the_table_has_every_call_and_what_it_needs() -> None:
    needed = {method: frozenset(scopes) for method, scopes in NEEDED.items()} | dict.fromkeys(OPEN, frozenset())
    said = {
        method(name): frozenset() if row["needs"] == "nothing" else frozenset(
            set(Scope) if row["needs"] == "any token" else row["needs"].split(" or ")
        )
        for name, row in TABLE.items()
    }  # fmt: skip
    assert said == needed


def outcome(network: Network, name: str, column: str) -> str:
    """What a call gets with a credential: `answered`, or a status."""
    channel = network.gateway.channel() if column == "socket" else network.channel
    scopes = NEEDED.get(method(name), frozenset(Scope))
    if column == "right":
        shown = network.tokens[sorted(scopes)[0]]
    elif column == "other scope":
        shown = network.tokens[next((scope for scope in Scope if scope not in scopes), Scope.READ)]
    else:
        shown = network.tokens.get(column, "")
    code = code_of(channel, method(name), bearer(shown) if shown else ())
    return "answered" if code in PASSED else code


def code_of(channel: Any, name: str, metadata: Any) -> str:
    given = {"timeout": SECONDS, "metadata": metadata}
    try:
        if name.endswith("ServerReflectionInfo"):
            asked = reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()
            next(iter(channel.stream_stream(name)(iter([asked]), **given)))
        elif name.endswith(("SubscribeEvents", "Watch")):
            asked = pb.EventFilter(event_types=["loud"]) if name.endswith("Events") else health_pb2.HealthCheckRequest()
            call = channel.unary_stream(name)(asked.SerializeToString(), **given)
            next(call)
            call.cancel()
        elif name.endswith(("Stream", "Prefetch", "RescanOrigin", "BatchUpdateMetadata", "ImportMetadata")):
            list(channel.unary_stream(name)(b"", **given))
        else:
            channel.unary_unary(name)(b"", **given)
    except grpc.RpcError as error:
        return str(error.code().name)  # type: ignore[attr-defined]
    return "OK"


@pytest.mark.parametrize("name", TABLE)
def test_each_call_with_each_credential(network: Network, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = list[int]()
    monkeypatch.setattr(Host, "stop", lambda self: stopped.append(1))
    columns = [column for column in COLUMNS if column != "other user"]
    assert {column: outcome(network, name, column) for column in columns} == {
        column: TABLE[name][column] for column in columns
    }
    assert len(stopped) == (2 if name.endswith("Shutdown") else 0)


def test_nobody_else_reaches_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither through the folder, nor where somebody opened that by mistake."""
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("only root can be somebody else for a moment")
    assert {row["other user"] for row in TABLE.values()} == {"no connection"}
    connect = (
        "import os, socket, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534);"
        " socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    )
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        run = Path(folder) / "run"
        monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(run))
        face = GrpcFace(GrpcOptions(True), Path(folder) / "library", Path(folder) / "tokens.db")
        face.start(Reach(None, Handlers))  # type: ignore[arg-type]  # it asks for neither
        stack.callback(face.stop)
        path = face.name.removeprefix("unix:")
        for mode in (0o700, 0o755):
            run.chmod(mode)
            done = subprocess.run([sys.executable, "-S", "-c", connect, path], capture_output=True, text=True)
            assert "Permission denied" in done.stderr
        with socket.socket(socket.AF_UNIX) as mine:
            mine.connect(path)


def test_a_token_that_is_revoked_is_worth_nothing_in_the_next_call(network: Network) -> None:
    text = network.gateway.token("read")
    call = network.channel.unary_unary("/musicfs.v1.MusicFS/GetStatus")
    call(b"", timeout=SECONDS, metadata=bearer(text))
    with closing(TokenTable(network.gateway.state / "tokens.db")) as kept:
        kept.revoke(int(text.split("_")[1]))
    assert status(lambda: call(b"", timeout=SECONDS, metadata=bearer(text)))[0] == "UNAUTHENTICATED"


def test_a_stream_ends_with_its_token(network: Network) -> None:
    text = network.gateway.token("read")
    call = network.channel.unary_stream(
        "/musicfs.v1.MusicFS/SubscribeEvents", response_deserializer=pb.Event.FromString
    )
    asked = pb.EventFilter(event_types=["cache_eviction"]).SerializeToString()
    stream = call(asked, timeout=SECONDS, metadata=bearer(text))
    stream.initial_metadata()
    with closing(TokenTable(network.gateway.state / "tokens.db")) as kept:
        kept.revoke(int(text.split("_")[1]))
    assert status(lambda: stream)[0] == "UNAUTHENTICATED"


def test_without_tls_nothing_is_answered(network: Network) -> None:
    with grpc.insecure_channel(network.plain) as channel:
        call = channel.unary_unary("/musicfs.v1.MusicFS/GetStatus")
        metadata = bearer(network.tokens["read"])
        assert status(lambda: call(b"", timeout=5, metadata=metadata))[0] in ("UNAVAILABLE", "DEADLINE_EXCEEDED")


def over_tcp(network: Network, path: Path) -> Callable[[], Any]:
    call = network.channel.unary_stream(
        "/musicfs.v1.MetadataService/ImportMetadata", request_serializer=pb.ImportMetadataRequest.SerializeToString,
        response_deserializer=pb.ImportProgress.FromString,
    )  # fmt: skip
    asked = pb.ImportMetadataRequest(source_path=str(path))
    return lambda: call(asked, timeout=SECONDS, metadata=bearer(network.tokens["edit"]))


def test_who_comes_over_tcp_imports_from_one_folder(network: Network, tmp_path: Path) -> None:
    tables = network.gateway.state.parent / "tables"
    (tables / "good.json").write_text("[]")
    assert [one.total for one in over_tcp(network, tables / "good.json")()] == [0, 0]
    (tmp_path / "secret.json").write_text("[]")
    (tables / "link.json").symlink_to(tmp_path / "secret.json")
    for path in (tmp_path / "secret.json", tables / "link.json", tables / "../secret.json", tables / "gone.json"):
        assert status(over_tcp(network, path))[0] == "PERMISSION_DENIED"


def test_the_client_that_is_shown_finds_what_it_is_told_to(network: Network) -> None:
    code = (ROOT / "docs/grpc.md").read_text().split("```python\n")[1].split("```")[0]
    done = subprocess.run(
        [sys.executable, "-c", code, network.gateway.target, "bob"], capture_output=True, text=True, timeout=SECONDS
    )
    assert done.stderr == ""
    assert [Path(line).stem for line in done.stdout.splitlines()] == ["03 - T3", "04 - T4"]
