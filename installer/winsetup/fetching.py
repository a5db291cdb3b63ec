"""Downloads wheels: the only part of a build that uses the network, and only when it is asked to."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from winsetup.errors import BuildError
from winsetup.target import PIP_FLAGS, ROOT


def fetch_locked(lock: Path, folder: Path) -> None:
    """Download all wheels of a lock file that a folder lacks; pip holds each against its hash. Raises BuildError."""
    _pip("download", "--no-deps", "--require-hashes", *PIP_FLAGS, "--dest", str(folder), "--requirement", str(lock))


def fetch_wanted(wanted: Iterable[str], constraints: Path, folder: Path) -> None:
    """Download wheels of what is wanted, in versions that go together. Raises BuildError."""
    _pip("download", *PIP_FLAGS, "--dest", str(folder), "--constraint", str(constraints), *wanted)


def build_wheel(folder: Path) -> Path:
    """Make the program's own wheel; its build tool is downloaded. Raises BuildError."""
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    made = sorted(folder.glob("musfuse-*.whl"))
    if len(made) != 1:
        raise BuildError(f"{folder}: pip made {len(made)} wheels of musfuse there, not one")
    return made[0]


def _pip(command: str, *arguments: str) -> None:
    argv: Sequence[str] = (sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.splitlines()
        reason = [line for line in said if line.startswith("ERROR")] or said[-5:]
        raise BuildError("\n".join((f"pip {command} failed; is the network there?", *reason)))
