"""Who has files of a folder open: real processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.platform.occupants import occupants, told

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture(params=["a file", "its working folder"])
def holder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    folder = tmp_path / "drive/below"
    folder.mkdir(parents=True)
    (folder / "f").write_bytes(b"")
    script = "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, folder / "f" if request.param == "a file" else "/dev/null"],
        cwd=folder if request.param == "its working folder" else "/", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.communicate()


def test_a_program_that_holds_something(holder: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (found,) = occupants(tmp_path / "drive")
    assert found.endswith(f"({holder.pid})")
    assert occupants(tmp_path / "dri") == []


def test_many_programs_are_told_shortly() -> None:
    assert told([]) == ""
    assert told(["a (1)"]) == " by a (1)"
    assert told(["a (1)", "b (2)"]) == " by a (1) and b (2)"
    assert told([f"p ({n})" for n in range(9)]) == " by p (0), p (1), p (2), p (3), p (4) and 4 more"
