"""The gateway's process by itself: what it is told, and what it says."""

import json
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from musfuse_grpc.settings import Settings
from musfuse_grpc.v1 import musicfs_pb2 as pb
from musfuse_grpc.v1 import musicfs_pb2_grpc

from gateway.running import SECONDS, status


def begun(settings: Settings) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-m", "musfuse_grpc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(settings.to_line())
    process.stdin.flush()
    return process


def settings(folder: Path, **more: object) -> Settings:
    return Settings(str(folder / "lib.sock"), str(folder / "g.grpc"), str(folder / "tokens.db"), **more)  # type: ignore[arg-type]


def test_without_an_owner_calls_are_unavailable(tmp_path: Path) -> None:
    with begun(settings(tmp_path)) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"names": [f"unix:{tmp_path}/g.grpc"]}
        with grpc.insecure_channel(f"unix:{tmp_path}/g.grpc") as channel:
            stub = musicfs_pb2_grpc.MusicFSStub(channel)
            assert status(lambda: stub.GetStatus(pb.Empty(), timeout=SECONDS))[0] == "UNAVAILABLE"
            assert status(lambda: stub.SubscribeEvents(pb.EventFilter(), timeout=SECONDS))[0] == "UNAVAILABLE"
        process.communicate()
        assert process.returncode == 0
    assert not (tmp_path / "g.grpc").exists()


@pytest.mark.parametrize("wrong", ["socket", "certificate", "address"])
def test_what_cannot_be_served_is_said(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    made = settings(tmp_path)
    if wrong == "socket":
        made = Settings(made.control, str(tmp_path / "gone/g.grpc"), made.tokens)
    else:
        pem = str(tmp_path / ("gone.pem" if wrong == "address" else "no.pem"))
        made = settings(tmp_path, listen="127.0.0.1:0", certificate=pem, key=pem)
    with begun(made) as process:
        out, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "error" in json.loads(out)
