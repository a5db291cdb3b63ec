"""What tests of POSIX share."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def child(script: str, *argv: str | Path, limit: tuple[int, int, int] | None = None, code: int = 0) -> str:
    """What a process with a limit (number, soft, hard) prints."""

    def bound() -> None:
        if limit:
            resource.setrlimit(limit[0], limit[1:])

    done = subprocess.run(
        [sys.executable, "-c", f"from musfuse.platform import posix\n{script}", *map(str, argv)],
        preexec_fn=bound, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout.strip()


GIB = 1 << 30
