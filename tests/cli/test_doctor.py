"""`musfuse doctor`: each thing that is missing is told with what to do, and stops no other check."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests_support import small_disk

from cli.inprocess import run
from musfuse.cli import doctor_cmd
from musfuse.store.suspicion import suspect

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and folders as Linux has them")


def checked(*args: str | Path, code: int = 0) -> dict[str, tuple[str, str]]:
    """State and detail by check."""
    rows = json.loads(run("doctor", "--json", *args, code=code).out)
    return {row["check"]: (row["state"], row["detail"]) for row in rows}


def limited(library: Path, limit: int, value: int) -> dict[str, tuple[str, str]]:
    """What is told in a process with a limit."""
    done = subprocess.run(
        [sys.executable, "-m", "musfuse", "doctor", "--json", "--library", library],
        preexec_fn=lambda: resource.setrlimit(limit, (value, value)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return {row["check"]: (row["state"], row["detail"]) for row in json.loads(done.stdout)}


def test_a_machine_that_has_all(tmp_path: Path) -> None:
    found = checked("--library", tmp_path / "library", code=0 if os.access("/dev/fuse", os.R_OK) else 1)
    for name in ("python", "configuration", "fusermount3", "decoder", "encoder", "library", "open files", "drives"):
        assert found[name][0] == "ok", found[name]
    assert found["decoder"][1].startswith("libsndfile ")
    assert found["drives"][1] == "none is mounted"
    assert "MiB free" in found["library"][1]
    assert list(tmp_path.iterdir()) == []  # it makes nothing
    table = run("doctor", "--library", tmp_path / "library", code=0 if os.access("/dev/fuse", os.R_OK) else 1).out
    assert [line.split("  ")[0] for line in table.splitlines()[1:]] == list(found)


def test_a_configuration_that_cannot_be_read_fails_and_the_rest_is_checked(tmp_path: Path) -> None:
    (tmp_path / "musfuse.toml").write_text("[flac]\nlevel = 99\n")
    found = checked("--library", tmp_path / "library", "--config", tmp_path / "musfuse.toml", code=1)
    assert found["configuration"][0] == "fails"
    assert "flac.level" in found["configuration"][1]
    assert found["decoder"][0] == found["library"][0] == "ok"


def test_a_database_that_seems_to_be_damaged_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"")
    suspect(tmp_path / "catalog.db", "database disk image is malformed")
    state, said = checked("--library", tmp_path)["library"]
    assert state == "warning"
    assert said.startswith(f"{tmp_path}/catalog.db seems to be damaged (database disk image is malformed); ")
    assert said.endswith("`musfuse library repair` mends it")


def test_a_library_that_cannot_be_made_or_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = checked("--library", tmp_path / "file/below/library", code=1)
    assert found["library"] == (
        "fails", f"{tmp_path}/file/below/library: cannot be made: {tmp_path}/file is a file; name another folder with --library",
    )  # fmt: skip
    with small_disk(tmp_path / "disk", 100) as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        found = checked("--library", disk / "library")
        assert found["library"][0] == "warning"
        assert f"{disk} is not writable" in found["library"][1]


def test_limits_that_slow_a_drive_down_are_warned_of(tmp_path: Path) -> None:
    found = limited(tmp_path / "library", resource.RLIMIT_NOFILE, 256)
    assert found["open files"][0] == "warning"
    assert "only 256 files may be open" in found["open files"][1]
    assert "`ulimit -n`" in found["open files"][1]
    found = limited(tmp_path / "library", resource.RLIMIT_AS, 900 << 20)
    assert found["address space"][0] == "warning"
    assert "limited to 900 MiB, a drive with fuse.threads = 256 needs" in found["address space"][1]
    assert found["open files"][0] == "ok"


def test_an_encoder_that_is_not_there_fails(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['pyflac'] = None\nfrom musfuse.cli import main\n"
        "sys.argv = ['musfuse', 'doctor', '--json']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True,
        env={**os.environ, "MUSFUSE_FLAC_ENCODER": "pyflac", "MUSFUSE_LIBRARY": str(tmp_path / "library")},
    )  # fmt: skip
    found: dict[str, Any] = {row["check"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["encoder"]["state"] == "fails"
    assert "pyflac" in found["encoder"]["detail"]


def test_details_name_what_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    found = checked("--library", "file/library", code=1)
    assert found["library"][1].startswith("file/library: cannot be made")


def test_the_chunk_cache_tells_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, given = tmp_path / "c.toml", ("--config", tmp_path / "c.toml", "--library", tmp_path / "library")
    config.write_text("")
    state, said = checked(*given)["chunk cache"]
    assert (state, said.startswith("blake3 "), said.endswith("up to 10.0 GiB")) == ("ok", True, True)
    monkeypatch.setattr(doctor_cmd, "find_spec", lambda name: None if name == "blake3" else name)
    state, said = checked(*given)["chunk cache"]
    assert (state, "pip install 'musfuse[cache]'" in said) == ("warning", True)
    config.write_text("[cache]\ncontent = 0\n")
    assert checked(*given)["chunk cache"] == ("ok", "off (cache.content is 0)")


def test_grpc_is_looked_at_where_it_is_wanted(tmp_path: Path) -> None:
    config = tmp_path / "musfuse.toml"
    config.write_text("")
    assert checked("--config", config, "--library", tmp_path / "library")["gRPC"] == ("ok", "off (grpc.enabled)")
    config.write_text('[grpc]\nenabled = true\nlisten = "localhost:1"\n')
    state, said = checked("--config", config, "--library", tmp_path / "library", code=1)["gRPC"]
    assert state == "fails"
    assert "grpc." in said
