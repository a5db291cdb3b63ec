"""Options of gRPC, which need nothing of it."""

import subprocess
import sys

import pytest

from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import ConfigError


@pytest.mark.parametrize("text", ["0.0.0.0:50051", "[::1]:0", "localhost:65535"])
def test_places(text: str) -> None:
    assert load_config(default_sections(), env={}, flags={"grpc.listen": text}).config


@pytest.mark.parametrize("text", ["50051", ":1", "::1:5", "[a]b:5", "a:65536", "a:-1", "a:", "a:１", "[::1]"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(ConfigError, match=r"grpc\.listen"):
        load_config(default_sections(), env={}, flags={"grpc.listen": text})


def test_with_it_off_nothing_of_it_is_loaded() -> None:
    script = """
import sys, musfuse.cli.mount_cmd, musfuse.app.host, musfuse.app.library, musfuse.app.overview
from musfuse.app.build.faces import watching_faces
from musfuse.app.sections import default_sections
from musfuse.app.state import StateFolder
from musfuse.config import load_config
from pathlib import Path
assert watching_faces(load_config(default_sections(), env={}).config, StateFolder(Path("x"))) == []
loaded = {"grpc", "google.protobuf", "musfuse_grpc.face", "musfuse_grpc.settings", "asyncio"} & set(sys.modules)
sys.exit(", ".join(sorted(loaded)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
