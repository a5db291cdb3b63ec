"""gRPC as a face of a host: what it needs is checked, its process comes and goes with its owner."""

import importlib.util
import os
import re
import signal
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
from musfuse_grpc.face import GrpcFace
from musfuse_grpc.options import GrpcOptions
from musfuse_grpc.v1 import musicfs_pb2 as pb
from patient import until

from gateway.running import SECONDS, Begin, Gateway, certificate
from musfuse.errors import FaceError


def face(folder: Path, **options: object) -> GrpcFace:
    return GrpcFace(GrpcOptions(True, **options), folder, folder / "tokens.db")  # type: ignore[arg-type]


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    face(tmp_path).check()
    with pytest.raises(FaceError, match=r"grpc\.certificate"):
        face(tmp_path, listen="127.0.0.1:0").check()
    with pytest.raises(FaceError, match=r"gone\.pem"):
        face(tmp_path, listen="127.0.0.1:0", certificate=str(tmp_path / "gone.pem"), key="x").check()
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "grpc_health" else find(name))
    with pytest.raises(FaceError, match=r"pip install 'musfuse\[grpc\]'"):
        face(tmp_path).check()


def test_windows_has_tcp_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem, key = map(str, certificate(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        with pytest.raises(FaceError, match=r"grpc\.listen, such as 127\.0\.0\.1:50051"):
            face(tmp_path).check()
        with pytest.raises(FaceError, match=r"grpc\.certificate"):
            face(tmp_path, listen="127.0.0.1:0").check()
        made = face(tmp_path, listen="127.0.0.1:0", certificate=pem, key=key)
    assert made.name == "grpcs://127.0.0.1:0"
    made.start(None)  # type: ignore[arg-type]  # it asks over the control channel
    try:
        assert re.fullmatch(r"grpcs://127\.0\.0\.1:[1-9]\d*", made.name)
    finally:
        made.stop(force=True)
    assert made.ended.is_set()


def test_only_its_user_reaches_the_socket(gateway: Gateway) -> None:
    path = Path(gateway.target.removeprefix("unix:"))
    assert stat.S_ISSOCK(path.stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_gateway_that_is_killed_is_begun_anew_and_ends_with_its_face(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musfuse_grpc.face._FIRST_PAUSE", 0.01)
    gateway = begin()
    running, library, path = gateway.face, gateway.library, Path(gateway.target.removeprefix("unix:"))
    first = running._process
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: running._process is not first)
    told = library.GetStatus(pb.Empty(), timeout=SECONDS, wait_for_ready=True)
    assert told.files_indexed == 4
    assert gateway.host.unwatched == []
    second = running._process
    assert second is not None
    gateway.host.faces.stop(running.name)
    assert running.ended.is_set()
    assert second.poll() == 0
    assert not path.exists()
    with pytest.raises(grpc.RpcError):
        library.GetStatus(pb.Empty(), timeout=SECONDS)
    running.stop()  # once more is no harm


OWNER = """
import sys
from contextlib import ExitStack
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from musfuse_grpc.face import GrpcFace
from musfuse_grpc.options import GrpcOptions
face = GrpcFace(GrpcOptions(True), Path(sys.argv[1]), Path(sys.argv[1]) / "tokens.db")
face.start(None)
print(face._process.pid, face.name, flush=True)
sys.stdin.read()
"""


def test_a_gateway_ends_where_its_owner_is_killed(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[1])
    with ExitStack() as closing:
        owner = closing.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", OWNER, tmp_path, tests], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
        assert owner.stdout is not None
        pid, name = owner.stdout.readline().split()
        owner.kill()
        owner.wait()
        until(lambda: not Path(name.removeprefix("unix:")).exists())  # its last act
        until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())
