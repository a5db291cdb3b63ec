"""musfuse where there is no console."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "musfuse, version"),
        (["ls", "--library", "/nowhere", "x"], 1, "/nowhere"),
        (["no-such"], 2, "No such command"),
    ],
)
def test_what_is_said_is_kept(arguments: list[str], code: int, said: str) -> None:
    script = "import sys; sys.path.insert(0, 'installer/windows'); import musfuse_windowless as w; got = w.run(); print(got, file=sys.__stdout__)"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""
    got_code, text = eval(done.stdout)
    assert said in text
    assert (got_code == 0) == (code == 0)
    if code == 2:
        assert got_code == 2
