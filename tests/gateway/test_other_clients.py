"""Clients that are not Python's: grpc-js, and buf, which knows the interface by reflection alone."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.running import SECONDS, Gateway, Network

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musfuse/grpc-clients-1"
PROTO = Path(__file__).parents[2] / "adapters/musfuse_grpc/v1/musicfs.proto"

pytestmark = pytest.mark.skipif(
    not CACHE.is_dir() or shutil.which("node") is None,
    reason=f"@grpc/grpc-js and buf are not installed in {CACHE}; scripts/test does that",
)


def js(target: str, certificate: str = "", token: str = "") -> Any:
    """What the client of grpc-js got."""
    done = subprocess.run(
        ["node", Path(__file__).with_name("client.js"), target, PROTO, certificate, token],
        capture_output=True, text=True, timeout=SECONDS, env=os.environ | {"NODE_PATH": str(CACHE / "node_modules")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(told: Any) -> None:
    assert told["status"]["state"] == "READY"
    assert [one["title"] for one in told["search"]["results"]] == ["T1", "T2"]
    assert len(told["stream"]) == 4
    assert told["wrong"] == {"code": "INVALID_ARGUMENT"}
    assert told["update"]["success"]
    assert told["events"][0]["event_type"] == "metadata_changed"
    assert told["metadata"]["custom_tags"]["mood"].startswith("js ")


def test_grpc_js_over_the_socket(network: Network) -> None:
    check(js(network.gateway.target))


def test_grpc_js_over_tls_with_a_token(network: Network) -> None:
    pem = str(network.gateway.state.parent / "cert.pem")
    check(js(network.plain, pem, network.tokens["edit"]))
    told = js(network.plain, pem, network.tokens["read"])
    assert told["status"]["state"] == "READY"
    assert told["update"] == {"code": "PERMISSION_DENIED"}
    assert js(network.plain, pem)["status"] == {"code": "UNAUTHENTICATED"}


def buf(
    gateway: Gateway, call: str, asked: Any, *more: str, url: str = "http://localhost"
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [CACHE / "node_modules/.bin/buf", "curl", "--protocol", "grpc", *more, "-d", json.dumps(asked), f"{url}/{call}"],
        capture_output=True, text=True, timeout=SECONDS, env=os.environ | {"HOME": str(gateway.state.parent)},
    )  # fmt: skip


def test_buf_by_reflection_alone(network: Network) -> None:
    here = ("--unix-socket", network.gateway.target.removeprefix("unix:"), "--http2-prior-knowledge")
    done = buf(network.gateway, "musicfs.v1.MusicFS/Search", {"query": "bob"}, *here)
    assert done.returncode == 0, done.stderr
    assert [one["title"] for one in json.loads(done.stdout)["results"]] == ["T3", "T4"]
    wrong = buf(network.gateway, "musicfs.v1.MetadataService/GetMetadata", {}, *here)
    assert wrong.returncode != 0
    assert "invalid_argument" in wrong.stderr
    pem = str(network.gateway.state.parent / "cert.pem")
    shown = f"authorization: Bearer {network.tokens['read']}"
    told = buf(
        network.gateway, "musicfs.v1.MusicFS/GetStatus", {}, "--cacert", pem, "-H", shown, "--reflect-header", shown,
        url=f"https://{network.plain}",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["state"] == "READY"
