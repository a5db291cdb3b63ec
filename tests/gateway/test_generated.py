"""The interface of gRPC: what is committed is what its generator makes, and its numbers are those that clients know."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("grpc")

ROOT = Path(__file__).parents[2]
NOT_INSTALLED = 77


def test_generated_code_is_what_the_oldest_generator_makes() -> None:
    venv = {"MUSFUSE_VENV": str(Path(sys.prefix))}
    done = subprocess.run(
        [ROOT / "scripts/grpc-code", "--check"], capture_output=True, text=True, env=os.environ | venv
    )  # fmt: skip
    if done.returncode == NOT_INSTALLED:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_generator_is_the_oldest_that_the_range_allows() -> None:
    import tomllib

    from musfuse_grpc.v1 import generator_version

    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["grpc"]
    assert f"grpcio>={generator_version()},<2" in extra


def numbers(message: str) -> dict[str, int]:
    from musfuse_grpc.v1 import musicfs_pb2

    return {field.name: field.number for field in musicfs_pb2.DESCRIPTOR.message_types_by_name[message].fields}


def test_a_few_numbers_as_clients_know_them() -> None:
    """Of each kind of message one; the contract suite of calls reads the rest."""
    assert numbers("SearchResult") == {
        "file_id": 1, "virtual_path": 2, "artist": 3, "album": 4, "title": 5, "score": 6, "highlights": 7,
    }  # fmt: skip
    assert numbers("EventFilter") == {"event_types": 1, "origin_id": 2, "after": 100, "stream": 101}
    assert numbers("SyncProgress")["new_files"] == 6
    assert numbers("UpdateMetadataRequest")["mb_recording_id"] == 20
    assert numbers("MetadataResponse")["custom_tags"] == 50
    assert numbers("OriginInfo")["total_size_bytes"] == 7


def test_enumerations_have_the_names_that_clients_know() -> None:
    from musfuse_grpc.v1 import musicfs_pb2

    states = ["MOUNT_UNKNOWN", "MOUNTING", "READY", "SYNCING", "DEGRADED", "UNMOUNTING"]
    assert musicfs_pb2.StatusResponse.MountState.keys() == states
    assert musicfs_pb2.HealthStatus.keys() == ["HEALTH_UNKNOWN", "HEALTHY", "DEGRADED", "UNHEALTHY"]
