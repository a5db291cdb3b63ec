"""musfuse where there is no console."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(arguments: list[str], before: str = "pass") -> tuple[int, str]:
    script = f"import sys; sys.path.insert(0, 'installer/windows'); import musfuse_windowless as w; {before}; print(w.run(), file=sys.__stdout__)"
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""
    code, said = ast.literal_eval(done.stdout)
    return code, said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "musfuse, version"),
        (["ls", "--library", "/nowhere", "x"], 2, "/nowhere"),
        (["no-such"], 2, "No such command"),
    ],
)
def test_what_is_said_is_kept(arguments: list[str], code: int, said: str) -> None:
    got, text = run(arguments)
    assert said in text
    assert got == code


def test_what_is_missing_is_told() -> None:
    code, said = run([], "sys.modules['musfuse.cli'] = None")
    assert code == 1
    assert said.startswith("ModuleNotFoundError: import of musfuse.cli halted")
